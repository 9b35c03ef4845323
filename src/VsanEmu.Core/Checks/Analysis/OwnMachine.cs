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

    /// <summary>The result as it is; or, where it failed and the machine was hindered while it was measured, or was not watched, inconclusive.</summary>
    public static CheckResult Doubt(RunAnalysis run, CheckResult result, Tolerance tolerance)
    {
        if (result.Outcome != CheckOutcome.Fail || run.Seen.Machine is not { } machine) return result;
        long bears = tolerance.BearsNs(run.Spec);
        PhaseObservation[] looked = [.. run.Timeline.All.Where(p => tolerance.Looks.Contains(p.Name) && !(tolerance.UnsettledOnly && p.Settled))];
        if (looked.Length == 0) return result;
        Hindrance[] hindrances = [.. machine.Hindrances
            .Where(h => (h.Dropped > 0 || h.StoodNs >= bears || (tolerance.OnThePool && h.StarvedNs >= bears)) && looked.Any(p => In(run, h, p)))];
        if (hindrances.Length == 0) return machine.Unwatched.Count == 0 ? result : Unwatched(result, machine);
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

    private static CheckResult Unwatched(CheckResult result, MachineObservation machine) => result with
    {
        Outcome = CheckOutcome.Inconclusive,
        Seen = $"{result.Seen}; but whether this machine kept up was not watched",
        Evidence = Wording.Limit([.. machine.Unwatched.Select(why => $"not watched: {why}"), .. result.Evidence]),
        Cause = "this machine may be the cause, not the fabric: nobody watched it",
        Remedy = "repeat it where this machine can be watched; the evidence says what stood in the way",
    };

    private static bool In(RunAnalysis run, Hindrance hindrance, PhaseObservation phase) =>
        hindrance.AtNs <= phase.EndNs && hindrance.AtNs + Math.Max(hindrance.StoodNs, hindrance.StarvedNs) >= phase.StartNs - (Aftermath * Wording.Ns(run.Spec.Timers.Heartbeat));

    private static string Told(Hindrance[] hindrances)
    {
        long stood = Longest(hindrances.Where(h => h.Lost.Length == 0)), dropped = hindrances.Sum(h => h.Dropped);
        long starved = hindrances.Max(h => h.StarvedNs);
        Hindrance? lost = hindrances.Where(h => h.Lost.Length > 0).MaxBy(h => h.StoodNs);
        string[] all =
        [
            stood > 0 ? $"this machine stood still for {Wording.Span(stood)}" : "",
            starved > stood ? $"this tool's own work waited {Wording.Span(starved)} for a thread" : "",
            dropped > 0 ? $"this machine dropped {Wording.Count(dropped, "frame")} of its own" : "",
            lost is null ? "" : $"control was lost for {Wording.Span(lost.StoodNs)}: {lost.Lost}",
        ];
        return string.Join(" and ", all.Where(t => t.Length > 0));

        static long Longest(IEnumerable<Hindrance> those) => those.Select(h => h.StoodNs).DefaultIfEmpty().Max();
    }
}
