using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M7: how long after a report the group arrives (RFC 2432, 3.4.1; RFC 3918, 6.1), where nobody had joined it (A) and where it was forwarded elsewhere (B).</summary>
internal sealed class GroupJoinDelay() : TrialCheck("M7", "group join delay", TrialKind.JoinUnknown, TrialKind.JoinForwarded)
{
    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials);

    protected override string Expected(ClusterSpec spec) =>
        $"nothing before the report, and the stream after it: median delay at most {Wording.Span(spec.Thresholds.JoinDelay)}, method A (a group new to the switch) and B (forwarded elsewhere)";

    // Method B takes a port to which the group is forwarded already: a third member.
    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) =>
    [
        .. Rounds("method A, round", TrialKind.JoinUnknown, run.Spec.Trials.Rounds),
        .. run.Members.Count > 2 ? Rounds("method B, round", TrialKind.JoinForwarded, run.Spec.Trials.Rounds) : [],
    ];

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => OfRounds("join", run.Joins);

    internal static Ledger OfRounds(string kind, IEnumerable<JoinRound> rounds) =>
        Ledger.Of(kind, rounds, r => r.End == JoinEnd.Unproven ? r.Told : null, r => $"method {r.Method}, round {r.Trial.Plan.Round}");

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        IReadOnlyList<JoinRound> rounds = run.Joins;
        JoinRound[] never = [.. rounds.Where(r => r.End == JoinEnd.Never)];
        IEnumerable<string> evidence = rounds.Select(r => r.ToString());
        if (never.Length > 0)
        {
            return Finding.Fail($"{never.Length} of {Wording.Count(rounds.Count, "join")} brought nothing: {Wording.Names(never.Select(r => r.Trial.Plan.Actor).Distinct())}") with
            {
                Evidence = never.Concat(rounds.Except(never)).Select(r => r.ToString()),
                Cause = "the switch did not learn from the report: its version is not understood, the report was lost or filtered, or the group table is full",
                Remedy = "show the switch's group table while the join is repeated; compare M10 and M13",
            };
        }

        var methods = rounds.GroupBy(r => r.Method).OrderBy(g => g.Key).Select(g => (Method: g.Key, Delays: Measured(g), Rounds: g.ToArray())).ToArray();
        if (methods.All(m => m.Delays is null))
        {
            bool early = rounds.Any(r => r.End == JoinEnd.Early);
            return Finding.Inconclusive(early ? "the groups arrived before anybody joined them (M4, M11): there is no delay to measure" : $"no join could be measured: {rounds[0].Told}") with { Evidence = evidence };
        }

        string seen = $"{string.Join("; ", methods.Select(m => $"{m.Method}: {Describe(m.Delays, m.Rounds)}"))}; resolution {Wording.Span(rounds.Max(r => r.ResolutionNs))}";
        return methods.Any(m => m.Delays?.MedianNs > Wording.Ns(run.Spec.Thresholds.JoinDelay))
            ? Finding.Warn($"{seen}: slower than {Wording.Span(run.Spec.Thresholds.JoinDelay)}") with
            {
                Evidence = evidence,
                Cause = "the switch handles reports in software and is busy, or learns the port only when the host answers the next query",
                Remedy = "look at the switch's CPU load and its rate limit for IGMP; a rejoining host is deaf as long as this takes",
            }
            : Finding.Pass(seen) with { Evidence = evidence };
    }

    private static Distribution? Measured(IEnumerable<JoinRound> rounds) => Distribution.Of(rounds.Where(r => r.End == JoinEnd.Measured).Select(r => r.DelayNs));

    private static string Describe(Distribution? delays, JoinRound[] rounds)
    {
        int early = rounds.Count(r => r.End == JoinEnd.Early), unproven = rounds.Count(r => r.End == JoinEnd.Unproven);
        if (delays is null) return early > 0 ? "not measurable, the switch floods groups that nobody joined (M11)" : $"not measured ({rounds[0].Told})";
        return delays + (early + unproven > 0 ? $" ({early + unproven} more not measurable)" : "");
    }
}

/// <summary>M17: the first join after silence brings the group as the later ones do. Two clusters of delays are the sign of lost reports.</summary>
internal sealed class FirstJoin() : TrialCheck("M17", "first join is not lost", TrialKind.JoinUnknown)
{
    // A slow round takes this many times the others' median, and longer than any scheduler sleeps.
    private const int SlowFactor = 10;
    private const long SlowNs = 100_000_000;

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials);

    protected override string Expected(ClusterSpec spec) => "the first join of a port takes no longer than those after it";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => Rounds("round", TrialKind.JoinUnknown, run.Spec.Trials.Rounds);

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => GroupJoinDelay.OfRounds("join", run.Joins.Where(r => r.Method == "A"));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        JoinRound[] rounds = [.. run.Joins.Where(r => r.Method == "A" && r.End != JoinEnd.Unproven)];
        JoinRound[] joins = [.. rounds.Where(r => r.End != JoinEnd.Early)], first = [.. joins.Where(IsFirst)], later = [.. joins.Where(r => !IsFirst(r))];
        if (rounds.Length > 0 && joins.Length == 0) return Finding.Skip("cannot be told here: the switch floods groups that nobody joined (M4, M11)");
        if (first.Length == 0 || later.Length == 0) return Finding.Inconclusive("a first join and later ones are needed") with { Evidence = run.Joins.Select(r => r.ToString()) };

        JoinRound[] lost = [.. first.Where(r => r.End == JoinEnd.Never)];
        if (Distribution.Of(later.Where(r => r.End == JoinEnd.Measured).Select(r => r.DelayNs)) is not { } usual)
            return Finding.Inconclusive("no later join brought anything either (M7), so the first is no exception");
        IEnumerable<string> evidence = joins.Select(r => r.ToString());
        const string cause = "the switch loses the report that makes it learn a port or a group, and the host's repetition (RFC 3376, 8.11) comes later";
        const string remedy = "look for a rate limit on IGMP and for entries that the switch must first program; a member that restarts is deaf that long";
        if (lost.Length > 0)
            return Finding.Fail($"the first join of {Wording.Names(lost.Select(r => r.Trial.Plan.Actor).Distinct())} brought nothing; later ones take {usual}") with { Evidence = evidence, Cause = cause, Remedy = remedy };

        JoinRound[] slow = [.. joins.Where(r => Slow(r, usual))];
        if (slow.Length > 0)
        {
            return Finding.Warn($"{slow.Length} of {joins.Length} joins are in a slow group of their own: {Wording.Span(slow.Min(r => r.DelayNs))} and more, where the usual is {Wording.Span(usual.MedianNs)}{(slow.Any(IsFirst) ? "; a first join is among them" : "")}") with
            {
                Evidence = evidence,
                Cause = cause,
                Remedy = remedy,
            };
        }

        return Finding.Pass($"first {Wording.Span(first.Max(r => r.DelayNs))}, later {usual}");
    }

    private static bool IsFirst(JoinRound round) => round.Trial.Plan.Round == 1;

    private static bool Slow(JoinRound round, Distribution usual) =>
        round.End == JoinEnd.Measured && round.DelayNs > usual.MedianNs * SlowFactor && round.DelayNs > SlowNs + (round.Trial.Out?.Gap ?? 0);
}
