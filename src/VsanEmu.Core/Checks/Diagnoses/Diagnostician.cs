using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>A fault that a rule believes in.</summary>
/// <param name="Fault">Its id in the lab's vocabulary.</param>
/// <param name="Summary">In a sentence.</param>
/// <param name="Where">Ports, pairs or sides.</param>
/// <param name="MayExplain">Ids of checks that it makes fail or stay inconclusive, whether or not they did.</param>
/// <param name="Evidence">What it rests on.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Suspicion(string Fault, string Summary, string Where, IReadOnlyList<string> MayExplain, IEnumerable<string> Evidence, string Remedy);

/// <summary>Asks each rule what it believes, and joins that with what failed.</summary>
internal static class Diagnostician
{
    // Of two that explain equally much, the one that cuts deeper into the fabric comes first.
    private static readonly Func<RunAnalysis, IEnumerable<Suspicion>>[] Rules =
    [
        BrokenSegment.Find,
        MissingQuerier.Find,
        Flooding.Find,
        DoubledAddress.Find,
        OddSwitch.Find,
        HostFirewall.Find,
        SilentPort.Find,
        BlockedMembers.Find,
        LossyPath.Find,
        BadPath.Find,
        OpenAccess.Find,
        RivalQueriers.Find,
    ];

    public static IReadOnlyList<Diagnosis> Conclude(RunAnalysis run, IReadOnlyList<CheckResult> results)
    {
        CheckResult[] troubled = [.. results.Where(r => r.Outcome is CheckOutcome.Fail or CheckOutcome.Warn or CheckOutcome.Inconclusive)];
        if (troubled.Length == 0) return [];
        var failed = troubled.Where(r => r.Outcome == CheckOutcome.Fail).Select(r => r.Id).ToHashSet();
        return
        [
            .. from suspicion in Rules.SelectMany(find => find(run))
               let explains = troubled.Select(r => r.Id).Where(suspicion.MayExplain.Contains).ToArray()
               where explains.Length > 0
               orderby explains.Count(failed.Contains) descending, explains.Length descending
               select new Diagnosis
               {
                   Fault = suspicion.Fault,
                   Summary = suspicion.Summary,
                   Where = suspicion.Where,
                   Evidence = Wording.Limit(suspicion.Evidence),
                   Explains = explains,
                   Remedy = suspicion.Remedy,
               },
        ];
    }
}
