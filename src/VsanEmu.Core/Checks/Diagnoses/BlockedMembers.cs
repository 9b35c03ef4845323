using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>acl-between-members</c>: TCP 2233 does not open between members that otherwise hear each other.</summary>
internal static class BlockedMembers
{
    // Chance may block this many times what loss is expected to.
    private const double LossMargin = 3;

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        HashSet<Direction> lost = [.. BlamedOnLoss(run)];
        BlockedWay[] blocked = [.. run.Tcp.Blocked.Values
            .Where(b => run.Segment.InTouch(b.Way) && !lost.Contains(b.Way))
            .OrderBy(b => b.Way.From).ThenBy(b => b.Way.To)];
        if (blocked.Length == 0) yield break;
        var pattern = PairPattern.Of([.. run.Tcp.Open, .. run.Tcp.Blocked.Keys], blocked.Select(b => b.Way));
        string where = pattern.Where;
        yield return new("acl-between-members", $"TCP {run.Spec.Channels.ReliablePort} is blocked between members that hear each other otherwise", where,
            ["F1", "F2", "A1", "A2", "A3", "A4", "V1", "V2", "V3"],
            blocked.Select(b => $"{b.Way}: {SynTrace.Describe(b.Outcome, b.AnsweredBy)}{Heard(run, b.Way)}"),
            $"between members permit TCP with destination port {run.Spec.Channels.ReliablePort} and, where the list is stateless, with source port {run.Spec.Channels.ReliablePort} too");
    }

    /// <summary>
    /// The directions whose probes failed no oftener than the measured loss explains: a SYN or its answer got lost, and a probe waits no longer.
    /// Directions without loss are never among them.
    /// </summary>
    public static IReadOnlyList<Direction> BlamedOnLoss(RunAnalysis run)
    {
        if (run.Tcp.Open.Count == 0) return [];
        Direction[] blocked = [.. run.Tcp.Blocked.Keys.Where(w => FailsByLoss(run, w) > 0)];
        double expected = run.Tcp.Open.Concat(run.Tcp.Blocked.Keys).Sum(w => FailsByLoss(run, w));
        return blocked.Length <= Math.Ceiling(expected * LossMargin) ? blocked : [];
    }

    // The chance that the SYN is lost on its way there, or its answer on its way back.
    private static double FailsByLoss(RunAnalysis run, Direction way) => 1 - ((1 - Lost(run, way)) * (1 - Lost(run, way.Reverse)));

    private static double Lost(RunAnalysis run, Direction way) =>
        run.AgentDelivery.Measured.TryGetValue(way, out Delivery? d) && !d.None ? d.Loss.Percent / 100 : 0;

    private static string Heard(RunAnalysis run, Direction way)
    {
        foreach (Direction w in (Direction[])[way, way.Reverse])
            if (run.AgentDelivery.Measured.TryGetValue(w, out Delivery? d) && !d.None) return $", while {d.Received} of {d.Sent} datagrams from {w.From} arrived at {w.To}";
        return "";
    }
}
