using System.Collections.Concurrent;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Wire;
using VsanEmu.Simulation.Rules;

namespace VsanEmu.Simulation.Schedules;

/// <summary>Many schedules, on all processors.</summary>
internal sealed class Campaign
{
    private readonly ConcurrentBag<Outcome> _failures = [];
    private long _schedules;
    private long _virtualMs;
    private long _settled;
    private int _mostSettled;

    public Coverage Coverage { get; } = new();

    public IReadOnlyCollection<Outcome> Failures => _failures;

    public long Schedules => _schedules;

    public double VirtualHours => _virtualMs / 3.6e6;

    public double MeanSettled => (double)_settled / Math.Max(1, _schedules);

    public int MostSettled => _mostSettled;

    /// <summary>Runs <paramref name="count"/> seeds from <paramref name="first"/> on, until <paramref name="stopAfter"/> have failed.</summary>
    public static Campaign Run(ulong first, int count, Sabotage sabotage, int stopAfter)
    {
        var campaign = new Campaign();
        long next = -1;
        void Work()
        {
            byte[] buffer = new byte[WireLimits.MaxFrame];
            while (campaign._failures.Count < stopAfter && Interlocked.Increment(ref next) is var i && i < count)
                campaign.Add(Schedule.Run(first + (ulong)i, sabotage, buffer: buffer));
        }

        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return campaign;
    }

    /// <summary>The failures, each with the command that replays it.</summary>
    public string Report() => string.Join("\n\n", _failures.OrderBy(f => f.Members).Select(f =>
        $"seed {f.Seed}: {f.Failure}\n  replay: VSANEMU_SEED={f.Seed} dotnet run --project tests/VsanEmu.Simulation -c Release"));

    private void Add(Outcome outcome)
    {
        Interlocked.Increment(ref _schedules);
        Interlocked.Add(ref _virtualMs, outcome.VirtualNs / 1_000_000);
        if (outcome.Failure is not null) _failures.Add(outcome);
        Interlocked.Add(ref _settled, outcome.SettledBeats);
        lock (Coverage)
        {
            _mostSettled = Math.Max(_mostSettled, outcome.SettledBeats);
            Coverage.Add(outcome.Coverage);
        }
    }
}
