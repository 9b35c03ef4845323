using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>The directions on which the run was to ask by echo requests.</summary>
internal static class Pinged
{
    public static Ledger Of(RunAnalysis run, string kind, IReadOnlyDictionary<Direction, PingObservation> pings, Func<PingObservation, string?>? whyNot = null) =>
        Ledger.Of(kind, PingMatrix.Planned(run), w => pings.TryGetValue(w, out PingObservation? p) && p.Sent > 0 ? whyNot?.Invoke(p) : p is { Refusal.Length: > 0 } ? $"not sent: {p.Refusal}" : "not pinged")
            .SampleOf(run.Members.Count * (run.Members.Count - 1), "each member at least twice");
}

/// <summary>The directions in which the run was to send streams.</summary>
internal static class PathStreams
{
    public static Ledger Of(RunAnalysis run, string kind, IEnumerable<string> phases, Func<Direction, string?> whyNot) =>
        Ledger.Of(kind, Planned(run, [.. phases]), whyNot).SampleOf(run.Members.Count * (run.Members.Count - 1), "each member both ways with two others");

    private static IEnumerable<Direction> Planned(RunAnalysis run, HashSet<string> phases)
    {
        PhaseObservation? phase = run.Timeline.All.FirstOrDefault(p => phases.Contains(p.Name));
        string[] members = phase is null ? [.. run.Members] : [.. phase.Views.Select(v => v.Member)];
        return Pairs.Streams(members, run.Spec.Trials.Pairs).Select(w => new Direction(w.From, w.To));
    }
}

/// <summary>P2: the round trip between members.</summary>
internal sealed class RoundTrips() : Check("P2", "round trip")
{
    public override RunPart Needs => RunPart.Trials;

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials);

    protected override string Expected(ClusterSpec spec) => $"median round trip between members at most {Wording.Span(spec.Thresholds.RoundTrip)}";

    protected override Ledger Subjects(RunAnalysis run) => Pinged.Of(run, "small ping", run.Pings.Small, p => p.Answered == 0 ? "not answered (P1)" : null);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Pings.Count == 0) return Finding.Inconclusive("no echo request was sent");
        PingObservation[] answered = [.. run.Pings.Small.Values.Where(p => p.Answered > 0)];
        if (answered.Length == 0) return Finding.Inconclusive("no echo request was answered (P1)");
        PingObservation slowest = answered.MaxBy(p => p.MedianNs)!;
        string seen = $"median of the medians {Wording.Span(Distribution.Of(answered.Select(p => p.MedianNs))!.MedianNs)}, slowest {slowest.From} to {slowest.To} {Wording.Span(slowest.MedianNs)}, longest single {Wording.Span(answered.Max(p => p.MaxNs))}";
        PingObservation[] slow = [.. answered.Where(p => p.MedianNs > Wording.Ns(run.Spec.Thresholds.RoundTrip)).OrderByDescending(p => p.MedianNs)];
        if (slow.Length == 0) return Finding.Pass($"{Wording.Count(answered.Length, "direction")}: {seen}");
        return Finding.Warn($"{slow.Length} of {Wording.Count(answered.Length, "direction")} above {Wording.Span(run.Spec.Thresholds.RoundTrip)}: {seen}") with
        {
            Evidence = slow.Select(p => $"{p.From} to {p.To}: median {Wording.Span(p.MedianNs)}, {Wording.Span(p.MinNs)} to {Wording.Span(p.MaxNs)}"),
            Cause = "a long or congested path, a shaped port, or a machine too slow for its emulated members",
            Remedy = "compare with an idle fabric; look at queues and shapers of the ports that these directions share",
        };
    }
}

/// <summary>A9: a connection that nobody uses for a while is still there.</summary>
internal sealed class IdleConnections() : Check("A9", "idle connection survives")
{
    private const string NeverOpened = "never opened";

    public override RunPart Needs => RunPart.Trials | RunPart.Long;

    protected override string Expected(ClusterSpec spec) => "a TCP connection between members that was left idle still works";

    // Each member of those that lived then leaves one to the next.
    protected override Ledger Subjects(RunAnalysis run)
    {
        ILookup<string, IdleObservation> idles = run.Seen.Idles.ToLookup(i => i.From);
        return Ledger.Of("connection", run.Members, m => idles[m].Any() ? idles[m].All(i => i.How == NeverOpened) ? NeverOpened : null : "none was left idle", m => $"from {m}");
    }

    protected override Finding Judge(RunAnalysis run)
    {
        IdleObservation[] opened = [.. run.Seen.Idles.Where(i => i.How != NeverOpened)];
        if (run.Seen.Idles.Count == 0) return Finding.Inconclusive("no connection was left idle");
        if (opened.Length == 0) return Finding.Inconclusive("no connection opened that could have been left idle (A1)");
        IdleObservation[] cut = [.. opened.Where(i => !i.Survived)];
        if (cut.Length == 0) return Finding.Pass($"{Wording.Count(opened.Length, "connection")} idle for up to {Wording.Span(opened.Max(i => i.IdleNs))}");
        return Finding.Fail($"{cut.Length} of {Wording.Count(opened.Length, "connection")} did not survive {Wording.Span(cut.Min(i => i.IdleNs))}: {Wording.Names(cut.Select(c => c.How).Distinct(), 2)}") with
        {
            Evidence = cut.Select(c => $"{c.From} to {c.To}: idle for {Wording.Span(c.IdleNs)}, then {c.How}"),
            Cause = "a stateful device between the members forgets connections that are idle",
            Remedy = "take stateful devices out of the vSAN segment, or raise their idle timeout beyond the hosts' TCP keep-alive",
        };
    }
}
