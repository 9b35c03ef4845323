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

/// <summary>
/// Reads a probe's outcome from what passed the capture at its source. What the kernel says of it is not enough: to connect(2) an ICMP port
/// unreachable looks like a RST, and a prohibition like a host that is down.
/// </summary>
internal static class ProbeReading
{
    private const byte DestinationUnreachable = 3;

    // Communication administratively prohibited, with the network, with the host, at all (RFC 1122 3.2.2.1, RFC 1812 5.2.7.1).
    private static ReadOnlySpan<byte> Prohibitions => [9, 10, 13];

    /// <summary>The outcome, and the address that sent the answer, if an answer decided.</summary>
    /// <param name="end">What the kernel said.</param>
    /// <param name="probe">The five-tuple of its SYN.</param>
    /// <param name="atSource">What the source's capture holds of it, oldest first.</param>
    /// <returns>Of a probe that left and was not answered, <see cref="ProbeOutcome.Filtered"/>: where it was lost, the target knows.</returns>
    internal static (ProbeOutcome Outcome, string AnsweredBy) Read(ConnectEnd end, FiveTuple probe, IReadOnlyList<SeenSegment> atSource)
    {
        if (end == ConnectEnd.Open) return (ProbeOutcome.Open, "");
        foreach (SeenSegment segment in atSource)
        {
            if (segment.Direction != PortDirection.In) continue;
            switch (segment.PartOf(probe))
            {
                case ProbePart.Reset:
                    return (ProbeOutcome.Refused, segment.Info.Tuple.Source.ToString());
                case ProbePart.IcmpError:
                    bool prohibited = segment.Info.Type == DestinationUnreachable && Prohibitions.Contains(segment.Info.Code);
                    return (prohibited ? ProbeOutcome.Prohibited : ProbeOutcome.IcmpOther, segment.Info.Tuple.Source.ToString());
            }
        }

        // No answer came in: what the kernel says comes from this machine itself.
        if (end == ConnectEnd.Refused) return (ProbeOutcome.Refused, "");
        if (end == ConnectEnd.Prohibited) return (ProbeOutcome.Prohibited, "");
        bool left = atSource.Any(s => s.Direction == PortDirection.Out && s.PartOf(probe) == ProbePart.Syn);
        return (end == ConnectEnd.Unreachable || !left ? ProbeOutcome.Unreachable : ProbeOutcome.Filtered, "");
    }
}
