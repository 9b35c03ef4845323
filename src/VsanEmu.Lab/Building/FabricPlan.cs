using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Lab.Building;

/// <summary>
/// A fabric as it is to be built: pure data. <see cref="FabricPlanner"/> makes the healthy one from a cluster spec, and each fault returns a changed copy.
/// </summary>
public sealed record FabricPlan
{
    /// <summary>The cluster that the fabric is for.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>All endpoints: members by id, observer, outsiders, and the gateway last.</summary>
    public required IReadOnlyList<PlannedEndpoint> Endpoints { get; init; }

    /// <summary>The switch's own address, the source of its queries: a free one of the cluster's subnet.</summary>
    public required IPAddress SwitchAddress { get; init; }

    /// <summary>The second switch's own address, higher than the first one's, which therefore queries; null without a second one.</summary>
    public IPAddress? SecondSwitchAddress { get; init; }

    /// <summary>The gateway's addresses in the networks behind it, with these networks' prefix length.</summary>
    public required IReadOnlyList<IPAddress> AddressesBehind { get; init; }

    /// <summary>MTU of every port, bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>IGMP snooping. A switch that does not snoop does not query either: then another device is the querier.</summary>
    public bool Snooping { get; init; } = true;

    /// <summary>There is a querier.</summary>
    public bool Querier { get; init; } = true;

    /// <summary>
    /// What a switch does that snoops without a querier: floods all groups, as Linux does; or forwards them to no port, joined or not, as hardware does once it has
    /// forgotten who joined. With a querier, it prunes.
    /// </summary>
    public bool FloodsWithoutQuerier { get; init; }

    /// <summary>A port loses a group as soon as one leave is heard on it, without asking whether another host there wants it.</summary>
    public bool FastLeave { get; init; }

    /// <summary>The access list, the same in switch and gateway.</summary>
    public required AccessList Access { get; init; }

    /// <summary>Sets and maps that <see cref="FrameRules"/> use.</summary>
    public IReadOnlyList<FrameTable> FrameTables { get; init; } = [];

    /// <summary>What else the switch does to frames.</summary>
    public IReadOnlyList<FrameRule> FrameRules { get; init; } = [];

    /// <summary>Ports that are slower than their link.</summary>
    public IReadOnlyList<PortRate> PortRates { get; init; } = [];

    /// <summary>What is connected to the switch and nobody knows of.</summary>
    public IReadOnlyList<HiddenHost> Hidden { get; init; } = [];

    /// <summary>The cluster in the second segment of the gateway, or null without one.</summary>
    public ClusterSpec? Neighbour { get; init; }

    /// <summary>What the faults did, exactly: one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The endpoints that are members.</summary>
    public IEnumerable<PlannedEndpoint> Members => Endpoints.Where(e => e.Kind == PortKind.Member);

    /// <summary>The endpoint of this name, whatever its case.</summary>
    /// <exception cref="FabricException">There is none.</exception>
    public PlannedEndpoint Endpoint(string name) => Endpoints.FirstOrDefault(e => HostName.Comparer.Equals(e.Name, name))
        ?? throw new FabricException($"no endpoint '{name}' in this fabric (there are {string.Join(", ", Endpoints.Select(e => e.Name))})");

    /// <summary>The endpoint of this name, which has a port on the switch.</summary>
    /// <exception cref="FabricException">There is none, or it is beyond the gateway.</exception>
    public string Port(string name) => Endpoint(name).Port
        ?? throw new FabricException($"'{name}' is beyond the gateway, not at a port of the switch");
}

/// <summary>Where in the switch a rule looks at a frame.</summary>
public enum FrameHook : byte
{
    /// <summary>As it comes in, before anything else.</summary>
    Prerouting,

    /// <summary>As it goes from one port to another, once for each port it leaves by.</summary>
    Forward,

    /// <summary>As the switch itself sends it.</summary>
    Output,
}

/// <summary>One rule on the switch.</summary>
/// <param name="Fault">The fault that put it there.</param>
/// <param name="Hook">Where it looks.</param>
/// <param name="Text">The rule in nft's language, family bridge.</param>
public sealed record FrameRule(string Fault, FrameHook Hook, string Text);

/// <summary>A set or map of the switch.</summary>
/// <param name="Fault">The fault whose rules use it.</param>
/// <param name="Text">Its declaration in nft's language.</param>
public sealed record FrameTable(string Fault, string Text);

/// <summary>A port that sends more slowly than its link.</summary>
/// <param name="Fault">The fault that made it slow.</param>
/// <param name="Port">The port.</param>
/// <param name="RateBitsPerSecond">How fast, bits per second of frames.</param>
public sealed record PortRate(string Fault, string Port, long RateBitsPerSecond);

/// <summary>Something at a port of the switch that is no endpoint of the run.</summary>
/// <param name="Port">Its port.</param>
/// <param name="Address">Its address, somebody else's perhaps.</param>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Queries">Whether it sends IGMP general queries.</param>
public sealed record HiddenHost(string Port, IPAddress Address, string Mac, bool Queries);
