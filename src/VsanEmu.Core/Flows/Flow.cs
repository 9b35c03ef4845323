using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Flows;

/// <summary>The identities of FLOWS.md's matrix.</summary>
public enum FlowId : byte
{
    /// <summary>Not a flow of the matrix.</summary>
    None = 0,

    /// <summary>Master to every other member, TCP, opened by the Master.</summary>
    C1 = 1,

    /// <summary>Every other member to the Master, TCP, opened by the member.</summary>
    C2,

    /// <summary>Master to the Agent Group.</summary>
    C3,

    /// <summary>Backup to the Agent Group.</summary>
    C4,

    /// <summary>Backup to the Master Group.</summary>
    C5,

    /// <summary>Agent to the Agent Group (profile vsan65: and to the Master Group).</summary>
    C6,

    /// <summary>Backup and Agents to each other, TCP, now and then.</summary>
    C7,

    /// <summary>Membership reports.</summary>
    C8,

    /// <summary>The VM's member to every holder of a copy.</summary>
    D1 = 0x11,

    /// <summary>A holder's answers, on the same connection.</summary>
    D2,

    /// <summary>A holder of a copy to a rebuild target.</summary>
    D3,
}

/// <summary>A flow's transport.</summary>
public enum FlowTransport : byte
{
    /// <summary>TCP.</summary>
    Tcp = 6,

    /// <summary>UDP.</summary>
    Udp = 17,

    /// <summary>IGMP.</summary>
    Igmp = 2,
}

/// <summary>A group of receivers.</summary>
public enum FlowGroup : byte
{
    /// <summary>One receiver: unicast.</summary>
    None = 0,

    /// <summary>The Agent Group: every member listens.</summary>
    Agent,

    /// <summary>The Master Group: Master and Backup listen.</summary>
    Master,
}

/// <summary>How sure a flow is (FLOWS.md, "Marks").</summary>
public enum FlowMark : byte
{
    /// <summary>From the packet-capture study.</summary>
    Article,

    /// <summary>From the vendor's documents.</summary>
    Documented,

    /// <summary>Our own choice.</summary>
    Emulated,
}

/// <summary>Whether a flow has to be seen.</summary>
public enum FlowPresence : byte
{
    /// <summary>It must be seen while its condition holds (F2).</summary>
    Required,

    /// <summary>It may be seen, and its absence means nothing: now and then, or one of several possible.</summary>
    Permitted,
}

/// <summary>
/// One concrete flow of a cluster: these two endpoints, these ports. For TCP a flow is one connection; its packets go both ways,
/// <see cref="Source"/> is the side that opened it (for D1 and D2 the side that sends the data), and <see cref="Reverse"/> gives the other direction.
/// </summary>
public sealed record Flow
{
    /// <summary>The matrix's row.</summary>
    public required FlowId Id { get; init; }

    /// <summary>The member that sends, or opens the connection.</summary>
    public required MemberId From { get; init; }

    /// <summary>The sender's role for which the row holds.</summary>
    public required Role FromRole { get; init; }

    /// <summary>The receiving member; <see cref="MemberId.None"/> for a group.</summary>
    public required MemberId To { get; init; }

    /// <summary>The receiving group, if the flow is multicast.</summary>
    public FlowGroup Group { get; init; }

    /// <summary>Transport.</summary>
    public required FlowTransport Transport { get; init; }

    /// <summary>Source address.</summary>
    public required IPAddress Source { get; init; }

    /// <summary>Source port; 0 stands for an ephemeral one.</summary>
    public required int SourcePort { get; init; }

    /// <summary>Destination address, a member's or a group's.</summary>
    public required IPAddress Destination { get; init; }

    /// <summary>Destination port; 0 stands for an ephemeral one.</summary>
    public required int DestinationPort { get; init; }

    /// <summary>Who opened the connection, for TCP.</summary>
    public MemberId OpenedBy { get; init; }

    /// <summary>How often something is sent, or null when it goes on demand.</summary>
    public TimeSpan? Cadence { get; init; }

    /// <summary>What it is for, in a few words.</summary>
    public required string Purpose { get; init; }

    /// <summary>When it is there: <see cref="FlowRows.Always"/>, <c>while VM x is on</c>, and so on.</summary>
    public required string Condition { get; init; }

    /// <summary>How sure it is.</summary>
    public required FlowMark Mark { get; init; }

    /// <summary>Whether it has to be seen while <see cref="Condition"/> holds.</summary>
    public FlowPresence Presence { get; init; }

    /// <summary>The other packet direction of a TCP flow: addresses and ports swapped.</summary>
    public (IPAddress Source, int SourcePort, IPAddress Destination, int DestinationPort) Reverse =>
        (Destination, DestinationPort, Source, SourcePort);
}
