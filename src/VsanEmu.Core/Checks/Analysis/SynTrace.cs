using System.Net;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>What the capture at a probe's target tells about a probe that got no answer.</summary>
internal static class SynTrace
{
    /// <summary>True when the probe's SYN arrived at its target, false when it did not, null when the capture there cannot tell.</summary>
    public static bool? Arrived(RunAnalysis run, ProbeObservation probe)
    {
        if (run.Capture(probe.To) is not { } capture || AddressOf(run, probe.From) is not { } source) return null;
        bool arrived = capture.Flows.Any(f =>
            f.Phase == probe.Phase && f.Direction == PortDirection.In && f.Protocol == FiveTuple.Tcp && f.Source == source
            && f.SourcePort == probe.SourcePort && f.DestinationPort == probe.DestinationPort && f.Syns > 0);
        return arrived ? true : capture.Dropped == 0 ? false : null;
    }

    /// <summary>True when a target's SYN-ACK came back to the source of a probe: TCP opens there, whatever became of what was said on it.</summary>
    public static bool Answered(RunAnalysis run, ProbeObservation probe) =>
        run.Capture(probe.From) is { } capture && AddressOf(run, probe.To) is { } target && capture.Flows.Any(f =>
            f.Phase == probe.Phase && f.Direction == PortDirection.In && f.Protocol == FiveTuple.Tcp && f.Source == target
            && f.SourcePort == probe.DestinationPort && f.DestinationPort == probe.SourcePort && f.SynAcks > 0);

    /// <summary>A probe's outcome, told apart as far as the target's capture allows.</summary>
    public static ProbeOutcome Refine(RunAnalysis run, ProbeObservation probe) => probe.Outcome != ProbeOutcome.Filtered
        ? probe.Outcome
        : Arrived(run, probe) switch
        {
            true => ProbeOutcome.FilteredReturn,
            false => ProbeOutcome.FilteredForward,
            null => ProbeOutcome.Filtered,
        };

    /// <summary>An outcome in words.</summary>
    public static string Describe(ProbeOutcome outcome, string answeredBy, OwnHostDeed ownHost = OwnHostDeed.None) => outcome switch
    {
        _ when ownHost == OwnHostDeed.AnswerDropped => "answered, and the answer dropped by the source's own firewall",
        _ when ownHost == OwnHostDeed.Refused => "refused by the source's own firewall",
        _ when ownHost == OwnHostDeed.Unsent => "the SYN never left the source's interface: no ARP answer, no route, or its own firewall",
        ProbeOutcome.Open => "open",
        ProbeOutcome.FilteredForward => "no answer, the SYN did not arrive",
        ProbeOutcome.FilteredReturn => "no answer, though the SYN arrived",
        ProbeOutcome.Refused => $"refused{By(answeredBy)}",
        ProbeOutcome.Prohibited => $"prohibited{By(answeredBy)}",
        ProbeOutcome.IcmpOther => $"ICMP error{By(answeredBy)}",
        ProbeOutcome.Unreachable => "unreachable: no ARP answer or no route",
        _ => "no answer",
    };

    private static string By(string who) => who.Length == 0 ? "" : $" by {who}";

    private static string? AddressOf(RunAnalysis run, string name)
    {
        IPAddress? address = run.Spec.Members.FirstOrDefault(m => m.Name == name)?.Address
            ?? run.Spec.Outsiders.FirstOrDefault(o => o.Name == name)?.Address;
        return address?.ToString();
    }
}
