using VsanEmu.Core.Checks.Rules;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// Doubts failures that the machine of the run may have made itself: where it stood still, or had no room for frames, nothing that rests on time or on
/// counted datagrams is proven against the fabric.
/// </summary>
internal static class OwnMachine
{
    // What is said of losses; all else that is diagnosed rests on more than lost datagrams.
    private static readonly string[] OfLoss = ["loss", "multicast-rate-limit"];

    private const string Remedy = "repeat it on a machine with nothing else to do, or with fewer members";

    private const string RemedyOfLoss = "repeat it with a control server, and a way there, that stays up";

    // A peer is given up after this many heartbeats: what a hindrance causes shows up to so much later.
    private const int Aftermath = 5;

    /// <summary>The result as it is; or, where it failed and the machine was hindered while it was measured, inconclusive.</summary>
    public static CheckResult Doubt(RunAnalysis run, CheckResult result, Tolerance tolerance)
    {
        if (result.Outcome != CheckOutcome.Fail || run.Seen.Machine is not { Hindrances.Count: > 0 } machine) return result;
        long bears = tolerance.BearsNs(run.Spec);
        PhaseObservation[] looked = [.. run.Timeline.All.Where(p => tolerance.Looks.Contains(p.Name) && !(tolerance.UnsettledOnly && p.Settled))];
        Hindrance[] hindrances = [.. machine.Hindrances.Where(h => (h.Dropped > 0 || h.StoodNs >= bears) && looked.Any(p => In(run, h, p)))];
        if (hindrances.Length == 0) return result;
        return result with
        {
            Outcome = CheckOutcome.Inconclusive,
            Seen = $"{result.Seen}; but {Told(hindrances)} meanwhile",
            Evidence = Wording.Limit([.. hindrances.Select(h => $"at {Wording.Span(h.AtNs)}: {Told([h])}"), .. result.Evidence]),
            Cause = hindrances.All(h => h.Lost.Length > 0) ? "the loss of control may be the cause, not the fabric" : "this machine may be the cause, not the fabric",
            Remedy = hindrances.All(h => h.Lost.Length > 0) ? RemedyOfLoss : Remedy,
        };
    }

    /// <summary>True of a diagnosis of loss where this machine itself lost frames meanwhile: it only says again what the checks do that it explains, and these are in doubt.</summary>
    public static bool MayHaveLost(RunAnalysis run, Diagnosis diagnosis, IReadOnlyList<(CheckResult Result, Tolerance Tolerance)> results) =>
        OfLoss.Contains(diagnosis.Fault) && run.Seen.Machine is { } machine && machine.Hindrances.Any(h => h.Dropped > 0)
        && results.Where(r => diagnosis.Explains.Contains(r.Result.Id)).All(r => Doubt(run, r.Result, r.Tolerance).Outcome != CheckOutcome.Fail);

    private static bool In(RunAnalysis run, Hindrance hindrance, PhaseObservation phase) =>
        hindrance.AtNs <= phase.EndNs && hindrance.AtNs + hindrance.StoodNs >= phase.StartNs - (Aftermath * Wording.Ns(run.Spec.Timers.Heartbeat));

    private static string Told(Hindrance[] hindrances)
    {
        long stood = Longest(hindrances.Where(h => h.Lost.Length == 0)), dropped = hindrances.Sum(h => h.Dropped);
        Hindrance? lost = hindrances.Where(h => h.Lost.Length > 0).MaxBy(h => h.StoodNs);
        string[] all =
        [
            stood > 0 ? $"this machine stood still for {Wording.Span(stood)}" : "",
            dropped > 0 ? $"this machine dropped {Wording.Count(dropped, "frame")} of its own" : "",
            lost is null ? "" : $"control was lost for {Wording.Span(lost.StoodNs)}: {lost.Lost}",
        ];
        return string.Join(" and ", all.Where(t => t.Length > 0));

        static long Longest(IEnumerable<Hindrance> those) => those.Select(h => h.StoodNs).DefaultIfEmpty().Max();
    }
}
