using System.Diagnostics;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Probing;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic.Tests;

/// <summary>A lab's members as ends of loads.</summary>
internal static class Loads
{
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
}
