using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// Groups arrive at ports that did not join them, beyond the time a switch needs to learn. <c>snooping-off</c>: though somebody queries. <c>no-querier-flooding</c>: nobody
/// does, and a Linux bridge stops snooping then (hardware prunes instead, <see cref="MissingQuerier"/>); whether it would snoop with a querier cannot be seen.
/// </summary>
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
            noQueries ? "no-querier-flooding" : "snooping-off",
            noQueries ? "nothing sends IGMP general queries, and the switch floods multicast: it does so for want of a querier, or does not snoop at all" : "the switch floods multicast, though queries are there: snooping is off",
            everywhere ? "" : $"ports of {Wording.Names(flooded, 8)}",
            [.. FloodsTo, .. noQueries ? (string[])["M5", "M6"] : []],
            [
                .. arrivals.GroupBy(a => (a.Port, a.Group)).Select(g => $"{g.Key.Port}: {g.Sum(a => a.Packets)} {g.Key.Group} Group packets without having joined"),
                noQueries ? "no general query at any member's port" : $"general queries are there ({run.Queries.Ports.Max(p => p.General)} at a port), so it is not for want of a querier",
            ],
            noQueries ? "configure a querier with an address in the members' VLAN, and see that IGMP snooping is on" : "enable IGMP snooping in the members' VLAN");
    }

    private static IEnumerable<StrayArrival> Arrivals(RunAnalysis run) =>
        run.Stray.Agents.Concat(run.Stray.Silent).SelectMany(p => p.Arrivals).Where(a => a.Phase.Name != Phases.Forming);
}
