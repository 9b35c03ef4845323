using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>two-queriers</c>: general queries of several queriers at the same time.</summary>
internal static class RivalQueriers
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        if (!run.Queries.Rivals) yield break;
        yield return new("two-queriers", $"{run.Queries.Queriers.Count} queriers query at the same time: {Wording.Names(run.Queries.Queriers)}", "", ["M5"],
            run.Queries.Sightings.GroupBy(s => s.Source).Select(g => $"{g.Key}: {g.Max(s => s.General)} general queries at a port in one phase"),
            "leave one querier enabled in the VLAN, or find what keeps their queries apart: the lowest address should win");
    }
}
