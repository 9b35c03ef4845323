using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// Doubts failures that the machine of the run may have made itself: where it stood still, or had no room for frames, nothing that rests on time or on
/// counted datagrams is proven against the fabric.
/// </summary>
internal static class OwnMachine
{
    private const string Remedy = "repeat it on a machine with nothing else to do, or with fewer members";

    // Less than this delays no trial beyond its own tolerance.
    private static readonly TimeSpan TrialsBear = TimeSpan.FromMilliseconds(50);

    // A peer is given up after this many heartbeats: what a hindrance causes shows up to so much later.
    private const int Aftermath = 5;

    private static readonly string[] Calm = [Phases.Steady, Phases.Vms, Phases.Probing, Phases.Trials, Phases.Aged, Phases.AfterFailover, Phases.Healed];

    // Checks that rest on time or on counted datagrams, and the phases in which they look.
    private static readonly Dictionary<string, string[]> OfCluster = new()
    {
        ["F1"] = Calm,
        ["F2"] = Calm,
        ["M6"] = [Phases.Aged],
        ["V1"] = [Phases.Failover, Phases.AfterFailover],
        ["V3"] = [Phases.Partition, Phases.Healed],
    };

    private static readonly Dictionary<string, string[]> OfTrials = new()
    {
        ["M1"] = [Phases.Probing],
        ["M2"] = [Phases.Probing],
        ["M7"] = [Phases.Trials],
        ["M8"] = [Phases.Trials],
        ["M10"] = [Phases.Trials],
        ["M17"] = [Phases.Trials],
        ["A1"] = [Phases.Probing],
        ["P1"] = [Phases.Trials],
        ["P2"] = [Phases.Trials],
        ["P3"] = [Phases.Probing, Phases.Trials],
    };

    /// <summary>The result as it is; or, where it failed and the machine was hindered while it was measured, inconclusive.</summary>
    public static CheckResult Doubt(RunAnalysis run, CheckResult result)
    {
        if (result.Outcome != CheckOutcome.Fail || run.Seen.Machine is not { Hindrances.Count: > 0 } machine) return result;
        // The cluster lives by heartbeats, and bears what one of them may be late; a trial bears less.
        bool ofCluster = OfCluster.TryGetValue(result.Id, out string[]? phases);
        if (!ofCluster && !OfTrials.TryGetValue(result.Id, out phases)) return result;
        long bears = Wording.Ns(ofCluster ? run.Spec.Timers.Heartbeat : TrialsBear);
        // F1 finds fault with phases that were not calm throughout.
        PhaseObservation[] looked = [.. run.Timeline.All.Where(p => phases!.Contains(p.Name) && !(result.Id == "F1" && p.Settled))];
        Hindrance[] hindrances = [.. machine.Hindrances.Where(h => (h.Dropped > 0 || h.StoodNs >= bears) && looked.Any(p => In(run, h, p)))];
        if (hindrances.Length == 0) return result;
        return result with
        {
            Outcome = CheckOutcome.Inconclusive,
            Seen = $"{result.Seen}; but this machine {Told(hindrances)} meanwhile",
            Evidence = Wording.Limit([.. hindrances.Select(h => $"at {Wording.Span(h.AtNs)}: {Told([h])}"), .. result.Evidence]),
            Cause = "this machine may be the cause, not the fabric",
            Remedy = Remedy,
        };
    }

    private static bool In(RunAnalysis run, Hindrance hindrance, PhaseObservation phase) =>
        hindrance.AtNs <= phase.EndNs && hindrance.AtNs + hindrance.StoodNs >= phase.StartNs - (Aftermath * Wording.Ns(run.Spec.Timers.Heartbeat));

    private static string Told(Hindrance[] hindrances)
    {
        long stood = hindrances.Max(h => h.StoodNs), dropped = hindrances.Sum(h => h.Dropped);
        string still = stood > 0 ? $"stood still for {Wording.Span(stood)}" : "", threw = dropped > 0 ? $"dropped {Wording.Count(dropped, "frame")} of its own" : "";
        return string.Join(" and ", new[] { still, threw }.Where(t => t.Length > 0));
    }
}
