using System.Diagnostics;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Processes;

/// <summary>
/// Watches whether this machine keeps up: it asks to be woken every 20 ms and notes when that comes late, and reads what the kernel threw away by itself
/// (<see cref="OwnLosses"/>). Neither shows in a capture of what arrived, and both look like faults of the fabric.
/// </summary>
public sealed class MachineWatch : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // What comes in quick succession is one hindrance; that, and a limit on their number, keeps a record small.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);
    private const int Most = 1000;

    private readonly Lock _gate = new();
    private readonly List<Hindrance> _hindrances = [];
    private readonly CancellationTokenSource _end = new();
    private readonly long _origin;
    private readonly Task _watching;

    /// <summary>Begins to watch.</summary>
    /// <param name="origin">When the run began, as <see cref="Stopwatch.GetTimestamp"/> gave it.</param>
    /// <param name="notable">The shortest stand-still that is noted.</param>
    public MachineWatch(long origin, TimeSpan notable)
    {
        _origin = origin;
        _watching = Task.Run(() => WatchAsync(notable, _end.Token));
    }

    /// <summary>What it noted so far.</summary>
    public MachineObservation Snapshot()
    {
        lock (_gate) return new MachineObservation { Hindrances = [.. _hindrances] };
    }

    /// <summary>Ends the watch.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task WatchAsync(TimeSpan notable, CancellationToken end)
    {
        long dropped = OwnLosses.Count();
        while (!end.IsCancellationRequested)
        {
            long before = Stopwatch.GetTimestamp();
            await Task.Delay(Step, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TimeSpan late = Stopwatch.GetElapsedTime(before) - Step;
            long now = OwnLosses.Count();
            if (late >= notable || now > dropped) Note(new(Since(before), late >= notable ? (long)late.TotalNanoseconds : 0, now - dropped));
            dropped = now;
        }
    }

    private void Note(Hindrance hindrance)
    {
        lock (_gate)
        {
            bool joins = _hindrances.Count > 0 && (_hindrances.Count == Most || hindrance.AtNs - _hindrances[^1].AtNs < Together.TotalNanoseconds);
            if (!joins) _hindrances.Add(hindrance);
            else _hindrances[^1] = _hindrances[^1] with { StoodNs = Math.Max(_hindrances[^1].StoodNs, hindrance.StoodNs), Dropped = _hindrances[^1].Dropped + hindrance.Dropped };
        }
    }

    private long Since(long timestamp) => (long)Stopwatch.GetElapsedTime(_origin, timestamp).TotalNanoseconds;
}
