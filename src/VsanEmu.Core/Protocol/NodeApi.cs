using System.Text.Json.Serialization;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>A connection's number, unique during a node's life: below 0 for one that the node asks for, above 0, chosen by the driver, for an accepted one.</summary>
/// <param name="Value">The number.</param>
public readonly record struct ConnectionId(int Value);

/// <summary>Who one node is and what it follows.</summary>
public sealed record NodeOptions
{
    /// <summary>The cluster.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Which of its members this node is.</summary>
    public required MemberId Self { get; init; }

    /// <summary>When this life of the node began, nanoseconds of wall time: later lives are larger. Decides "longest membership" and orders revisions across restarts.</summary>
    public required long IncarnationNs { get; init; }

    /// <summary>Seed of the node's own randomness (jitter, VM access pattern).</summary>
    public required ulong Seed { get; init; }

    internal Sabotage Sabotage { get; init; }
}

/// <summary>What <see cref="Transmit"/> asks of the driver.</summary>
public enum TransmitKind : byte
{
    /// <summary>Send the buffer as a datagram to <see cref="Transmit.Group"/>, or to <see cref="Transmit.To"/> when the group is None.</summary>
    Datagram,

    /// <summary>Send the buffer as a frame on <see cref="Transmit.Connection"/>.</summary>
    Frame,

    /// <summary>Open a connection to <see cref="Transmit.To"/> under the number <see cref="Transmit.Connection"/>.</summary>
    Connect,

    /// <summary>Close <see cref="Transmit.Connection"/>.</summary>
    Close,

    /// <summary>Join <see cref="Transmit.Group"/>.</summary>
    Join,

    /// <summary>Leave <see cref="Transmit.Group"/>.</summary>
    Leave,
}

/// <summary>One thing that a node wants done. The bytes, if any, are in the buffer that was polled with.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Flow">The flow of the matrix it belongs to; for Join and Leave <see cref="FlowId.C8"/>.</param>
/// <param name="Group">The group, for Datagram, Join and Leave.</param>
/// <param name="To">The member, for Connect and unicast Datagram.</param>
/// <param name="Connection">The connection, for Connect, Frame and Close.</param>
/// <param name="Length">Bytes written to the buffer.</param>
public readonly record struct Transmit(TransmitKind Kind, FlowId Flow, FlowGroup Group, MemberId To, ConnectionId Connection, int Length);

/// <summary>Something that happened in a node and that an observer wants to know. Polled; the queue has a limit and counts what it dropped.</summary>
/// <param name="AtNs">The node's time, nanoseconds.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Peer">The other member, where there is one.</param>
/// <param name="Detail">In words, for a log.</param>
public readonly record struct NodeEvent(long AtNs, NodeEventKind Kind, MemberId Peer, string Detail);

/// <summary>Kinds of <see cref="NodeEvent"/>.</summary>
public enum NodeEventKind : byte
{
    /// <summary>This node's role changed.</summary>
    RoleChanged,

    /// <summary>The Master that this node follows changed.</summary>
    MasterChanged,

    /// <summary>A peer was heard for the first time, or again.</summary>
    PeerUp,

    /// <summary>A peer fell silent.</summary>
    PeerDown,

    /// <summary>A TCP connection opened.</summary>
    ConnectionOpened,

    /// <summary>A TCP connection closed or could not be opened.</summary>
    ConnectionClosed,

    /// <summary>A gap in the Master's sequence was seen and catch-up asked for.</summary>
    Gap,

    /// <summary>A copy is being rebuilt, or was.</summary>
    Resync,

    /// <summary>Traffic of another cluster, or of something that is not this tool, was heard.</summary>
    Foreign,

    /// <summary>A peer broke a rule of the wire format and was counted or cut off.</summary>
    PeerFault,
}

/// <summary>One order to a member, from a controller; the same in process and over a network.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "command")]
[JsonDerivedType(typeof(PowerOn), "powerOn")]
[JsonDerivedType(typeof(PowerOff), "powerOff")]
[JsonDerivedType(typeof(Submit), "submit")]
[JsonDerivedType(typeof(ProbePeers), "probePeers")]
[JsonDerivedType(typeof(ProbeStream), "probeStream")]
public abstract record MemberCommand
{
    private MemberCommand()
    {
    }

    /// <summary>Power a VM of the spec on: its member starts its I/O.</summary>
    /// <param name="Vm">The VM's name.</param>
    public sealed record PowerOn(string Vm) : MemberCommand;

    /// <summary>Power a VM off.</summary>
    /// <param name="Vm">The VM's name.</param>
    public sealed record PowerOff(string Vm) : MemberCommand;

    /// <summary>Write one entry of the member's own into the metadata directory.</summary>
    /// <param name="Key">Its name; the entry's uuid is derived from the owner and it.</param>
    /// <param name="Value">Its value, 0 to 8192 bytes (<see cref="Wire.WireLimits.MaxValue"/>).</param>
    public sealed record Submit(string Key, ReadOnlyMemory<byte> Value) : MemberCommand;

    /// <summary>Open a C7 connection to every other member it has none to, exchange one frame, close, and keep the result (A1).</summary>
    public sealed record ProbePeers : MemberCommand;

    /// <summary>Send numbered probe datagrams to a group on which this member's role sends anyway (M1, M2, P3).</summary>
    /// <param name="Group">The group, or None for unicast to each member in a unicast profile; a member whose role does not send to it ignores the command.</param>
    /// <param name="Stream">The stream's number, so that several runs are told apart.</param>
    /// <param name="Count">Datagrams, 1 to 100000.</param>
    /// <param name="Interval">Time between them, at least 1 ms; several go at once where the clock is coarser.</param>
    /// <param name="Bytes">Length of each datagram, header included, 64 to 1400.</param>
    public sealed record ProbeStream(FlowGroup Group, int Stream, int Count, TimeSpan Interval, int Bytes) : MemberCommand;
}
