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

    /// <summary>The gateway's addresses in the networks behind it, with these networks' prefix length.</summary>
    public required IReadOnlyList<IPAddress> AddressesBehind { get; init; }

    /// <summary>MTU of every port, bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>IGMP snooping.</summary>
    public bool Snooping { get; init; } = true;

    /// <summary>The switch sends general queries.</summary>
    public bool Querier { get; init; } = true;

    /// <summary>A group that nobody joined goes to every port, instead of none. A hardware switch that snoops prunes it.</summary>
    public bool FloodUnknownGroups { get; init; }

    /// <summary>Every port counts as a router's, and gets all groups and all reports: as from a switch that does not snoop, while somebody goes on to query.</summary>
    public bool RouterPorts { get; init; }

    /// <summary>The access list, the same in switch and gateway.</summary>
    public required AccessList Access { get; init; }

    /// <summary>What else the switch does to frames.</summary>
    public IReadOnlyList<FrameRule> FrameRules { get; init; } = [];

    /// <summary>What the faults did, exactly: one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The endpoints that are members.</summary>
    public IEnumerable<PlannedEndpoint> Members => Endpoints.Where(e => e.Kind == PortKind.Member);

    /// <summary>The endpoint of this name.</summary>
    /// <exception cref="FabricException">There is none.</exception>
    public PlannedEndpoint Endpoint(string name) => Endpoints.FirstOrDefault(e => e.Name == name)
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
