using System.Text.Json.Serialization;

namespace VsanEmu.Core.Load;

/// <summary>What one flow's sender counted.</summary>
/// <param name="Flow">The flow's number.</param>
/// <param name="Sent">Datagrams or writes sent while it was measured.</param>
/// <param name="SentBytes">Payload sent, bytes.</param>
/// <param name="Forgone">Units that its rate had room for and that could not be sent in time.</param>
/// <param name="ThreadNs">Processor time of its thread.</param>
/// <param name="Burst">Datagrams sent at a time, at most.</param>
/// <param name="SegmentsByKernel">Whether the kernel cut bursts into datagrams.</param>
/// <param name="Retransmits">Segments that TCP sent again.</param>
/// <param name="RoundTripUs">TCP's smoothed round trip at the end, microseconds.</param>
/// <param name="Error">What ended it early, in words; else empty.</param>
public sealed record SenderCounts(
    int Flow, long Sent, long SentBytes, long Forgone, long ThreadNs, int Burst, bool SegmentsByKernel, long Retransmits, long RoundTripUs, string Error)
{
    /// <summary>What TCP says of its connection; null for datagrams, and where the kernel does not say.</summary>
    public TcpFacts? Tcp { get; init; }

    /// <summary>Longest packet of the interface that it is sent from (MTU), bytes; 0 when that is not known.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether what ended it is that nobody answered for the receiver's address on the wire.</summary>
    public bool Unreachable { get; init; }

    /// <summary>When the last of it was sent, ns since the measurement began.</summary>
    public long LastNs { get; init; }

    /// <summary>Datagrams that were due and that its host's own packet filter did not let out; they are not sent.</summary>
    public long Refused { get; init; }

    /// <summary>How long its stream had no room for what was due, ns; 0 for datagrams.</summary>
    public long HeldNs { get; init; }
}

/// <summary>What one flow's receiver counted.</summary>
/// <param name="Result">As the outcome has it, without what only the sender knows.</param>
/// <param name="LastNs">When the last of it came, ns since the measurement began.</param>
/// <param name="JoinsByKernel">Whether the kernel joined datagrams.</param>
/// <param name="RestUs">How long the receiver rests between batches, microseconds; 0 when it does not.</param>
/// <param name="Delays">How often each delay was measured.</param>
public sealed record ReceiverCounts(FlowResult Result, long LastNs, bool JoinsByKernel, int RestUs, IReadOnlyList<DelayCount> Delays)
{
    /// <summary>By how much the earliest of it came before it was sent, ns: so far apart the two clocks are at least. 0 when nothing did.</summary>
    public long EarlyNs { get; init; }

    /// <summary>Datagrams of the longest burst that came to its socket as one, uncut; 1 when each came by itself, 0 when that cannot be told.</summary>
    public int LongestJoined { get; init; }
}

/// <summary>What passed a member's interface while a load ran, whoever sent it.</summary>
/// <param name="Member">The member.</param>
/// <param name="CameBytes">Bytes of frames that came.</param>
/// <param name="LeftBytes">Bytes of frames that left.</param>
public sealed record InterfaceBytes(string Member, long CameBytes, long LeftBytes)
{
    /// <summary>Frames that came, a burst that crosses uncut being one.</summary>
    public long CameFrames { get; init; }

    /// <summary>Frames that left.</summary>
    public long LeftFrames { get; init; }
}

/// <summary>What one VM counted.</summary>
/// <param name="Result">As the outcome has it.</param>
/// <param name="ThreadNs">Processor time of its thread.</param>
/// <param name="Reads">How often each read's latency was measured.</param>
/// <param name="Writes">How often each write's was.</param>
public sealed record VmCounts(VmResult Result, long ThreadNs, IReadOnlyList<DelayCount> Reads, IReadOnlyList<DelayCount> Writes);

/// <summary>What one who asked counted.</summary>
/// <param name="Result">As the outcome has it.</param>
/// <param name="AheadNs">How far the clock of who answered is ahead, ns, by the quickest answer (RFC 5905, 8); 0 without one.</param>
/// <param name="ErrorNs">By how much that may be wrong: half that round trip, ns; <see cref="long.MaxValue"/> without an answer.</param>
public sealed record RoundTripCounts(RoundTripResult Result, long AheadNs, long ErrorNs);

/// <summary>How often a delay was measured.</summary>
/// <param name="Ns">The delay, with three significant digits.</param>
/// <param name="Count">How often.</param>
public sealed record DelayCount(long Ns, long Count);

/// <summary>What is counted so far of the measured time, on one host.</summary>
/// <param name="Sent">Datagrams or writes sent; operations begun.</param>
/// <param name="SentBytes">Payload sent, bytes.</param>
/// <param name="Delivered">Datagrams delivered, each once; operations ended.</param>
/// <param name="DeliveredBytes">Payload delivered, bytes.</param>
/// <param name="Expected">Datagrams that would have been delivered had none been lost, without those under way; null when that cannot be told before the end.</param>
/// <param name="Sends">Whether it sends still.</param>
public sealed record PartCounts(long Sent, long SentBytes, long Delivered, long DeliveredBytes, long? Expected, bool Sends);

/// <summary>The part of a load that one host had.</summary>
/// <param name="Processors">Processor time of its process over the measured time, in processors.</param>
/// <param name="OfProcessors">Processors that it has.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "part")]
[JsonDerivedType(typeof(OfFlows), "flows")]
[JsonDerivedType(typeof(OfVms), "vms")]
[JsonDerivedType(typeof(OfRoundTrips), "roundTrips")]
public abstract record LoadPart(double Processors, int OfProcessors)
{
    /// <summary>Of <see cref="LoadWork.Flows"/>.</summary>
    /// <param name="Senders">Its flows' senders.</param>
    /// <param name="Receivers">Its flows' receivers.</param>
    /// <param name="CrossesUncut">Whether an interface that it sends from is a virtual one that does not cut bursts.</param>
    /// <param name="Processors">Processor time.</param>
    /// <param name="OfProcessors">Of so many.</param>
    public sealed record OfFlows(IReadOnlyList<SenderCounts> Senders, IReadOnlyList<ReceiverCounts> Receivers, bool CrossesUncut, double Processors, int OfProcessors)
        : LoadPart(Processors, OfProcessors)
    {
        /// <summary>What passed its members' interfaces; empty when that is not known.</summary>
        public IReadOnlyList<InterfaceBytes> Interfaces { get => field ?? []; init; } = [];

        /// <summary>Frames that its machine threw away between ports and receivers, for want of room or time.</summary>
        public long FramesDropped { get; init; }
    }

    /// <summary>Of <see cref="LoadWork.Vms"/>.</summary>
    /// <param name="All">Its VMs.</param>
    /// <param name="Processors">Processor time.</param>
    /// <param name="OfProcessors">Of so many.</param>
    public sealed record OfVms(IReadOnlyList<VmCounts> All, double Processors, int OfProcessors) : LoadPart(Processors, OfProcessors);

    /// <summary>Of <see cref="LoadWork.RoundTrips"/>.</summary>
    /// <param name="All">Who asked here.</param>
    /// <param name="Processors">Processor time.</param>
    /// <param name="OfProcessors">Of so many.</param>
    public sealed record OfRoundTrips(IReadOnlyList<RoundTripCounts> All, double Processors, int OfProcessors) : LoadPart(Processors, OfProcessors);
}
