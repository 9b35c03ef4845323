using System.Net;
using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Spec.Keys;

/// <summary>A cluster as its file says it: what has a default that depends on something else, or names a member, is not resolved yet.</summary>
internal sealed record ClusterDraft
{
    public string Name { get; init; } = "";
    public Guid? Id { get; init; }
    public FlowProfile Profile { get; init; } = FlowProfile.Article;
    public DataConnection Data { get; init; }
    public IPNetwork Subnet { get; init; }
    public IPAddress? Gateway { get; init; }
    public IReadOnlyList<MemberDraft> Members { get; init; } = [];
    public ChannelSpec Channels { get; init; } = SpecKeys.NoGroups;
    public TimerSpec Timers { get; init; } = new();
    public IReadOnlyList<VmDraft> Vms { get; init; } = [];
    public IReadOnlyList<OutsiderSpec> Outsiders { get; init; } = [];
    public ObserverSpec? Observer { get; init; }
    public TrialSpec Trials { get; init; } = new();
    public ThresholdSpec Thresholds { get; init; } = new();
}

/// <summary>A member whose number may come from its place in the list.</summary>
internal sealed record MemberDraft(MemberSpec Spec, int? Id);

/// <summary>A VM that names its members.</summary>
internal sealed record VmDraft(VmSpec Spec, string Host, IReadOnlyList<string> Copies);

/// <summary>
/// Every key of a spec with its range, default and meaning: the one place from which the parser, the JSON schema, the example and the errors come.
/// </summary>
internal static class SpecKeys
{
    /// <summary>Ports and the like by default; the groups follow the profile.</summary>
    public static ChannelSpec NoGroups { get; } = new() { AgentGroup = null, MasterGroup = null };

    private const string InterfaceAbout = "its interface's name";
    private const string InterfacePreset = $"in a netns, by address or subnet; else {ClusterSpec.UsualInterface}";
    private const string NetnsAbout = "the existing namespace of its interface";
    private const string HostAbout = "instead of netns: the host where somebody else starts it";

    public static Section<MemberDraft> Member { get; } = new(
        new(new MemberSpec { Id = MemberId.None, Name = "", Address = IPAddress.None }, null),
        Of<MemberDraft, string>("name", "unique among endpoints", SpecTypes.Name, m => m.Spec.Name, (m, v) => m with { Spec = m.Spec with { Name = v } }, required: true),
        Of<MemberDraft, IPAddress>("address", "its vSAN address, in the subnet; with a netns, what is there", SpecTypes.Address, m => m.Spec.Address, (m, v) => m with { Spec = m.Spec with { Address = v } }, required: true, unless: "netns"),
        Of<MemberDraft, int>("id", "its number, unique; the lowest wins a tie", SpecTypes.Integer(1, MemberId.Max), m => m.Id, (m, v) => m with { Id = v }, preset: "its place in the list"),
        Of<MemberDraft, Role>("role", "a fixed role, or an election", SpecTypes.Role, m => m.Spec.FixedRole ?? Role.Listening, (m, v) => m with { Spec = m.Spec with { FixedRole = v == Role.Listening ? null : v } }),
        Of<MemberDraft, int>("priority", "the highest wins an election", SpecTypes.Integer(0, 255), m => (int)m.Spec.Priority, (m, v) => m with { Spec = m.Spec with { Priority = (byte)v } }),
        Of<MemberDraft, string>("interface", InterfaceAbout, SpecTypes.Interface, m => m.Spec.Interface, (m, v) => m with { Spec = m.Spec with { Interface = v } }, preset: InterfacePreset),
        Of<MemberDraft, string>("netns", NetnsAbout, SpecTypes.Netns, m => m.Spec.Netns, (m, v) => m with { Spec = m.Spec with { Netns = v } }, preset: "none"),
        Of<MemberDraft, string>("host", HostAbout, SpecTypes.Host, m => m.Spec.Host, (m, v) => m with { Spec = m.Spec with { Host = v } }, preset: "none"));

    public static Section<ChannelSpec> Channels { get; } = new(
        NoGroups,
        Channel<IPAddress>("agentGroup", "every member listens to it", SpecTypes.Group, c => c.AgentGroup, (c, v) => c with { AgentGroup = v }, "by profile"),
        Channel<int>("agentPort", "UDP port of the Agent Group", SpecTypes.Port, c => c.AgentPort, (c, v) => c with { AgentPort = v }),
        Channel<IPAddress>("masterGroup", "Master and Backup listen to it", SpecTypes.Group, c => c.MasterGroup, (c, v) => c with { MasterGroup = v }, "by profile"),
        Channel<int>("masterPort", "UDP port of the Master Group", SpecTypes.Port, c => c.MasterPort, (c, v) => c with { MasterPort = v }),
        Channel<int>("unicastPort", "UDP port of unicast control, profile vsan66", SpecTypes.Port, c => c.UnicastPort, (c, v) => c with { UnicastPort = v }),
        Channel<int>("reliablePort", "TCP port of the reliable transport", SpecTypes.Port, c => c.ReliablePort, (c, v) => c with { ReliablePort = v }),
        Channel<int>("ttl", "TTL of what is sent to the groups", SpecTypes.Integer(1, 255), c => c.Ttl, (c, v) => c with { Ttl = v }),
        Channel<int>("igmpVersion", "IGMP version that members speak", SpecTypes.Integer(2, 3), c => c.IgmpVersion, (c, v) => c with { IgmpVersion = v }));

    public static Section<TimerSpec> Timers { get; } = new(
        new(),
        Timer("heartbeat", "period of every role's heartbeats, UDP and TCP", "50ms", "60s", t => t.Heartbeat, (t, v) => t with { Heartbeat = v }),
        Of("missedHeartbeats", "heartbeats missed until a peer counts as dead", SpecTypes.Integer(2, 100), t => t.MissedHeartbeats, (TimerSpec t, int v) => t with { MissedHeartbeats = v }),
        Timer("listen", "silence at start; at least a heartbeat", "50ms", "10m", t => t.Listen, (t, v) => t with { Listen = v }),
        Timer("peerExchange", "period of the short Agent-Backup connections", "100ms", "1h", t => t.PeerExchange, (t, v) => t with { PeerExchange = v }),
        Timer("rebuildDelay", "absence after which a copy is rebuilt", "100ms", "24h", t => t.RebuildDelay, (t, v) => t with { RebuildDelay = v }),
        Timer("tcpIdle", "silence that ends TCP; at least 2 heartbeats", "100ms", "1h", t => t.TcpIdle, (t, v) => t with { TcpIdle = v }),
        Timer("tcpConnect", "how long a TCP connection may take to open", "50ms", "2m", t => t.TcpConnect, (t, v) => t with { TcpConnect = v }),
        Timer("queryInterval", "the fabric's (RFC 3376 8.2)", "1s", "1h", t => t.QueryInterval, (t, v) => t with { QueryInterval = v }),
        Timer("queryResponse", "the fabric's (RFC 3376 8.3); below queryInterval", "100ms", "10m", t => t.QueryResponse, (t, v) => t with { QueryResponse = v }));

    public static Section<VmDraft> Vm { get; } = new(
        new(new VmSpec { Name = "", Host = MemberId.None, Copies = [] }, "", []),
        Of<VmDraft, string>("name", "unique among VMs", SpecTypes.VmName, v => v.Spec.Name, (v, x) => v with { Spec = v.Spec with { Name = x } }, required: true),
        Of<VmDraft, string>("host", "the member that runs it", SpecTypes.Name, v => v.Host, (v, x) => v with { Host = x }, required: true),
        new ValueListKey<VmDraft>(
            "copies", "the members that hold a copy of its disk, each once", SpecTypes.Name, 1, DataLimits.MaxCopies, v => v.Copies, (v, x) => v with { Copies = [.. x.Cast<string>()] })
        { Required = true },
        OfVm("blockSize", "bytes of one read or write", 512, 65536, v => v.BlockSize, (v, x) => v with { BlockSize = x }),
        OfVm("iops", "operations per second offered", 1, 100_000, v => v.Iops, (v, x) => v with { Iops = x }),
        OfVm("readPercent", "share of reads, percent", 0, 100, v => v.ReadPercent, (v, x) => v with { ReadPercent = x }),
        OfVm("queueDepth", "operations in flight at most", 1, DataLimits.MaxQueueDepth, v => v.QueueDepth, (v, x) => v with { QueueDepth = x }));

    public static Section<OutsiderSpec> Outsider { get; } = new(
        new() { Name = "", Address = IPAddress.None, Place = OutsiderPlace.Segment },
        Of<OutsiderSpec, string>("name", "unique among endpoints", SpecTypes.Name, o => o.Name, (o, v) => o with { Name = v }, required: true),
        Of<OutsiderSpec, IPAddress>("address", "beyond the gateway: outside the subnet; with a netns, what is there", SpecTypes.Address, o => o.Address, (o, v) => o with { Address = v }, required: true, unless: "netns"),
        Of<OutsiderSpec, OutsiderPlace>("place", "where it stands", SpecTypes.Place, o => o.Place, (o, v) => o with { Place = v }, required: true),
        Of<OutsiderSpec, string>("interface", InterfaceAbout, SpecTypes.Interface, o => o.Interface, (o, v) => o with { Interface = v }, preset: InterfacePreset),
        Of<OutsiderSpec, string>("netns", NetnsAbout, SpecTypes.Netns, o => o.Netns, (o, v) => o with { Netns = v }, preset: "none"),
        Of<OutsiderSpec, string>("host", HostAbout, SpecTypes.Host, o => o.Host, (o, v) => o with { Host = v }, preset: "none"));

    public static Section<ObserverSpec> Observer { get; } = new(
        new(),
        Of<ObserverSpec, string>("name", "unique among endpoints", SpecTypes.Name, o => o.Name, (o, v) => o with { Name = v }),
        Of<ObserverSpec, IPAddress>("address", "asked for by ARP, which proves its capture", SpecTypes.Address, o => o.Address, (o, v) => o with { Address = v }, preset: "none"),
        Of<ObserverSpec, string>("interface", InterfaceAbout, SpecTypes.Interface, o => o.Interface, (o, v) => o with { Interface = v }, preset: InterfacePreset),
        Of<ObserverSpec, string>("netns", NetnsAbout, SpecTypes.Netns, o => o.Netns, (o, v) => o with { Netns = v }, preset: "none"),
        Of<ObserverSpec, string>("host", HostAbout, SpecTypes.Host, o => o.Host, (o, v) => o with { Host = v }, preset: "none"));

    public static Section<ThresholdSpec> Thresholds { get; } = new(
        new(),
        Of<ThresholdSpec, double>("lossPercent", "M1, M2 and P3 fail above this loss", SpecTypes.Decimal(0, 100), t => t.LossPercent, (t, v) => t with { LossPercent = v }),
        Of<ThresholdSpec, int>("failoverHeartbeats", "V1 warns when a failover takes more", SpecTypes.Integer(1, 1000), t => t.FailoverHeartbeats, (t, v) => t with { FailoverHeartbeats = v }),
        Limit("joinDelay", "M7 warns above this median", "1ms", "60s", t => t.JoinDelay, (t, v) => t with { JoinDelay = v }),
        Limit("leaveDelay", "M8 warns above this median", "1ms", "10m", t => t.LeaveDelay, (t, v) => t with { LeaveDelay = v }),
        Limit("roundTrip", "P2 warns above this median", "10us", "10s", t => t.RoundTrip, (t, v) => t with { RoundTrip = v }),
        Share("retransmittedPercent", "P3 fails when more of TCP is lost", t => t.RetransmittedPercent, (t, v) => t with { RetransmittedPercent = v }),
        Share("outOfOrderPercent", "P3 warns when more of TCP is; fails at ten times as much", t => t.OutOfOrderPercent, (t, v) => t with { OutOfOrderPercent = v }),
        Share("duplicateAckPercent", "P3 warns when more of TCP's are", t => t.DuplicateAckPercent, (t, v) => t with { DuplicateAckPercent = v }));

    public static Section<TrialSpec> Trials { get; } = new(
        new(),
        Of<TrialSpec, IPAddress>("firstGroup", "the first of the test groups", SpecTypes.Group, t => t.FirstGroup, (t, v) => t with { FirstGroup = v }),
        Trial("rounds", "how often a join or leave is repeated", 1, 100, t => t.Rounds, (t, v) => t with { Rounds = v }),
        Trial("packetsPerSecond", "of a trial's stream; one over it is the resolution", 50, 10_000, t => t.PacketsPerSecond, (t, v) => t with { PacketsPerSecond = v }),
        Trial("groups", "joined at a time (M10)", 1, 1024, t => t.Groups, (t, v) => t with { Groups = v }),
        Of<TrialSpec, int>("mtu", "the largest IP packet that must pass whole (P1)", SpecTypes.Integer(576, TrialSpec.MostMtu), t => t.Mtu, (t, v) => t with { Mtu = v }, preset: "what both interfaces take"),
        Of<TrialSpec, PairChoice>("pairs", "tried: some where members are many, or all", SpecTypes.Pairs, t => t.Pairs, (t, v) => t with { Pairs = v }));

    public static Section<ClusterDraft> Cluster { get; } = new(
        new(),
        Of<ClusterDraft, string>("name", "the cluster's name", SpecTypes.Title, c => c.Name, (c, v) => c with { Name = v }, required: true),
        Of<ClusterDraft, Guid>("id", "its identity, in every message", SpecTypes.Uuid, c => c.Id, (c, v) => c with { Id = v }, preset: "made from the name"),
        Of<ClusterDraft, FlowProfile>("profile", "which generation of vSAN it follows", SpecTypes.Profile, c => c.Profile, (c, v) => c with { Profile = v }),
        Of<ClusterDraft, DataConnection>("dataConnection", "VM data flows on what the VM's host", SpecTypes.DataConnection, c => c.Data, (c, v) => c with { Data = v }),
        Of<ClusterDraft, IPNetwork>("subnet", "the subnet of every member", SpecTypes.Subnet, c => c.Subnet, (c, v) => c with { Subnet = v }, required: true),
        Of<ClusterDraft, IPAddress>("gateway", "the segment's default gateway, in the subnet", SpecTypes.Address, c => c.Gateway, (c, v) => c with { Gateway = v }, preset: "none"),
        new SectionListKey<ClusterDraft, MemberDraft>("members", "the members", Member, LabSpec.MinMembers, MemberId.Max, c => c.Members, (c, v) => c with { Members = v }) { Required = true },
        new SectionKey<ClusterDraft, ChannelSpec>("channels", "groups and ports", Channels, c => c.Channels, (c, v) => c with { Channels = v }),
        new SectionKey<ClusterDraft, TimerSpec>("timers", "a number and a unit: us, ms, s, m, h", Timers, c => c.Timers, (c, v) => c with { Timers = v }),
        new SectionListKey<ClusterDraft, VmDraft>("vms", "the emulated virtual machines", Vm, 0, SpecLimits.MaxVms, c => c.Vms, (c, v) => c with { Vms = v }),
        new SectionListKey<ClusterDraft, OutsiderSpec>("outsiders", "endpoints that are not members and must not reach one", Outsider, 0, SpecLimits.MaxOutsiders, c => c.Outsiders, (c, v) => c with { Outsiders = v }),
        new SectionKey<ClusterDraft, ObserverSpec>("observer", "a silent port that joins nothing and only captures", Observer, c => c.Observer, (c, v) => c with { Observer = v }),
        new SectionKey<ClusterDraft, TrialSpec>("trials", "streams on test groups, and pings", Trials, c => c.Trials, (c, v) => c with { Trials = v }),
        new SectionKey<ClusterDraft, ThresholdSpec>("thresholds", "limits of the checks", Thresholds, c => c.Thresholds, (c, v) => c with { Thresholds = v }));

    private static ValueKey<T> Of<T, TValue>(
        string name, string about, ScalarType type, Func<T, object?> get, Func<T, TValue, T> set, bool required = false, string? preset = null, string? unless = null) =>
        new(name, about, type, get, (t, v) => set(t, (TValue)v)) { Required = required, Default = preset, UnlessGiven = unless };

    private static ValueKey<ChannelSpec> Channel<TValue>(
        string name, string about, ScalarType type, Func<ChannelSpec, object?> get, Func<ChannelSpec, TValue, ChannelSpec> set, string? preset = null) =>
        Of(name, about, type, get, set, preset: preset);

    private static ValueKey<TimerSpec> Timer(string name, string about, string min, string max, Func<TimerSpec, TimeSpan> get, Func<TimerSpec, TimeSpan, TimerSpec> set) =>
        Of(name, about, SpecTypes.Time(min, max), t => get(t), set);

    private static ValueKey<ThresholdSpec> Limit(
        string name, string about, string min, string max, Func<ThresholdSpec, TimeSpan> get, Func<ThresholdSpec, TimeSpan, ThresholdSpec> set) =>
        Of(name, about, SpecTypes.Time(min, max), t => get(t), set);

    private static ValueKey<ThresholdSpec> Share(string name, string about, Func<ThresholdSpec, double> get, Func<ThresholdSpec, double, ThresholdSpec> set) =>
        Of<ThresholdSpec, double>(name, about, SpecTypes.Decimal(0.01, 100), t => get(t), set);

    private static ValueKey<TrialSpec> Trial(string name, string about, int min, int max, Func<TrialSpec, int> get, Func<TrialSpec, int, TrialSpec> set) =>
        Of(name, about, SpecTypes.Integer(min, max), t => get(t), set);

    private static ValueKey<VmDraft> OfVm(string name, string about, int min, int max, Func<VmSpec, int> get, Func<VmSpec, int, VmSpec> set) =>
        Of<VmDraft, int>(name, about, SpecTypes.Integer(min, max), v => get(v.Spec), (v, x) => v with { Spec = set(v.Spec, x) });
}
