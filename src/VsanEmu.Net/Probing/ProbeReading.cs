using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Probing;

/// <summary>How the kernel said that an attempt to connect ended.</summary>
internal enum ConnectEnd : byte
{
    /// <summary>Connected.</summary>
    Open,

    /// <summary>ECONNREFUSED: a RST, or an ICMP port unreachable.</summary>
    Refused,

    /// <summary>EHOSTUNREACH, ENETUNREACH and the like: an ICMP error, no ARP answer, or no route.</summary>
    Unreachable,

    /// <summary>EACCES: ICMPv6 said that it is prohibited (RFC 4443 3.1, codes 1, 5 and 6), or this machine's own filter did.</summary>
    Prohibited,

    /// <summary>Nothing within the time.</summary>
    Silence,
}

/// <summary>What became of a probe.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="AnsweredBy">The address that sent the answer, if an answer decided.</param>
/// <param name="OwnHost">What the source's own host did to it.</param>
internal readonly record struct ReadProbe(ProbeOutcome Outcome, string AnsweredBy = "", OwnHostDeed OwnHost = OwnHostDeed.None);

/// <summary>
/// Reads a probe's outcome from what passed the capture at its source. What the kernel says of it is not enough: to connect(2) an ICMP port
/// unreachable looks like a RST, and a prohibition like a host that is down.
/// </summary>
internal static class ProbeReading
{
    private const byte DestinationUnreachable = 3;

    // Communication administratively prohibited, with the network, with the host, at all (RFC 1122 3.2.2.1, RFC 1812 5.2.7.1).
    private static ReadOnlySpan<byte> Prohibitions => [9, 10, 13];

    /// <summary>The outcome, who sent the answer, and what the own host did.</summary>
    /// <param name="end">What the kernel said.</param>
    /// <param name="probe">The five-tuple of its SYN.</param>
    /// <param name="atSource">What the source's capture holds of it, oldest first.</param>
    /// <returns>Of a probe that left and was not answered, <see cref="ProbeOutcome.Filtered"/>: where it was lost, the target knows.</returns>
    internal static ReadProbe Read(ConnectEnd end, FiveTuple probe, IReadOnlyList<SeenSegment> atSource)
    {
        if (end == ConnectEnd.Open) return new(ProbeOutcome.Open);
        foreach (SeenSegment segment in atSource)
        {
            if (segment.Direction != PortDirection.In) continue;
            switch (segment.PartOf(probe))
            {
                case ProbePart.SynAck:
                    return new(ProbeOutcome.Filtered, OwnHost: OwnHostDeed.AnswerDropped);
                case ProbePart.Reset:
                    return new(ProbeOutcome.Refused, segment.Info.Tuple.Source.ToString());
                case ProbePart.IcmpError:
                    bool prohibited = segment.Info.Type == DestinationUnreachable && Prohibitions.Contains(segment.Info.Code);
                    return new(prohibited ? ProbeOutcome.Prohibited : ProbeOutcome.IcmpOther, segment.Info.Tuple.Source.ToString());
            }
        }

        // No answer came in: what the kernel says of a SYN that did not leave comes from this machine itself.
        bool left = atSource.Any(s => s.Direction == PortDirection.Out && s.PartOf(probe) == ProbePart.Syn);
        OwnHostDeed refused = left ? OwnHostDeed.None : OwnHostDeed.Refused, unsent = left ? OwnHostDeed.None : OwnHostDeed.Unsent;
        return end switch
        {
            ConnectEnd.Refused => new(ProbeOutcome.Refused, OwnHost: refused),
            ConnectEnd.Prohibited => new(ProbeOutcome.Prohibited, OwnHost: refused),
            ConnectEnd.Unreachable => new(ProbeOutcome.Unreachable, OwnHost: unsent),
            _ => new(left ? ProbeOutcome.Filtered : ProbeOutcome.Unreachable, OwnHost: unsent),
        };
    }
}
