using System.Collections.ObjectModel;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Observations;

/// <summary>
/// Everything that was seen during a run, and nothing that was concluded. The checks read this, the cluster spec and nothing else;
/// the run record holds it, so a verdict can be reached again from the record. Times are nanoseconds since the run began.
/// What a record of an earlier version lacks reads as empty (a missing property is not left at its initializer, but set to null).
/// </summary>
public sealed record RunObservations
{
    /// <summary>The run's phases, in order.</summary>
    public required IReadOnlyList<PhaseObservation> Phases { get; init; }

    /// <summary>What each member said of itself at the end (for a killed one, at its death).</summary>
    public required IReadOnlyList<NodeObservation> Nodes { get; init; }

    /// <summary>What passed each port.</summary>
    public required IReadOnlyList<PortCapture> Ports { get; init; }

    /// <summary>Numbered probe datagrams, by sender, receiver and group.</summary>
    public required IReadOnlyList<StreamObservation> Streams { get; init; }

    /// <summary>TCP reachability, members among each other and outsiders to members.</summary>
    public required IReadOnlyList<ProbeObservation> Probes { get; init; }

    /// <summary>Masters that were killed.</summary>
    public required IReadOnlyList<FailoverObservation> Failovers { get; init; }

    /// <summary>Partitions that were made and healed.</summary>
    public required IReadOnlyList<PartitionObservation> Partitions { get; init; }

    /// <summary>Streams on test groups, and who joined and left them.</summary>
    public IReadOnlyList<TrialObservation> Trials { get => field ?? []; init; }

    /// <summary>Echo requests among members.</summary>
    public IReadOnlyList<PingObservation> Pings { get => field ?? []; init; }

    /// <summary>Datagrams that had to be cut among members.</summary>
    public IReadOnlyList<FragmentObservation> Fragments { get => field ?? []; init; }

    /// <summary>Short TCP streams among members.</summary>
    public IReadOnlyList<TcpStreamObservation> TcpStreams { get => field ?? []; init; }

    /// <summary>Connections that were left idle.</summary>
    public IReadOnlyList<IdleObservation> Idles { get => field ?? []; init; }

    /// <summary>Whether this machine kept up; null when nobody watched it.</summary>
    public MachineObservation? Machine { get; init; }

    /// <summary>Checks that were not carried out on purpose, by id: why, in words (<c>takes --long</c>, <c>left out by --skip</c>). They are skipped with that reason.</summary>
    public IReadOnlyDictionary<string, string> NotTried { get => field ?? ReadOnlyDictionary<string, string>.Empty; init; }

    /// <summary>
    /// Checks that were asked for (<c>--only</c>), by id: true for one that was named itself, false for one of a family (<c>M</c>). Empty when all were. One that was named and could not
    /// be made leaves the verdict open.
    /// </summary>
    public IReadOnlyDictionary<string, bool> Asked { get => field ?? ReadOnlyDictionary<string, bool>.Empty; init; }

    /// <summary>The spec's observer or outsiders whose hosts were not there, by name: nobody looked, or tried, from where they are.</summary>
    public IReadOnlyList<string> Absent { get => field ?? []; init; }
}

/// <summary>A stretch of the run during which nothing was changed from outside.</summary>
public sealed record PhaseObservation
{
    /// <summary>Its name, one of <see cref="Observations.Phases"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Start.</summary>
    public required long StartNs { get; init; }

    /// <summary>End.</summary>
    public required long EndNs { get; init; }

    /// <summary>True when roles did not change in it and the cluster was at rest from start to end: then the matrix must hold exactly. False while it forms or fails over.</summary>
    public required bool Settled { get; init; }

    /// <summary>Each living member's own view at the phase's end.</summary>
    public required IReadOnlyList<MemberView> Views { get; init; }

    /// <summary>The VMs that were on in the phase.</summary>
    public required IReadOnlyList<string> VmsOn { get; init; }

    /// <summary>Members that could not be expected to talk to all others: name to side, empty when the segment was whole.</summary>
    public IReadOnlyDictionary<string, int> Sides { get; init; } = new Dictionary<string, int>();
}

/// <summary>How a member sees the cluster at one moment. Immutable: replaced, never changed.</summary>
public sealed record MemberView
{
    /// <summary>The member's name.</summary>
    public required string Member { get; init; }

    /// <summary>Its id.</summary>
    public required MemberId Id { get; init; }

    /// <summary>Its role.</summary>
    public required Role Role { get; init; }

    /// <summary>The Master it follows (itself, when it is the Master), or None.</summary>
    public required MemberId Master { get; init; }

    /// <summary>The Backup it knows of, or None.</summary>
    public required MemberId Backup { get; init; }

    /// <summary>The members it hears, itself included, by id.</summary>
    public required IReadOnlyList<MemberId> Members { get; init; }

    /// <summary>The Master's term.</summary>
    public required long Term { get; init; }

    /// <summary>Entries in its directory.</summary>
    public required int Entries { get; init; }

    /// <summary>Order-independent digest of its directory: equal digests, equal directories.</summary>
    public required ulong Digest { get; init; }

    /// <summary>Connections that are open now, opened by this member: peer ids.</summary>
    public required IReadOnlyList<MemberId> Opened { get; init; }

    /// <summary>Connections that are open now, accepted by this member: peer ids.</summary>
    public required IReadOnlyList<MemberId> Accepted { get; init; }

    /// <summary>True when the member wants nothing more: it has a Master, the flows of its role are open, and no update or catch-up is outstanding.</summary>
    public required bool AtRest { get; init; }

    /// <summary>True when no VM of the member's is starting, stopping, or waiting for a copy: on the small side of a split it may stay false.</summary>
    public bool DataAtRest { get; init; } = true;

    /// <summary>Datagrams and frames sent so far.</summary>
    public required long Sent { get; init; }

    /// <summary>Datagrams and frames received so far.</summary>
    public required long Received { get; init; }

    /// <summary>The view of a member that has not started: it hears nobody, not even itself.</summary>
    public static MemberView NotStarted(MemberSpec member) => new()
    {
        Member = member.Name,
        Id = member.Id,
        Role = Role.Listening,
        Master = MemberId.None,
        Backup = MemberId.None,
        Members = [],
        Term = 0,
        Entries = 0,
        Digest = 0,
        Opened = [],
        Accepted = [],
        AtRest = false,
        Sent = 0,
        Received = 0,
    };
}

/// <summary>What a member kept about itself.</summary>
public sealed record NodeObservation
{
    /// <summary>The member's name.</summary>
    public required string Member { get; init; }

    /// <summary>Its id.</summary>
    public required MemberId Id { get; init; }

    /// <summary>Its settings as it used them (F4).</summary>
    public required NodeSettings Settings { get; init; }

    /// <summary>Its last view.</summary>
    public required MemberView View { get; init; }

    /// <summary>Every change of its role.</summary>
    public required IReadOnlyList<RoleChange> Roles { get; init; }

    /// <summary>Counters by name (malformed datagrams by status, foreign clusters, refused updates, connections cut, queue drops, reads, writes, and so on).</summary>
    public required IReadOnlyDictionary<string, long> Counters { get; init; }

    /// <summary>Its VMs' and copies' figures.</summary>
    public IReadOnlyList<VmObservation> Vms { get; init; } = [];

    /// <summary>Updates of its own that were acknowledged: key and revision (V2).</summary>
    public IReadOnlyList<AckedUpdate> Acknowledged { get; init; } = [];

    /// <summary>Peers whose heartbeats carried other settings than its own.</summary>
    public IReadOnlyList<MemberId> SettingsMismatch { get; init; } = [];

    /// <summary>The shortest way from each peer, by the two members' clocks: from both directions of a pair follows how far the clocks are apart.</summary>
    public IReadOnlyList<ApparentDelay> Apparent { get => field ?? []; init; }

    /// <summary>True when the run killed it.</summary>
    public bool Killed { get; init; }

    /// <summary>The moment before its host began to end it as a power failure would, by the host's clock; null when nobody did, or an earlier version did.</summary>
    public long? EndedAtNs { get; init; }
}

/// <summary>How long something took at least from a peer, by the peer's clock when it left and by the member's own when it came.</summary>
/// <param name="From">The peer.</param>
/// <param name="Ns">Nanoseconds; below 0 where the peer's clock is ahead by more than the way takes.</param>
public sealed record ApparentDelay(MemberId From, long Ns);

/// <summary>A member's settings in use.</summary>
/// <param name="Address">Its address on the vSAN interface.</param>
/// <param name="PrefixLength">The subnet's prefix length on that interface.</param>
/// <param name="Profile">The profile's name.</param>
/// <param name="AgentGroup">Agent Group, address:port, or empty.</param>
/// <param name="MasterGroup">Master Group, address:port, or empty.</param>
/// <param name="ReliablePort">TCP port.</param>
/// <param name="Ttl">Multicast TTL.</param>
/// <param name="IgmpVersion">IGMP version.</param>
/// <param name="Mtu">MTU of that interface, bytes; 0 when it was not told.</param>
public sealed record NodeSettings(
    string Address, int PrefixLength, string Profile, string AgentGroup, string MasterGroup, int ReliablePort, int Ttl, int IgmpVersion, int Mtu = 0);

/// <summary>A change of role.</summary>
/// <param name="AtNs">When.</param>
/// <param name="Role">The new role.</param>
/// <param name="Master">The Master followed from then on.</param>
/// <param name="Term">The term.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record RoleChange(long AtNs, Role Role, MemberId Master, long Term, string Reason);

/// <summary>An update that its owner was told is safe.</summary>
/// <param name="Key">The entry's uuid.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="AtNs">When the acknowledgement arrived.</param>
public sealed record AckedUpdate(Guid Key, ulong Revision, long AtNs);

/// <summary>A VM's figures at its member.</summary>
public sealed record VmObservation
{
    /// <summary>The VM.</summary>
    public required string Vm { get; init; }

    /// <summary>Writes that all copies acknowledged.</summary>
    public required long Writes { get; init; }

    /// <summary>Reads answered by one copy.</summary>
    public required long Reads { get; init; }

    /// <summary>Operations that no copy answered in time.</summary>
    public required long Failed { get; init; }

    /// <summary>Reads whose content was not what was last written.</summary>
    public required long Mismatched { get; init; }

    /// <summary>Holders of its copies, at the end.</summary>
    public required IReadOnlyList<MemberId> Copies { get; init; }
}

/// <summary>Numbered datagrams from one member to another, as the receiver counted them.</summary>
public sealed record StreamObservation
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Sender's name.</summary>
    public required string From { get; init; }

    /// <summary>Receiver's name.</summary>
    public required string To { get; init; }

    /// <summary>The group.</summary>
    public required FlowGroup Group { get; init; }

    /// <summary>Datagrams that the sender's socket took.</summary>
    public required long Sent { get; init; }

    /// <summary>Datagrams that it refused: they were not sent, and are no loss.</summary>
    public long Refused { get; init; }

    /// <summary>Different datagrams that arrived whole.</summary>
    public required long Received { get; init; }

    /// <summary>Further copies of one already received.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Datagrams that arrived after one with a higher number (RFC 4737 type P).</summary>
    public required long Reordered { get; init; }

    /// <summary>Datagrams whose checksum was wrong.</summary>
    public required long Corrupt { get; init; }

    /// <summary>Those that never came.</summary>
    public long Lost => Sent - Received;
}

/// <summary>How a TCP probe ended (CHECKS.md, "Access").</summary>
public enum ProbeOutcome : byte
{
    /// <summary>The connection opened.</summary>
    Open,

    /// <summary>No answer, and the SYN did not reach the target.</summary>
    FilteredForward,

    /// <summary>No answer, though the SYN reached the target.</summary>
    FilteredReturn,

    /// <summary>RST.</summary>
    Refused,

    /// <summary>ICMP 3/9, 3/10 or 3/13.</summary>
    Prohibited,

    /// <summary>Another ICMP error.</summary>
    IcmpOther,

    /// <summary>No ARP answer, or no route.</summary>
    Unreachable,

    /// <summary>No answer, and there was no capture at the target to tell where it was lost.</summary>
    Filtered,
}

/// <summary>What a probe's own host did to it, where that is known: it tells nothing of the fabric.</summary>
public enum OwnHostDeed : byte
{
    /// <summary>Nothing that is known.</summary>
    None,

    /// <summary>The SYN-ACK came in at its interface and went no further: its firewall drops it. Up to there the way is open.</summary>
    AnswerDropped,

    /// <summary>It refused to send the SYN: its firewall rejects it, or a route prohibits it.</summary>
    Refused,

    /// <summary>The SYN never left its interface: no route, no ARP answer, or its firewall.</summary>
    Unsent,
}

/// <summary>One TCP probe.</summary>
public sealed record ProbeObservation
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Who probed: a member's or an outsider's name.</summary>
    public required string From { get; init; }

    /// <summary>The member that was probed.</summary>
    public required string To { get; init; }

    /// <summary>Source port that was bound, or 0 for an ephemeral one.</summary>
    public required int SourcePort { get; init; }

    /// <summary>Destination port.</summary>
    public required int DestinationPort { get; init; }

    /// <summary>How it tried.</summary>
    public ProbeMethod Method { get; init; }

    /// <summary>The member whose address a spoofed SYN bore; empty for any other.</summary>
    public string As { get => field ?? ""; init; }

    /// <summary>The result.</summary>
    public required ProbeOutcome Outcome { get; init; }

    /// <summary>Address that sent the RST or ICMP error, or empty.</summary>
    public string AnsweredBy { get; init; } = "";

    /// <summary>What the source's own host did to it.</summary>
    public OwnHostDeed OwnHost { get; init; }

    /// <summary>When it was sent.</summary>
    public required long AtNs { get; init; }

    /// <summary>Time until the result, ns.</summary>
    public required long TookNs { get; init; }
}

/// <summary>One kill of the Master.</summary>
public sealed record FailoverObservation
{
    /// <summary>Who was killed.</summary>
    public required string Killed { get; init; }

    /// <summary>The Backup at that moment.</summary>
    public required string Backup { get; init; }

    /// <summary>The moment before it was killed, as its own host's clock had it; before the order was given, where the host did not tell.</summary>
    public required long KilledAtNs { get; init; }

    /// <summary>When another member said it was Master, or null when none did in time.</summary>
    public required long? TakeoverAtNs { get; init; }

    /// <summary>When every living member was at rest under the new Master and Backup, or null.</summary>
    public required long? HoldsAtNs { get; init; }

    /// <summary>The new Master, or empty.</summary>
    public required string NewMaster { get; init; }

    /// <summary>The new Backup, or empty.</summary>
    public required string NewBackup { get; init; }

    /// <summary>Updates acknowledged before the kill.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Those of them that the new Master's directory did not hold: keys.</summary>
    public required IReadOnlyList<Guid> Lost { get; init; }
}

/// <summary>One partition of the segment and its healing.</summary>
public sealed record PartitionObservation
{
    /// <summary>The sides: member names.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Sides { get; init; }

    /// <summary>The moment before it was ordered.</summary>
    public required long SplitAtNs { get; init; }

    /// <summary>When every side was at rest, or null.</summary>
    public required long? SettledSplitAtNs { get; init; }

    /// <summary>Masters on each side then.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> MastersPerSide { get; init; }

    /// <summary>The moment before the heal was ordered.</summary>
    public required long HealedAtNs { get; init; }

    /// <summary>When all were at rest under one Master, or null.</summary>
    public required long? SettledHealAtNs { get; init; }

    /// <summary>Masters at the end.</summary>
    public required IReadOnlyList<string> MastersAfter { get; init; }

    /// <summary>Updates acknowledged on any side.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Those that the remaining Master's directory did not hold.</summary>
    public required IReadOnlyList<Guid> Lost { get; init; }
}
