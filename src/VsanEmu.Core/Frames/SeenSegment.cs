using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>Which part of a TCP probe a frame is.</summary>
public enum ProbePart : byte
{
    /// <summary>None: it belongs to something else.</summary>
    None,

    /// <summary>The probe's SYN.</summary>
    Syn,

    /// <summary>The SYN-ACK that answers it.</summary>
    SynAck,

    /// <summary>The first fragment of a SYN that was cut before its flags.</summary>
    FirstFragment,

    /// <summary>A later fragment between the same addresses; whose it is, its <see cref="FrameInfo.Identification"/> tells.</summary>
    LaterFragment,

    /// <summary>A RST that answers it.</summary>
    Reset,

    /// <summary>An ICMP error about it; <see cref="FrameInfo.Type"/> and <see cref="FrameInfo.Code"/> say which, the source who sent it.</summary>
    IcmpError,
}

/// <summary>A frame that tells how an attempt to connect went.</summary>
/// <param name="AtNs">When it passed the port, ns since the run began.</param>
/// <param name="Number">Its number in the port's capture, from 1.</param>
/// <param name="Direction">Its direction.</param>
/// <param name="Info">Its fields.</param>
public readonly record struct SeenSegment(long AtNs, long Number, PortDirection Direction, FrameInfo Info)
{
    /// <summary>Which part of <paramref name="probe"/> this is. A probe's source port 0 stands for any.</summary>
    public ProbePart PartOf(in FiveTuple probe)
    {
        if (Info.Kind == FrameKind.Icmp) return Matches(probe, Info.Original) ? ProbePart.IcmpError : ProbePart.None;
        if (Info.FragmentOffset > 0) return Info.Tuple == probe with { SourcePort = 0, DestinationPort = 0 } ? ProbePart.LaterFragment : ProbePart.None;
        if (Info is { MoreFragments: true, Flags: TcpFlags.None }) return Matches(probe, Info.Tuple) ? ProbePart.FirstFragment : ProbePart.None;
        if (Info.IsSyn) return Matches(probe, Info.Tuple) ? ProbePart.Syn : ProbePart.None;
        if (!Matches(probe, Info.Tuple.Reversed)) return ProbePart.None;
        return Info.IsReset ? ProbePart.Reset : Info.IsSynAck ? ProbePart.SynAck : ProbePart.None;
    }

    private static bool Matches(in FiveTuple probe, in FiveTuple seen) =>
        probe == (probe.SourcePort == 0 ? seen with { SourcePort = 0 } : seen);
}
