using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Load;

/// <summary>Who sends to whom in a load.</summary>
public enum LoadProfile : byte
{
    /// <summary>The first member to the second.</summary>
    Pair,

    /// <summary>The first member to the Agent Group, the rest receive (L1).</summary>
    Multicast,

    /// <summary>Every member to the Agent Group, all others receive.</summary>
    MulticastAll,

    /// <summary>Each member to the next one (L2).</summary>
    Ring,

    /// <summary>Each member to each other one, both directions of each pair.</summary>
    Mesh,

    /// <summary>All other members to the first one, as in a resync (L5).</summary>
    Incast,

    /// <summary>The first member to the Agent Group, and each member to the next one, with a set share of the rate each (L4; RFC 3918, 4.1).</summary>
    Mixed,

    /// <summary>The last member is lost, and its data is built anew: each of the rest sends to the two after it (D3).</summary>
    Resync,
}

/// <summary>What carries a flow.</summary>
public enum LoadTransport : byte
{
    /// <summary>Numbered datagrams: loss, order and delay are measured.</summary>
    Udp,

    /// <summary>A byte stream: throughput, retransmissions and round trip are measured.</summary>
    Tcp,
}

/// <summary>What a load is to be.</summary>
public sealed record LoadOptions
{
    /// <summary>Shortest payload, bytes: what it takes to number a datagram.</summary>
    public const int MinPayload = 32;

    /// <summary>Longest payload, bytes.</summary>
    public const int MaxPayload = 8972;

    /// <summary>Flows in one load, at most: every pair of 64 members, twice over.</summary>
    public const int MaxFlows = 16_384;

    /// <summary>Groups at a time, at most.</summary>
    public const int MostGroups = TrialSpec.MaxGroups;

    /// <summary>The rate of all flows together when none is named, bit/s: too little to hurt a network that others use.</summary>
    public const long DefaultTotalRate = 100_000_000;

    /// <summary>Who sends to whom.</summary>
    public LoadProfile Profile { get; init; } = LoadProfile.Multicast;

    /// <summary>What carries it; null for what the profile takes by itself: UDP for groups and a pair, else TCP.</summary>
    public LoadTransport? Transport { get; init; }

    /// <summary>How long it is measured. Default 10 s, 0.1 s to 24 h.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it runs before it is measured. Default none.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long rates take to grow evenly from nothing to their height, before it is measured. Default none; takes a rate.</summary>
    public TimeSpan Ramp { get; init; }

    /// <summary>From the first datagram to the measurement: a ramp is part of the warm-up, and may be all of it.</summary>
    public TimeSpan LeadIn => Ramp > WarmUp ? Ramp : WarmUp;

    /// <summary>Length of an interval. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Rate of each flow, bit/s of payload; 0, and nothing else, for as fast as it goes; null for its share of <see cref="DefaultTotalRate"/>.</summary>
    public double? BitsPerSecond { get; init; }

    /// <summary>Rate of each flow, datagrams per second, instead of <see cref="BitsPerSecond"/>.</summary>
    public double? PacketsPerSecond { get; init; }

    /// <summary>What each receiver may lose, percent, 0 to 100; null for <see cref="LossBound.DefaultPercent"/> of a rate that was asked for, and no bound for what goes as fast as it can.</summary>
    public double? MaxLossPercent { get; init; }

    /// <summary>Payload of a datagram, or of a write to TCP; null for 1400 bytes and 128 KiB.</summary>
    public int? Payload { get; init; }

    /// <summary>
    /// Groups to which what goes to a group is spread evenly (RFC 3918, 5.1 and 5.2). Default 1, the Agent Group; more, up to <see cref="MostGroups"/>, are the spec's test groups.
    /// </summary>
    public int Groups { get; init; } = 1;

    /// <summary>Datagrams after which a flow ends, sent back to back (RFC 2544, 26.4); 0 for no such end. Takes <see cref="BitsPerSecond"/> 0.</summary>
    public long BurstDatagrams { get; init; }

    /// <summary>Flows side by side between each two members. Default 1, 1 to 128.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Share of the rate that groups have in <see cref="LoadProfile.Mixed"/>, 0 to 1. Default 0.5.</summary>
    public double MulticastShare { get; init; } = 0.5;

    /// <summary>Differentiated services code point of what is sent (RFC 2474). Default 0, 0 to 63.</summary>
    public int Dscp { get; init; }

    /// <summary>
    /// TCP's congestion control (tcp(7), TCP_CONGESTION). Default cubic, which yields to loss alone, as hosts' do that carry vSAN: what paces itself (bbr) would be measured instead of the
    /// fabric. Where the kernel does not have it, reno.
    /// </summary>
    public string Congestion { get; init; } = "cubic";

    /// <summary>Whether the kernel may cut and join datagrams (GSO, GRO) where it can. Default yes.</summary>
    public bool Offload { get; init; } = true;
}
