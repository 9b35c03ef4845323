using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F2: in each settled phase every flow that the matrix requires arrives at its receiver's port, each connection opened by the right side.</summary>
internal sealed class EveryFlowArrives() : Check("F2", "every flow arrives")
{
    private enum Arrival : byte
    {
        Seen,
        Missing,
        Unwatched,
    }

    private sealed record Expectation(PhaseObservation Phase, Flow Flow, MemberSpec Receiver);

    private sealed record Looking(Expectation Expectation, Arrival Arrival, string Why);

    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Calm);

    protected override string Expected(ClusterSpec spec) =>
        "every required flow of the matrix at its receivers' ports, both TCP connections of each Master-member pair among them, each opened by the right side";

    protected override Ledger Subjects(RunAnalysis run) =>
        Ledger.Of("flow", Looked(run), l => l.Arrival == Arrival.Unwatched ? l.Why : null, l => $"{l.Expectation.Phase.Name}: {Line(run, l.Expectation)}");

    protected override Finding Judge(RunAnalysis run)
    {
        PhaseObservation[] settled = [.. run.Timeline.All.Where(p => p.Settled)];
        if (settled.Length == 0) return Finding.Inconclusive("no phase was settled, so it is not known which flows had to be there");

        Looking[] checkedFlows = Looked(run), missing = [.. checkedFlows.Where(c => c.Arrival == Arrival.Missing)];
        if (missing.Length > 0)
        {
            string flows = string.Join(' ', missing.Select(m => m.Expectation.Flow.Id).Distinct().Order());
            return Finding.Fail($"{missing.Length} of {checkedFlows.Length} flows did not arrive: {flows} ({Wording.Names(missing.Select(m => m.Expectation.Phase.Name).Distinct(), 8)})") with
            {
                Evidence = missing.Select(m => $"{m.Expectation.Phase.Name}: {Line(run, m.Expectation)}: {m.Why}"),
                Cause = "the fabric does not carry it, or its sender never sent it (see the evidence)",
                Remedy = "for a group see M1 to M5, for TCP see A1; for a flow that was never sent see F1",
            };
        }

        string counts = string.Join(", ", checkedFlows.GroupBy(c => c.Expectation.Flow.Id).OrderBy(g => g.Key).Select(g => $"{g.Key} {g.Count()}"));
        return Finding.Pass($"{checkedFlows.Length} flows at their receivers in {Wording.Count(settled.Length, "settled phase")}: {counts}");
    }

    private static Looking[] Looked(RunAnalysis run)
    {
        var book = new SightingBook(run);
        return [.. run.Timeline.Settled.SelectMany(p => Expectations(run, p)).Select(e => Look(book, e))];
    }

    // One for each receiver: a group has several. A report's receiver is the switch, so it is looked for where it was sent.
    private static IEnumerable<Expectation> Expectations(RunAnalysis run, PhaseObservation phase)
    {
        var roles = phase.Views.GroupBy(v => v.Id).ToDictionary(g => g.Key, g => g.Last());
        foreach (Flow flow in run.MatrixOf(phase).Required.DistinctBy(f => (f.Id, f.Source, f.SourcePort, f.Destination, f.DestinationPort, f.Group)))
        {
            bool report = flow.Transport == FlowTransport.Igmp;
            foreach (MemberSpec member in run.Spec.Members)
            {
                if (!roles.TryGetValue(member.Id, out MemberView? view)) continue;
                bool listens = flow.Group switch
                {
                    _ when report => member.Id == flow.From,
                    FlowGroup.None => member.Id == flow.To,
                    FlowGroup.Agent => member.Id != flow.From,
                    _ => member.Id != flow.From && view.Role is Role.Master or Role.Backup,
                };
                if (listens && SameSide(run, phase, flow.From, member.Name)) yield return new(phase, flow, member);
            }
        }
    }

    private static bool SameSide(RunAnalysis run, PhaseObservation phase, MemberId from, string to) =>
        Timeline.Side(phase, run.Name(from)) == Timeline.Side(phase, to);

    private static Looking Look(SightingBook book, Expectation e)
    {
        if (book.Capture(e.Receiver.Name) is not { } capture) return new(e, Arrival.Unwatched, $"no capture at {e.Receiver.Name}");
        string? fault = e.Flow.Transport == FlowTransport.Igmp ? ReportFault(book, e) : PacketFault(book, e);
        if (fault is null) return new(e, Arrival.Seen, "");
        return capture.Dropped > 0
            ? new(e, Arrival.Unwatched, $"not seen, but the kernel dropped {capture.Dropped} frames of the capture at {e.Receiver.Name}")
            : new(e, Arrival.Missing, fault);
    }

    private static string? PacketFault(SightingBook book, Expectation e)
    {
        FlowSighting? arrived = book.Find(e.Receiver.Name, PortDirection.In, e.Phase.Name, e.Flow);
        if (arrived is null || arrived.Packets == 0)
        {
            bool sent = book.Find(book.NameOf(e.Flow.From), PortDirection.Out, e.Phase.Name, e.Flow) is { Packets: > 0 };
            return sent ? $"was sent, but did not arrive at {e.Receiver.Name}" : "was never sent";
        }

        if (e.Flow.Id == FlowId.D1 && arrived.Payloads == 0) return $"only bare acknowledgements arrived at {e.Receiver.Name}";
        bool opens = e.Flow.Transport == FlowTransport.Tcp && e.Flow.OpenedBy == e.Flow.From;
        return opens && !book.SynSeen(e.Receiver.Name, e.Phase, e.Flow)
            ? $"packets arrived at {e.Receiver.Name}, but no SYN up to then: {book.NameOf(e.Flow.From)} was not seen to open it"
            : null;
    }

    private static string? ReportFault(SightingBook book, Expectation e) =>
        book.Reported(e.Receiver.Name, e.Phase, e.Flow) ? null : $"{e.Receiver.Name} sent no report for it up to then";

    private static string Line(RunAnalysis run, Expectation e)
    {
        string to = e.Flow.Group == FlowGroup.None ? run.Name(e.Flow.To) : $"the {e.Flow.Group} Group";
        return $"{e.Flow.Id} {run.Name(e.Flow.From)} to {to}";
    }
}
