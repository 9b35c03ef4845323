using System.Net;
using System.Text.Json.Serialization;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Record;

namespace VsanEmu.Core.Spec;

/// <summary>
/// A cluster as the tool uses it: resolved, every default filled in, every rule of the schema already checked.
/// Made by <c>SpecFile</c> from YAML, or by <c>LabSpec</c> from a member count.
/// </summary>
[JsonConverter(typeof(ClusterSpecConverter))]
public sealed record ClusterSpec
{
    /// <summary>The interface where none is named and none can be looked for.</summary>
    public const string UsualInterface = "eth0";

    /// <summary>The cluster's name, for people. 1 to 63 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster's identity: in every message; another cluster's messages are counted, not obeyed.</summary>
    public required Guid ClusterId { get; init; }

    /// <summary>Which matrix of flows the cluster follows.</summary>
    public required FlowProfile Profile { get; init; }

    /// <summary>The subnet which every member must be in.</summary>
    public required IPNetwork Subnet { get; init; }

    /// <summary>The members, ordered by id; 2 to 64.</summary>
    public required IReadOnlyList<MemberSpec> Members { get; init; }

    /// <summary>Group addresses and ports; by default those of <see cref="Profile"/>.</summary>
    public required ChannelSpec Channels { get; init; }

    /// <summary>All timers; defaults are FLOWS.md's.</summary>
    public required TimerSpec Timers { get; init; }

    /// <summary>The emulated virtual machines; may be empty.</summary>
    public IReadOnlyList<VmSpec> Vms { get; init; } = [];

    /// <summary>Endpoints that are not members, in the segment or beyond the gateway; may be empty.</summary>
    public IReadOnlyList<OutsiderSpec> Outsiders { get; init; } = [];

    /// <summary>The silent port that joins nothing, or null when there is none.</summary>
    public ObserverSpec? Observer { get; init; }

    /// <summary>The segment's default gateway, or null.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>How test groups and pings are used.</summary>
    public TrialSpec Trials { get; init; } = new();

    /// <summary>The limits of the checks.</summary>
    public ThresholdSpec Thresholds { get; init; } = new();

    /// <summary>The member with this id.</summary>
    /// <exception cref="KeyNotFoundException">No such member.</exception>
    public MemberSpec Member(MemberId id) =>
        Members.FirstOrDefault(m => m.Id == id) ?? throw new KeyNotFoundException($"no member {id} in cluster {Name}");

    /// <summary>The member with this address, or null.</summary>
    public MemberSpec? MemberAt(IPAddress address) => Members.FirstOrDefault(m => m.Address.Equals(address));
}

/// <summary>One member.</summary>
public sealed record MemberSpec
{
    /// <summary>Its number, unique in the cluster.</summary>
    public required MemberId Id { get; init; }

    /// <summary>Its name, a host name (<see cref="HostName"/>), unique among all endpoints, whatever its case.</summary>
    public required string Name { get; init; }

    /// <summary>Its vSAN address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>A fixed role, or null to elect. At most one member is fixed as Master and one as Backup.</summary>
    public Role? FixedRole { get; init; }

    /// <summary>Election priority, 0 to 255, default 100: higher wins; then the longest membership; then the lowest id.</summary>
    public byte Priority { get; init; } = 100;

    /// <summary>
    /// The interface's name inside the member's namespace or host; null: in a namespace that exists it is found by <see cref="Address"/> or the subnet, elsewhere it is
    /// <see cref="ClusterSpec.UsualInterface"/>. Without namespace or host, a NIC that a run takes for itself and gives back.
    /// </summary>
    public string? Interface { get; init; }

    /// <summary>The existing network namespace in which its interface is: a name under /run/netns, or a path; null when none is named.</summary>
    public string? Netns { get; init; }

    /// <summary>The host on which it was started by somebody else; null when this process runs it.</summary>
    public string? Host { get; init; }
}

/// <summary>Groups and ports (FLOWS.md, "Groups and ports").</summary>
public sealed record ChannelSpec
{
    /// <summary>Agent Group address; null when the profile is unicast.</summary>
    public required IPAddress? AgentGroup { get; init; }

    /// <summary>Agent Group UDP port, 1 to 65535, default 23451.</summary>
    public int AgentPort { get; init; } = 23451;

    /// <summary>Master Group address; null when the profile is unicast.</summary>
    public required IPAddress? MasterGroup { get; init; }

    /// <summary>Master Group UDP port, 1 to 65535, default 12345.</summary>
    public int MasterPort { get; init; } = 12345;

    /// <summary>UDP port of unicast control (profile vsan66), source and destination; default 12321.</summary>
    public int UnicastPort { get; init; } = 12321;

    /// <summary>TCP port of the reliable transport; default 2233.</summary>
    public int ReliablePort { get; init; } = 2233;

    /// <summary>Multicast TTL, 1 to 255, default 5.</summary>
    public int Ttl { get; init; } = 5;

    /// <summary>IGMP version that members speak: 2 or 3; default 3.</summary>
    public int IgmpVersion { get; init; } = 3;

    /// <summary>A profile's own groups and ports.</summary>
    public static ChannelSpec Of(FlowProfile profile) => new()
    {
        AgentGroup = profile.AgentGroup is { } agents ? AddressText.Parse(agents) : null,
        MasterGroup = profile.MasterGroup is { } masters ? AddressText.Parse(masters) : null,
    };
}

/// <summary>All timers of a cluster. Real-time defaults; the lab uses shorter ones.</summary>
public sealed record TimerSpec
{
    /// <summary>Heartbeat period of every role, UDP and TCP. Default 1 s, 50 ms to 60 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many heartbeats may be missed before a peer counts as dead. Default 5, 2 to 100.</summary>
    public int MissedHeartbeats { get; init; } = 5;

    /// <summary>How long a node only listens before it sends anything. Default 3 s.</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Period of the short Agent–Backup connections (C7). Default 30 s.</summary>
    public TimeSpan PeerExchange { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a copy's holder may be gone before its data is rebuilt elsewhere (D3). Default 60 s (the real product waits 60 min).</summary>
    public TimeSpan RebuildDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a TCP peer may stay silent, or leave a frame unfinished, before it is cut off. Default 10 s.</summary>
    public TimeSpan TcpIdle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a TCP connection may take to open. Default 3 s.</summary>
    public TimeSpan TcpConnect { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The fabric's expected general-query interval (RFC 3376 8.2). Default 125 s.</summary>
    public TimeSpan QueryInterval { get; init; } = TimeSpan.FromSeconds(125);

    /// <summary>The fabric's expected query response interval (RFC 3376 8.3). Default 10 s.</summary>
    public TimeSpan QueryResponse { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After this silence a peer counts as dead: <see cref="Heartbeat"/> × <see cref="MissedHeartbeats"/>.</summary>
    public TimeSpan DeadAfter => Heartbeat * MissedHeartbeats;

    /// <summary>
    /// The longest healthy time between two general queries at a port: the interval, what it may vary by (130 s for 125 s), and half a second, since timers and captures
    /// are not exact.
    /// </summary>
    public TimeSpan LongestQueryGap() => (QueryInterval * 1.04) + QuerySlack;

    /// <summary>A silence after which another querier would take this one's place (RFC 3376 8.5), and half a second.</summary>
    public TimeSpan QuerierGone() => (QueryInterval * 2) + (QueryResponse / 2) + QuerySlack;

    private static TimeSpan QuerySlack => TimeSpan.FromMilliseconds(500);

    /// <summary>Timers for a lab: 200 ms heartbeats, everything else in proportion.</summary>
    public static TimerSpec Lab { get; } = new()
    {
        Heartbeat = TimeSpan.FromMilliseconds(200),
        MissedHeartbeats = 5,
        Listen = TimeSpan.FromMilliseconds(600),
        PeerExchange = TimeSpan.FromSeconds(2),
        RebuildDelay = TimeSpan.FromSeconds(1),
        TcpIdle = TimeSpan.FromSeconds(2),
        // Longer than the kernel's first retransmission of a SYN (1 s, RFC 6298): one lost packet is not a blocked port.
        TcpConnect = TimeSpan.FromMilliseconds(1500),
        QueryInterval = TimeSpan.FromSeconds(2),
        QueryResponse = TimeSpan.FromSeconds(1),
    };
}

/// <summary>One emulated virtual machine and its virtual disk.</summary>
public sealed record VmSpec
{
    /// <summary>Its name, unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>The member that runs it.</summary>
    public required MemberId Host { get; init; }

    /// <summary>The members that hold a copy of its disk; 1 to 4, may include the host.</summary>
    public required IReadOnlyList<MemberId> Copies { get; init; }

    /// <summary>Bytes of one read or write. Default 4096, 512 to 65536.</summary>
    public int BlockSize { get; init; } = 4096;

    /// <summary>Operations per second offered. Default 50, 1 to 100000.</summary>
    public int Iops { get; init; } = 50;

    /// <summary>Share of reads in percent, 0 to 100, default 50.</summary>
    public int ReadPercent { get; init; } = 50;

    /// <summary>Operations in flight at most. Default 4, 1 to 256.</summary>
    public int QueueDepth { get; init; } = 4;
}

/// <summary>Where an outsider stands.</summary>
public enum OutsiderPlace : byte
{
    /// <summary>In the members' own Layer 2 segment.</summary>
    Segment,

    /// <summary>Beyond the default gateway.</summary>
    BeyondGateway,
}

/// <summary>An endpoint that is not a member and must not reach one.</summary>
public sealed record OutsiderSpec
{
    /// <summary>Its name, unique among all endpoints.</summary>
    public required string Name { get; init; }

    /// <summary>Its address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Where it stands.</summary>
    public required OutsiderPlace Place { get; init; }

    /// <summary>The interface's name inside its namespace or host; null as for a member (<see cref="MemberSpec.Interface"/>).</summary>
    public string? Interface { get; init; }

    /// <summary>The existing network namespace in which its interface is: a name under /run/netns, or a path; null when none is named.</summary>
    public string? Netns { get; init; }

    /// <summary>The host on which it was started by somebody else; null when this process runs it.</summary>
    public string? Host { get; init; }
}

/// <summary>A port that joins nothing and only captures.</summary>
public sealed record ObserverSpec
{
    /// <summary>Its name, unique among all endpoints.</summary>
    public string Name { get; init; } = "observer";

    /// <summary>Its address; it needs none, but is asked for it by ARP to prove that its capture works.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The interface's name inside its namespace or host; null as for a member (<see cref="MemberSpec.Interface"/>).</summary>
    public string? Interface { get; init; }

    /// <summary>The existing network namespace in which its interface is: a name under /run/netns, or a path; null when none is named.</summary>
    public string? Netns { get; init; }

    /// <summary>The host on which it was started by somebody else; null when this process runs it.</summary>
    public string? Host { get; init; }
}

/// <summary>The limits of the checks; every one settable.</summary>
public sealed record ThresholdSpec
{
    /// <summary>Loss per sender–receiver pair above which M1, M2 and P3 fail, in percent. Default 0.5 (a burst of probes is counted, so nothing is a healthy figure).</summary>
    public double LossPercent { get; init; } = 0.5;

    /// <summary>Time from the Master's death until the matrix holds again, in heartbeats beyond <see cref="TimerSpec.MissedHeartbeats"/>, above which V1 warns. Default 10.</summary>
    public int FailoverHeartbeats { get; init; } = 10;

    /// <summary>Median group join delay above which M7 warns. Default 500 ms, 1 ms to 1 min.</summary>
    public TimeSpan JoinDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Median group leave delay above which M8 warns. Default 3 s (two last-member queries a second apart, RFC 3376 8.8, and room), 1 ms to 10 min.</summary>
    public TimeSpan LeaveDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Median round trip between members above which P2 warns. Default 5 ms (the vendor's figure between data nodes), 10 µs to 10 s.</summary>
    public TimeSpan RoundTrip { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Share of TCP's segments that were lost and sent again above which P3 fails, percent, 0.01 to 100. Default 0.5, the vendor's figure.</summary>
    public double RetransmittedPercent { get => field == 0 ? 0.5 : field; init; }

    /// <summary>
    /// Share of TCP's segments that come out of order above which P3 warns, percent, 0.01 to 100; at <see cref="CriticalFactor"/> times as many it fails. Default 0.1,
    /// the vendor's figure for a warning.
    /// </summary>
    public double OutOfOrderPercent { get => field == 0 ? 0.1 : field; init; }

    /// <summary>Share of TCP's duplicate acknowledgements above which P3 warns, percent, 0.01 to 100. Default 1, the vendor's figure.</summary>
    public double DuplicateAckPercent { get => field == 0 ? 1 : field; init; }

    /// <summary>How many times <see cref="OutOfOrderPercent"/> is critical: the vendor warns at 0.1 % and calls 1 % critical.</summary>
    public const double CriticalFactor = 10;
}

/// <summary>Which directions between members are tried.</summary>
public enum PairChoice : byte
{
    /// <summary>Pings in all of them where members are few, else in a sample; streams with two partners of each.</summary>
    Sample,

    /// <summary>All of them, whatever they are tried with.</summary>
    All,
}

/// <summary>How the trials on test groups and the pings are made.</summary>
public sealed record TrialSpec
{
    /// <summary>The MTU of an interface that did not tell its own, bytes: Ethernet's.</summary>
    public const int UsualMtu = 1500;

    /// <summary>The longest packet that is tried with don't-fragment, bytes: what jumbo frames take.</summary>
    public const int MostMtu = 9216;

    /// <summary>The largest packet that two interfaces take, as far as it is tried.</summary>
    /// <param name="one">The MTU of the one, bytes.</param>
    /// <param name="other">The MTU of the other, bytes.</param>
    public static int FullSize(int one, int other) => Math.Min(Math.Min(one, other), MostMtu);

    /// <summary>Test groups that a run may use, from <see cref="FirstGroup"/> on.</summary>
    public const int MaxGroups = 4096;

    /// <summary>The first of the test groups, which follow each other from here. Default 239.255.42.0, in the locally scoped block (RFC 2365).</summary>
    public IPAddress FirstGroup { get; init; } = IPAddress.Parse("239.255.42.0");

    /// <summary>How often a join or leave is repeated. Default 5, 1 to 100.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Datagrams a second of a trial's stream: one over it is the resolution of a delay. Default 500, 50 to 10000.</summary>
    public int PacketsPerSecond { get; init; } = 500;

    /// <summary>Groups that are joined at a time to see whether the switch can hold them (M10). Default 32, 1 to 1024.</summary>
    public int Groups { get; init; } = 32;

    /// <summary>
    /// The largest IP packet that must pass unfragmented, bytes (P1), 576 to 9216. Default null: between two members as large a one as both their interfaces take.
    /// </summary>
    public int? Mtu { get; init; }

    /// <summary>Which directions between members are tried. Default <see cref="PairChoice.Sample"/>.</summary>
    public PairChoice Pairs { get; init; }
}
