using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A1: all ordered pairs of members reach each other on the reliable port.</summary>
internal sealed class MembersReachEachOther() : Check("A1", "members reach each other")
{
    public override RunPart Uses => RunPart.Probing;

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Probing);

    protected override string Expected(ClusterSpec spec) => $"TCP {spec.Channels.ReliablePort} opens between all members, in both directions";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("direction", run.Tcp.Expected, run.Tcp.WhyNot);

    protected override Finding Judge(RunAnalysis run)
    {
        TcpMatrix tcp = run.Tcp;
        if (!tcp.Tried) return Finding.Inconclusive("no member tried another");
        if (tcp.Blocked.Count > 0)
        {
            ProbeOutcome usual = tcp.Blocked.Values.GroupBy(b => b.Outcome).MaxBy(g => g.Count())!.Key;
            return Finding.Fail($"{tcp.Pattern().DescribeReaching()}: {SynTrace.Describe(usual, "")}") with
            {
                Evidence = tcp.Blocked.Values.OrderBy(b => b.Way.From).ThenBy(b => b.Way.To).Select(b => $"{b.Way}: {SynTrace.Describe(b.Outcome, b.AnsweredBy)}{tcp.Share(b.Way)}"),
                Cause = Cause(usual),
                Remedy = $"between members permit TCP with destination port {run.Spec.Channels.ReliablePort} and, where the list is stateless, with source port {run.Spec.Channels.ReliablePort} too",
            };
        }

        if (tcp.Unsteady.Count > 0)
        {
            return Finding.Warn($"all {tcp.Open.Count} directions open, but {tcp.Unsteady.Count} not every time: {Wording.Names(tcp.Unsteady.Select(w => $"{w}"), 6)}") with
            {
                Evidence = tcp.Unsteady.Select(w => $"{w}{tcp.Share(w)}"),
                Cause = "much loss (P3), a limit on new connections, or a path that comes and goes",
                Remedy = "look at P3 first; then at limits on connections, and at links that flap",
            };
        }

        if (tcp.Mute.Count > 0)
        {
            return Finding.Warn($"all {tcp.Open.Count} directions open, but on {tcp.Mute.Count} no answer to the first question came in time: {Wording.Names(tcp.Mute.Select(w => $"{w}"), 6)}") with
            {
                Evidence = tcp.Mute.Select(w => $"{w}: a SYN-ACK came back, and no answer"),
                Cause = "large packets are lost (P1), so that what waits behind them is late; much loss (P3); or a member that is too slow",
                Remedy = "look at P1 and P3 first",
            };
        }

        return Finding.Pass($"all {tcp.Open.Count} directions are open");
    }

    private static string Cause(ProbeOutcome usual) => usual switch
    {
        ProbeOutcome.FilteredForward => "an access list or a cut drops the SYN on its way",
        ProbeOutcome.FilteredReturn => "the SYN arrives and the answer is dropped: a stateless list permits one direction only",
        ProbeOutcome.Refused or ProbeOutcome.Prohibited => "an access list rejects it, or nothing listens there",
        ProbeOutcome.Unreachable or ProbeOutcome.IcmpOther => "the members are not in one segment, or have no route to each other",
        _ => "an access list, a cut, or loss on the way",
    };
}
