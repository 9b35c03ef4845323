using System.Diagnostics;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Probing;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic.Tests;

/// <summary>A lab's members as ends of loads.</summary>
internal static class Loads
{
    /// <summary>A flow's rate that any machine carries, whatever else it does, bit/s: a datagram in a few milliseconds.</summary>
    public const long Gentle = 5_000_000;

    /// <summary>Longer than anybody waits: a load that is to be ended before.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>Does something when the first interval of a load has ended: it is under way.</summary>
    public static IProgress<LoadInterval> AtFirstInterval(Action then) => new First(then);

    /// <summary>All of them on one host, which is this process.</summary>
    public static LocalLoads On(Fabric fabric, ClusterSpec cluster, LoadHooks? hooks = null) => new(cluster, Ends(fabric), Stopwatch.GetTimestamp()) { Hooks = hooks ?? new() };

    /// <summary>Each on a host of its own, whose clock is ahead of the one before it by so much.</summary>
    public static LocalLoads[] Apart(Fabric fabric, ClusterSpec cluster, TimeSpan ahead, LoadHooks hooks)
    {
        long origin = Stopwatch.GetTimestamp();
        return [.. Ends(fabric).Select((e, i) => new LocalLoads(cluster, new Dictionary<string, ProbeSource> { [e.Key] = e.Value }, origin - LoadClock.Ticks(i * ahead), $"host of {e.Key}") { Hooks = hooks })];
    }

    /// <summary>A stage of hosts of <see cref="Apart"/>, by the first one's clock.</summary>
    public static LoadStage Stage(ClusterSpec cluster, LocalLoads[] hosts) => new(cluster, hosts, hosts[0].Stage("test").NowNs, "test");

    public static Dictionary<string, ProbeSource> Ends(Fabric fabric) => fabric.Ends.Where(e => e.Kind == PortKind.Member).ToDictionary(e => e.Name, e => e.AsSource());

    /// <summary>The same stage, with word when its first host has been told to begin.</summary>
    public static LoadStage Watched(LoadStage stage, out Task begun)
    {
        var first = new Begins(stage.Hosts[0]);
        begun = first.Begun;
        return stage with { Hosts = [first, .. stage.Hosts.Skip(1)] };
    }

    private sealed class Begins(ILoadHost host) : ILoadHost
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public string Name => host.Name;

        public Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation) => host.OpenAsync(work, run, aheadNs, cancellation);

        public Task ConnectAsync(uint run, CancellationToken cancellation) => host.ConnectAsync(run, cancellation);

        public async Task BeginAsync(uint run, long atNs, CancellationToken cancellation)
        {
            await host.BeginAsync(run, atNs, cancellation);
            _begun.TrySetResult();
        }

        public Task<PartCounts> CountAsync(uint run, CancellationToken cancellation) => host.CountAsync(run, cancellation);

        public Task StopAsync(uint run, CancellationToken cancellation) => host.StopAsync(run, cancellation);

        public Task<LoadPart> EndAsync(uint run, CancellationToken cancellation) => host.EndAsync(run, cancellation);
    }

    private sealed class First(Action then) : IProgress<LoadInterval>
    {
        private Action? _then = then;

        public void Report(LoadInterval value) => Interlocked.Exchange(ref _then, null)?.Invoke();
    }
}
