namespace VsanEmu.Core.Flows;

/// <summary>Which connection the data plane's writes and reads use (FLOWS.md, D1).</summary>
public enum DataConnection : byte
{
    /// <summary>On the connection which the copy's holder opened, so that writes leave with source port 2233 (the default).</summary>
    Accepted,

    /// <summary>On the connection which the VM's member opened itself.</summary>
    Initiated,

    /// <summary>On both, in turn.</summary>
    Both,
}

/// <summary>A generation of vSAN, as data: the same code follows each of them.</summary>
public sealed record FlowProfile
{
    /// <summary>Its name in a spec: <c>article</c>, <c>vsan65</c> or <c>vsan66</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Default Agent Group, or null when control is unicast.</summary>
    public required string? AgentGroup { get; init; }

    /// <summary>Default Master Group, or null when control is unicast.</summary>
    public required string? MasterGroup { get; init; }

    /// <summary>True when Agents and the Backup send their updates to the Master Group as well (vsan65).</summary>
    public bool AgentsUseMasterGroup { get; init; }

    /// <summary>True when a group is replaced by one unicast copy for each of its listeners (vsan66); then there is no IGMP.</summary>
    public bool Unicast => AgentGroup is null;

    /// <summary>The data plane's connection.</summary>
    public DataConnection DataConnection { get; init; } = DataConnection.Accepted;

    /// <summary>The default: the article's packet captures of vSAN 6.x.</summary>
    public static FlowProfile Article { get; } = new() { Name = "article", AgentGroup = "224.2.3.5", MasterGroup = "224.1.2.3" };

    /// <summary>vSAN up to 6.5, by its vendor's documents.</summary>
    public static FlowProfile Vsan65 { get; } = new() { Name = "vsan65", AgentGroup = "224.2.3.4", MasterGroup = "224.1.2.3", AgentsUseMasterGroup = true };

    /// <summary>vSAN from 6.6: unicast.</summary>
    public static FlowProfile Vsan66 { get; } = new() { Name = "vsan66", AgentGroup = null, MasterGroup = null };

    /// <summary>All profiles.</summary>
    public static IReadOnlyList<FlowProfile> All { get; } = [Article, Vsan65, Vsan66];
}
