using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Whether a flow arrived.</summary>
internal enum Arrival : byte
{
    /// <summary>It did.</summary>
    Seen,

    /// <summary>It did not, and the capture at its receiver proves it.</summary>
    Missing,

    /// <summary>The capture there cannot tell.</summary>
    Unwatched,
}

/// <summary>A flow that the matrix requires, at one of its receivers.</summary>
internal sealed record Expectation(PhaseObservation Phase, Flow Flow, MemberSpec Receiver);

/// <summary>What became of it.</summary>
/// <param name="Expectation">The flow and its receiver.</param>
/// <param name="Arrival">Whether it arrived.</param>
/// <param name="Why">Why it is not known to have; empty when it did.</param>
internal sealed record FlowArrival(Expectation Expectation, Arrival Arrival, string Why);

/// <summary>Every flow that the matrix requires in a settled phase, looked for at each of its receivers' ports.</summary>
internal static class FlowArrivals
{
    public static IReadOnlyList<FlowArrival> Of(RunAnalysis run)
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

    private static FlowArrival Look(SightingBook book, Expectation e)
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
}
