using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>One run's observations, arranged once for all checks and the diagnosis. Parts are worked out when first asked for.</summary>
internal sealed class RunAnalysis(ClusterSpec spec, RunObservations seen)
{
    private readonly Dictionary<string, PortCapture> _captures = seen.Ports.GroupBy(p => p.Port).ToDictionary(g => g.Key, g => g.First());
    private readonly Dictionary<string, PhaseMatrix> _matrices = [];
    private readonly Dictionary<string, IReadOnlySet<string>> _reached = [];
    private readonly Dictionary<string, string> _names = NamesByAddress(spec);
    private readonly Dictionary<string, string> _addresses = spec.Members.ToDictionary(m => m.Name, m => m.Address.ToString());

    public ClusterSpec Spec => spec;

    public RunObservations Seen => seen;

    public Timeline Timeline => field ??= new Timeline(spec, seen);

    /// <summary>Who receives whose datagrams on the Agent Group; by unicast, where the profile has no groups.</summary>
    public DeliveryMatrix AgentDelivery => field ??= DeliveryMatrix.Of(this, Spec.Profile.Unicast ? FlowGroup.None : FlowGroup.Agent);

    /// <summary>Who receives whose datagrams on the Master Group.</summary>
    public DeliveryMatrix MasterDelivery => field ??= DeliveryMatrix.Of(this, FlowGroup.Master);

    /// <summary>Required flows of settled phases, at each of their receivers.</summary>
    public IReadOnlyList<FlowArrival> Arrivals => field ??= FlowArrivals.Of(this);

    /// <summary>Which member reaches which on the reliable port.</summary>
    public TcpMatrix Tcp => field ??= TcpMatrix.Of(this);

    /// <summary>Which outsider reaches which member.</summary>
    public Intrusions Intrusions => field ??= Intrusions.Of(this);

    /// <summary>Group traffic at ports that did not ask for it.</summary>
    public StrayTraffic Stray => field ??= StrayTraffic.Of(this);

    /// <summary>General queries at each member's port.</summary>
    public QueryWatch Queries => field ??= QueryWatch.Of(this);

    /// <summary>The parts into which the segment fell; one when it is whole.</summary>
    public SegmentParts Segment => field ??= SegmentParts.Of(this);

    /// <summary>Streams on test groups, and what the captures hold of them.</summary>
    public TrialBook Trials => field ??= new TrialBook(this);

    /// <summary>Joins while a stream ran.</summary>
    public IReadOnlyList<JoinRound> Joins => field ??= JoinRound.Of(this);

    /// <summary>Leaves while a stream ran.</summary>
    public IReadOnlyList<LeaveRound> Leaves => field ??= LeaveRound.Of(this);

    /// <summary>Many groups joined at a time.</summary>
    public CapacityTally Capacity => field ??= CapacityTally.Of(this);

    /// <summary>Outsiders' attempts by fragments, by borrowed addresses, and over IPv6.</summary>
    public IReadOnlyList<OddAttempt> OddAttempts => field ??= OddAttempt.Of(this);

    /// <summary>Loss of unicast datagrams at a rate.</summary>
    public DeliveryMatrix FastUnicast => field ??= FastStreams.Unicast(this);

    /// <summary>Loss of the trials' streams to groups.</summary>
    public DeliveryMatrix FastMulticast => field ??= FastStreams.Multicast(this);

    /// <summary>How TCP fared among members.</summary>
    public TcpQuality TcpPaths => field ??= TcpQuality.Of(this);

    /// <summary>How the cluster's own datagrams fared while it was at rest.</summary>
    public OwnDatagrams OwnDatagrams => field ??= OwnDatagrams.Of(this);

    /// <summary>What was lost of datagrams of a usual size, in each direction in which any arrived.</summary>
    public IReadOnlyDictionary<Direction, Proportion> UsualLoss => field ??= AgentDelivery.Measured.Values.Concat(OwnDatagrams.Delivery.Measured.Values)
        .Where(d => !d.None).GroupBy(d => d.Way).ToDictionary(g => g.Key, DeliveryMatrix.Sum);

    /// <summary>What reached members' ports and was dropped by their own hosts.</summary>
    public HostDrops HostDrops => field ??= HostDrops.Of(this);

    /// <summary>The members that lived through a phase, took part in it, and whose captures lost nothing: of what passed among them, all was seen.</summary>
    public IEnumerable<MemberSpec> WatchedIn(PhaseObservation phase) =>
        Timeline.Alive(phase).Where(m => phase.Views.Any(v => v.Member == m.Name) && Capture(m.Name) is { Dropped: 0 });

    /// <summary>Whether this machine threw frames of its own away in a phase: then one that is missing proves nothing.</summary>
    public bool ThrewFramesAway(PhaseObservation phase) =>
        Seen.Machine?.Hindrances.Any(h => h.Dropped > 0 && h.AtNs <= phase.EndNs && h.AtNs + h.StoodNs >= phase.StartNs) == true;

    /// <summary>What is proven of the VLAN's querier, snooping and versions.</summary>
    public VlanSetup Vlan => field ??= new VlanSetup(this);

    /// <summary>Who claims which address by ARP.</summary>
    public AddressClaims AddressClaims => field ??= AddressClaims.Of(this);

    /// <summary>Echo requests among members.</summary>
    public PingMatrix Pings => field ??= PingMatrix.Of(this);

    /// <summary>Every flow that any assignment of roles has.</summary>
    public FlowMatrix Union => field ??= FlowMatrix.OverAllRoles(spec);

    /// <summary>A phase's flows; null stands for the time before the first one.</summary>
    public PhaseMatrix MatrixOf(PhaseObservation? phase)
    {
        string name = phase?.Name ?? "";
        if (!_matrices.TryGetValue(name, out PhaseMatrix? matrix)) _matrices[name] = matrix = new PhaseMatrix(this, phase);
        return matrix;
    }

    /// <summary>Members whose reliable port another member reached in a phase: there, "blocked" means that an outsider was.</summary>
    public IReadOnlySet<string> ReachedByMembers(string phase)
    {
        if (!_reached.TryGetValue(phase, out IReadOnlySet<string>? reached)) _reached[phase] = reached = TcpMatrix.ReachedByMembers(this, phase);
        return reached;
    }

    /// <summary>The capture at a port, or null.</summary>
    public PortCapture? Capture(string port) => _captures.GetValueOrDefault(port);

    /// <summary>Members of the spec, by name.</summary>
    public IReadOnlyList<string> Members => field ??= [.. spec.Members.Select(m => m.Name)];

    /// <summary>Endpoints in the members' segment that are no members, and ask for no group: the observer and outsiders.</summary>
    public IReadOnlyList<string> SilentPorts => field ??=
    [
        .. spec.Observer is { } observer ? [observer.Name] : (string[])[],
        .. spec.Outsiders.Where(o => o.Place == OutsiderPlace.Segment).Select(o => o.Name),
    ];

    /// <summary>Why an absence at a port proves nothing; null when its capture lost nothing.</summary>
    public string? Unwatched(string port) => Capture(port) switch
    {
        null => Absence(port) ?? "not captured",
        { Dropped: > 0 } capture => $"the kernel dropped {Wording.Count(capture.Dropped, "frame")} of its capture",
        _ => null,
    };

    /// <summary>Why nothing was looked at, nor tried, from an endpoint of the spec; null when its host was there.</summary>
    public string? Absence(string end) => Seen.Absent.Contains(end) ? "its host was not there" : null;

    /// <summary>The name of the member, outsider or observer at an address, else the address.</summary>
    public string Name(string address) => _names.GetValueOrDefault(address, address);

    /// <summary>A member's address; empty for anybody else.</summary>
    public string AddressOf(string member) => _addresses.GetValueOrDefault(member, "");

    /// <summary>MTU of a member's interface as it told it, bytes; null when it did not.</summary>
    public int? MtuOf(string member) => Seen.Nodes.LastOrDefault(n => n.Member == member) is { Settings.Mtu: > 0 and int mtu } ? mtu : null;

    public string Name(MemberId id) => spec.Members.FirstOrDefault(m => m.Id == id)?.Name ?? id.ToString();

    /// <summary>A group's address; null when control is unicast.</summary>
    public IPAddress? Address(FlowGroup group) => group == FlowGroup.Agent ? spec.Channels.AgentGroup : spec.Channels.MasterGroup;

    private static Dictionary<string, string> NamesByAddress(ClusterSpec spec)
    {
        IEnumerable<(IPAddress? Address, string Name)> all =
        [
            .. spec.Members.Select(m => ((IPAddress?)m.Address, m.Name)),
            .. spec.Outsiders.Select(o => ((IPAddress?)o.Address, o.Name)),
            (spec.Gateway, "gateway"),
            (spec.Observer?.Address, spec.Observer?.Name ?? ""),
        ];
        return all.Where(e => e.Address is not null).GroupBy(e => e.Address!.ToString()).ToDictionary(g => g.Key, g => g.First().Name);
    }
}
