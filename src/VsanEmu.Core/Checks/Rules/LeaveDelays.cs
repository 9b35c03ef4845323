using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M8: how long after a leave the group stops (RFC 2432, 3.4.2; RFC 3918, 6.2), and whether a second host behind the port keeps it.</summary>
internal sealed class GroupLeaveDelay() : TrialCheck("M8", "group leave delay", TrialKind.Leave, TrialKind.LeaveBesideSibling)
{
    // Datagrams in a row that a sibling may lack before it has lost the stream, and for how long it may: a queue that is full throws away as many, but
    // who was cut off stays so until the next query.
    private const int Outage = 10;

    private static readonly TimeSpan ShortestOutage = TimeSpan.FromMilliseconds(100);

    // A switch that asks who else is there before it stops takes longer than this: it waits for answers for tenths of a second at least (RFC 3376, 8.8).
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(50);

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials);

    protected override string Expected(ClusterSpec spec) =>
        $"the stream stops at the port, median delay at most {Wording.Span(spec.Thresholds.LeaveDelay)}; another host behind the same port keeps it";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) =>
        [.. Rounds("round", TrialKind.Leave, run.Spec.Trials.Rounds), ("a round with a sibling behind the port", t => t.Plan.Kind == TrialKind.LeaveBesideSibling)];

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) =>
        Ledger.Of("leave", run.Leaves, r => r.End == LeaveEnd.Unproven ? r.Told : null, r => $"round {r.Trial.Plan.Round}")
            .And(Ledger.Of("sibling", sent.Where(t => t.Plan.Kind == TrialKind.LeaveBesideSibling),
                t => Sibling.Of(run, t) is null ? "its leave, or the stream around it, was not seen" : null, t => $"{t}"));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        IReadOnlyList<LeaveRound> rounds = run.Leaves;
        Sibling[] beside = [.. trials.Where(t => t.Plan.Kind == TrialKind.LeaveBesideSibling).Select(t => Sibling.Of(run, t)).OfType<Sibling>()];
        IEnumerable<string> evidence = rounds.Select(r => r.ToString());
        if (Siblings(beside, rounds) is { } lost) return lost with { Evidence = [.. lost.Evidence, .. evidence] };

        LeaveRound[] measured = [.. rounds.Where(r => r.End == LeaveEnd.Measured)], endless = [.. rounds.Where(r => r.End == LeaveEnd.Endless)];
        string sibling = beside.Length > 0 ? $"; in {Wording.Count(beside.Length, "round")} a sibling behind the port lost nothing" : "";
        Distribution? delays = Distribution.Of(measured.Select(r => r.DelayNs));
        if (delays is null && endless.Length == 0) return Finding.Inconclusive($"no leave could be measured{(rounds.Count > 0 ? $": {rounds[0].Told}" : "")}{sibling}") with { Evidence = evidence };

        long limit = Wording.Ns(run.Spec.Thresholds.LeaveDelay);
        string resolution = $"resolution {Wording.Span(rounds.Max(r => r.ResolutionNs))}";
        if (endless.Length > measured.Length)
        {
            long watched = endless.Max(r => r.DelayNs);
            string still = $"{endless.Length} of {Wording.Count(rounds.Count, "leave")} stopped nothing within {Wording.Span(watched)}";
            return watched < limit
                ? Finding.Inconclusive($"{still}, where {Wording.Span(limit)} are still good: the streams were too short") with { Evidence = evidence }
                : Slow($"{still}{sibling}", evidence);
        }

        // An endless round counts with what it was watched: the median is a lower bound then, and the true one if they are fewer than half.
        Distribution all = Distribution.Of([.. measured.Select(r => r.DelayNs), .. endless.Select(r => r.DelayNs)])!;
        string seen = $"{all}{(endless.Length > 0 ? $", {endless.Length} of them at least" : "")}, {resolution}{sibling}";
        return all.MedianNs > limit ? Slow(seen, evidence) : Finding.Pass(seen) with { Evidence = evidence };
    }

    private static Finding Slow(string seen, IEnumerable<string> evidence) => Finding.Warn(seen) with
    {
        Evidence = evidence,
        Cause = "the switch does not act on leaves and waits until the membership ages out, or the querier's last-member interval is long; or it floods (M4)",
        Remedy = "none is urgent: a port that left only carries what it does not need. A shorter last-member query interval, or fast leave on ports with a single host, cuts it",
    };

    private static Finding? Siblings(Sibling[] beside, IReadOnlyList<LeaveRound> rounds)
    {
        Sibling[] cutOff = [.. beside.Where(s => s.Missing >= Outage && s.OutageNs >= Wording.Ns(ShortestOutage))];
        if (cutOff.Length == 0) return null;
        Sibling worst = cutOff.MaxBy(s => s.OutageNs)!;
        LeaveRound[] measured = [.. rounds.Where(r => r.End == LeaveEnd.Measured)];
        bool fast = measured.Length > 0 && measured.All(r => r.DelayNs < Wording.Ns(AtOnce));
        string seen = $"when one of two hosts behind {worst.Port} left, the other lost the stream for {Wording.Span(worst.OutageNs)}";
        // Where every port has one host, as in most vSAN segments, fast leave does no harm.
        Finding finding = fast ? Finding.Warn($"fast leave, {Distribution.Of(measured.Select(r => r.DelayNs))}: {seen}") : Finding.Fail(seen);
        return finding with
        {
            Evidence = cutOff.Select(s => $"{s.Trial}: {s.Missing} datagrams in a row are missing at {s.Port} after the leave"),
            Cause = "fast leave on a port with several hosts behind it: the first leave cuts all of them off",
            Remedy = "turn fast leave (immediate leave) off on ports that lead to a hypervisor or another switch",
        };
    }

    // A host that stays, behind the port of one that leaves: the port's capture shows the stream for both.
    private sealed record Sibling(Trial Trial, string Port, long Missing)
    {
        public long OutageNs => Missing * Trial.Plan.IntervalNs;

        public static Sibling? Of(RunAnalysis run, Trial trial)
        {
            string port = run.Capture(trial.Plan.Actor) is not null ? trial.Plan.Actor : trial.Receivers.Select(p => p.Port).FirstOrDefault("");
            if (run.Capture(port) is not { Dropped: 0 } || trial.SaidAtNs(port, leave: true) is not { } left) return null;
            bool told = trial.At(port)?.FirstNs < left && trial.LastSentNs - left > Outage * trial.Plan.IntervalNs;
            return told ? new(trial, port, trial.LongestOutage(port, left)) : null;
        }
    }
}
