using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>acl-between-members</c>: TCP 2233 does not open between members that otherwise hear each other.</summary>
internal static class BlockedMembers
{
    // Chance may block this many times what loss is expected to.
    private const double LossMargin = 3;

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        BlockedWay[] blocked = [.. run.Tcp.Blocked.Values.Where(b => run.Segment.InTouch(b.Way)).OrderBy(b => b.Way.From).ThenBy(b => b.Way.To)];
        if (blocked.Length == 0 || IsLoss(run, blocked.Length)) yield break;
        var pattern = PairPattern.Of([.. run.Tcp.Open, .. run.Tcp.Blocked.Keys], blocked.Select(b => b.Way));
        string where = pattern.All ? "" : pattern.Describe("reaches", towardsSender: false);
        yield return new("acl-between-members", $"TCP {run.Spec.Channels.ReliablePort} is blocked between members that hear each other otherwise", where,
            ["F1", "F2", "A1", "A2", "A3", "A4", "V1", "V2", "V3"],
            blocked.Select(b => $"{b.Way}: {SynTrace.Describe(b.Outcome, b.AnsweredBy)}{Heard(run, b.Way)}"),
            $"between members permit TCP with destination port {run.Spec.Channels.ReliablePort} and, where the list is stateless, with source port {run.Spec.Channels.ReliablePort} too");
    }

    /// <summary>True when as many probes would fail by the measured loss alone: a SYN or its answer got lost, and a probe waits no longer.</summary>
    public static bool IsLoss(RunAnalysis run, int blocked)
    {
        double rate = LossSite.Of(run.AgentDelivery).Loss.Percent / 100;
        if (rate == 0 || run.Tcp.Open.Count == 0) return false;
        double expected = (1 - ((1 - rate) * (1 - rate))) * (run.Tcp.Open.Count + run.Tcp.Blocked.Count);
        return blocked <= Math.Ceiling(expected * LossMargin);
    }

    private static string Heard(RunAnalysis run, Direction way)
    {
        foreach (Direction w in (Direction[])[way, way.Reverse])
            if (run.AgentDelivery.Measured.TryGetValue(w, out Delivery? d) && !d.None) return $", while {d.Received} of {d.Sent} datagrams from {w.From} arrived at {w.To}";
        return "";
    }
}
