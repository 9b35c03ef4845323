using System.Text.Json.Serialization;

namespace VsanEmu.Core.Observations;

/// <summary>What kind of endpoint a captured port belongs to.</summary>
public enum PortKind : byte
{
    /// <summary>A member's.</summary>
    Member,

    /// <summary>The silent observer's.</summary>
    Observer,

    /// <summary>An outsider's.</summary>
    Outsider,

    /// <summary>The gateway's.</summary>
    Gateway,
}

/// <summary>A frame's direction, seen from the endpoint behind the port.</summary>
public enum PortDirection : byte
{
    /// <summary>It came from the fabric.</summary>
    In,

    /// <summary>The endpoint sent it.</summary>
    Out,
}

/// <summary>What a packet capture at one port saw, summed up by phase and flow.</summary>
public sealed record PortCapture
{
    /// <summary>The endpoint's name.</summary>
    public required string Port { get; init; }

    /// <summary>Its kind.</summary>
    public required PortKind Kind { get; init; }

    /// <summary>Frames seen, in both directions.</summary>
    public required long Frames { get; init; }

    /// <summary>Those of <see cref="Frames"/> that came in: what the endpoint itself sent tells nothing of what reaches it.</summary>
    public long FramesIn { get; init; }

    /// <summary>
    /// Frames that the kernel dropped before they were seen, and sightings that found the tables here full: with any, an absence proves nothing.
    /// </summary>
    public required long Dropped { get; init; }

    /// <summary>UDP and TCP on the cluster's ports, and later fragments, by phase, direction, addresses and ports.</summary>
    public required IReadOnlyList<FlowSighting> Flows { get; init; }

    /// <summary>IGMP queries, by phase and querier.</summary>
    public required IReadOnlyList<QuerySighting> Queries { get; init; }

    /// <summary>IGMP reports and leaves, by phase, direction, reporter and group.</summary>
    public required IReadOnlyList<MembershipSighting> Memberships { get; init; }

    /// <summary>ARP, ICMP and odd IGMP frames that came in, by phase: proof that the capture works there.</summary>
    public required IReadOnlyList<ControlSighting> Controls { get; init; }

    /// <summary>Marked datagrams of trials, by trial and direction; they are in no row of <see cref="Flows"/>.</summary>
    public IReadOnlyList<TrialSighting> Trials { get => field ?? []; init; }

    /// <summary>All other IP, of any protocol: what no port of the cluster has, ICMP among it. IGMP is in <see cref="Memberships"/> and <see cref="Queries"/>.</summary>
    public IReadOnlyList<OtherSighting> Others { get => field ?? []; init; }

    /// <summary>
    /// Frames that are missing from <see cref="Others"/> and <see cref="Vlans"/>: they came too fast to be looked at, or the tables were full. What is on the cluster's ports
    /// has room of its own and does not suffer: see <see cref="Dropped"/>.
    /// </summary>
    public long OthersLost { get; init; }

    /// <summary>Frames that could not be read: cut short below their headers, or contradicting themselves.</summary>
    public long Undecoded { get; init; }

    /// <summary>Frames of VLANs that are not the port's own, which are counted nowhere else but in <see cref="Frames"/>.</summary>
    public IReadOnlyList<VlanSighting> Vlans { get => field ?? []; init; }

    /// <summary>The pcapng file's name, when one was kept.</summary>
    public string? File { get; init; }

    /// <summary>Frames that were counted here but are missing from <see cref="File"/>, because the disk was too slow: frame numbers differ from there on.</summary>
    public long FileLost { get; init; }
}

/// <summary>
/// Packets of one flow in one direction at one port in one phase. Ephemeral ports are folded into 0, so that each row is one line of the matrix;
/// <see cref="Connections"/> says how many different ones there were.
/// </summary>
public sealed record FlowSighting
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Direction.</summary>
    public required PortDirection Direction { get; init; }

    /// <summary>IP protocol: 6 or 17.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Source address.</summary>
    public required string Source { get; init; }

    /// <summary>Source port, or 0 when ephemeral.</summary>
    public required int SourcePort { get; init; }

    /// <summary>Destination address.</summary>
    public required string Destination { get; init; }

    /// <summary>Destination port, or 0 when ephemeral.</summary>
    public required int DestinationPort { get; init; }

    /// <summary>Packets.</summary>
    public required long Packets { get; init; }

    /// <summary>IP bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Packets that carried payload (a TCP segment without any is a mere acknowledgement).</summary>
    public required long Payloads { get; init; }

    /// <summary>
    /// Later fragments among them whose first one, which bears the ports, was counted: in this capture's flows or trials. A fragment without it is of an unknown flow.
    /// </summary>
    public long Continued { get; init; }

    /// <summary>Different ephemeral ports seen.</summary>
    public required int Connections { get; init; }

    /// <summary>TCP SYNs without ACK: the source opened a connection.</summary>
    public required long Syns { get; init; }

    /// <summary>TCP SYN-ACKs.</summary>
    public required long SynAcks { get; init; }

    /// <summary>TCP RSTs.</summary>
    public required long Resets { get; init; }

    /// <summary>How TCP fared on it; null for UDP, and where no segment with a place in the sequence passed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TcpSighting? Tcp { get; init; }

    /// <summary>Lowest IP TTL.</summary>
    public required byte TtlMin { get; init; }

    /// <summary>Highest IP TTL.</summary>
    public required byte TtlMax { get; init; }

    /// <summary>First packet.</summary>
    public required long FirstNs { get; init; }

    /// <summary>Last packet.</summary>
    public required long LastNs { get; init; }

    /// <summary>Number of the first packet in the port's capture, from 1 (evidence).</summary>
    public required long FirstFrame { get; init; }
}

/// <summary>
/// How TCP's segments of one row passed a port, by their sequence numbers: those with data, a SYN or a FIN. A burst that crossed uncut counts as one.
/// </summary>
/// <param name="Segments">Segments, those that came again included.</param>
/// <param name="Repeated">Segments that had passed before: at the sender's port they were sent again, at the receiver's they came twice.</param>
/// <param name="Late">Segments that had not passed before, and came after a later one.</param>
/// <param name="Acknowledgements">Segments that only acknowledge.</param>
/// <param name="DuplicateAcks">Those of them that say no more than the one before (RFC 5681 section 2).</param>
/// <param name="StallNs">Longest time for which one segment was sent again and again, ns; 0 when none was.</param>
public sealed record TcpSighting(long Segments, long Repeated, long Late, long Acknowledgements, long DuplicateAcks, long StallNs);

/// <summary>General and group-specific queries of one querier.</summary>
public sealed record QuerySighting
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>The querier's address; 0.0.0.0 is a proxy.</summary>
    public required string Source { get; init; }

    /// <summary>IGMP version, 1 to 3.</summary>
    public required int Version { get; init; }

    /// <summary>General queries.</summary>
    public required long General { get; init; }

    /// <summary>Group-specific queries.</summary>
    public required long Specific { get; init; }

    /// <summary>Maximum response time that the queries carried, milliseconds.</summary>
    public required long MaxResponseMs { get; init; }

    /// <summary>First query.</summary>
    public required long FirstNs { get; init; }

    /// <summary>Last general query.</summary>
    public required long LastNs { get; init; }

    /// <summary>Longest time between two general queries, ns; 0 with fewer than two.</summary>
    public required long LongestGapNs { get; init; }
}

/// <summary>Membership reports or leaves.</summary>
public sealed record MembershipSighting
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Direction.</summary>
    public required PortDirection Direction { get; init; }

    /// <summary>Who reported.</summary>
    public required string Source { get; init; }

    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>IGMP version of the message, 1 to 3.</summary>
    public required int Version { get; init; }

    /// <summary>True for a leave.</summary>
    public required bool Leave { get; init; }

    /// <summary>Messages.</summary>
    public required long Count { get; init; }

    /// <summary>First message.</summary>
    public required long FirstNs { get; init; }

    /// <summary>Last message.</summary>
    public required long LastNs { get; init; }
}

/// <summary>Frames that prove a capture alive.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Kind"><c>arp</c>, <c>icmp</c>, or, for an IGMP message of an unknown type or with a wrong checksum, <c>igmp 0x</c> and its type.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Count">Frames.</param>
/// <param name="FirstNs">First frame.</param>
/// <param name="LastNs">Last frame.</param>
/// <param name="Mac">The Ethernet address that an ARP message says is its sender's; empty for ICMP. Two for one address are a conflict (RFC 5227).</param>
public sealed record ControlSighting(string Phase, string Kind, string Source, long Count, long FirstNs, long LastNs, string Mac = "");
