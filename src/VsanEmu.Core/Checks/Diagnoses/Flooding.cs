using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>snooping-off</c>: groups arrive at ports that did not join them, beyond the time a switch needs to learn.</summary>
internal static class Flooding
{
    private static readonly string[] FloodsTo = ["M3", "M4", "M7", "M8", "M9", "M10", "M11", "M15", "M16", "M17", "A6", "A7"];

    public static bool IsFlooded(RunAnalysis run) => Arrivals(run).Any();

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        StrayArrival[] arrivals = [.. Arrivals(run)];
        if (arrivals.Length == 0) yield break;
        bool noQueries = run.Queries.NoneAnywhere;
        string[] flooded = [.. arrivals.Select(a => a.Port).Distinct().Order()];
        string[] watched = [.. run.Stray.Agents.Concat(run.Stray.Silent).Select(p => p.Port).Distinct()];
        bool everywhere = flooded.Length == watched.Length;
        yield return new(
            "snooping-off",
            noQueries ? "the switch floods multicast: snooping is off, or it has no querier and floods then" : "the switch floods multicast: snooping is off",
            everywhere ? "" : $"ports of {Wording.Names(flooded, 8)}",
            [.. FloodsTo, .. noQueries ? (string[])["M5", "M6"] : []],
            [
                .. arrivals.GroupBy(a => (a.Port, a.Group)).Select(g => $"{g.Key.Port}: {g.Sum(a => a.Packets)} {g.Key.Group} Group packets without having joined"),
                noQueries ? "no general query at any member's port: a switch that does not snoop seldom queries" : $"general queries are there ({run.Queries.Ports.Max(p => p.General)} at a port), so it is not for want of a querier",
            ],
            noQueries ? "enable IGMP snooping in the members' VLAN, together with a querier" : "enable IGMP snooping in the members' VLAN");
    }

    private static IEnumerable<StrayArrival> Arrivals(RunAnalysis run) =>
        run.Stray.Agents.Concat(run.Stray.Silent).SelectMany(p => p.Arrivals).Where(a => a.Phase.Name != Phases.Forming);
}
