using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>acl-between-members</c> and <c>acl-one-way</c>: TCP 2233 does not open between members that otherwise hear each other. It is one-way where the other direction
/// opens, or where a SYN arrives and only its answer is lost.
/// </summary>
internal static class BlockedMembers
{
    private static readonly string[] MayExplain = ["F1", "F2", .. Symptoms.Attempts, "P3", "V1", "V2", "V3"];

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        IReadOnlySet<Direction> lost = LossOdds.Connections(run);
        var blocked = run.Tcp.Blocked.Values.Where(b => run.Segment.InTouch(b.Way) && !lost.Contains(b.Way) && !run.HostDrops.Connections.Contains(b.Way)).ToDictionary(b => b.Way);
        ILookup<bool, BlockedWay> oneWay = blocked.Values.OrderBy(b => b.Way.From).ThenBy(b => b.Way.To).ToLookup(b => OneWay(run, blocked, b));
        int port = run.Spec.Channels.ReliablePort;
        if (oneWay[true].Any())
        {
            yield return Suspect(run, "acl-one-way", $"TCP {port} passes between members in one direction only", oneWay[true],
                $"a stateless list needs both: between members permit TCP with destination port {port} and with source port {port}, in each direction");
        }

        if (oneWay[false].Any())
        {
            yield return Suspect(run, "acl-between-members", $"TCP {port} is blocked between members that hear each other otherwise", oneWay[false],
                $"between members permit TCP with destination port {port} and, where the list is stateless, with source port {port} too");
        }
    }

    // Where the answer to one side's SYN is lost, the other side's SYN may be lost on that same way.
    private static bool OneWay(RunAnalysis run, Dictionary<Direction, BlockedWay> blocked, BlockedWay b) =>
        b.Outcome == ProbeOutcome.FilteredReturn || run.Tcp.Open.Contains(b.Way.Reverse)
        || (blocked.TryGetValue(b.Way.Reverse, out BlockedWay? back) && back.Outcome == ProbeOutcome.FilteredReturn);

    private static Suspicion Suspect(RunAnalysis run, string fault, string summary, IEnumerable<BlockedWay> ways, string remedy) => new(
        fault, summary, PairPattern.Of([.. run.Tcp.Open, .. run.Tcp.Blocked.Keys], ways.Select(b => b.Way)).Where, MayExplain,
        ways.Select(b => $"{b.Way}: {SynTrace.Describe(b.Outcome, b.AnsweredBy)}{Heard(run, b.Way)}"), remedy);

    private static string Heard(RunAnalysis run, Direction way)
    {
        foreach (Direction w in (Direction[])[way, way.Reverse])
            if (run.AgentDelivery.Measured.TryGetValue(w, out Delivery? d) && !d.None) return $", while {d.Received} of {d.Sent} datagrams from {w.From} arrived at {w.To}";
        return "";
    }
}
