using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>P2: the round trip between members.</summary>
internal sealed class RoundTrips() : Check("P2", "round trip")
{
    protected override string Expected(ClusterSpec spec) => $"median round trip between members at most {Wording.Span(spec.Thresholds.RoundTrip)}";

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Pings.Count == 0) return Finding.Skip("no echo request was sent");
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
    protected override string Expected(ClusterSpec spec) => "a TCP connection between members that was left idle still works";

    protected override Finding Judge(RunAnalysis run)
    {
        IdleObservation[] opened = [.. run.Seen.Idles.Where(i => i.How != "never opened")];
        if (run.Seen.Idles.Count == 0) return Finding.Skip("no connection was left idle (--long does)");
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
