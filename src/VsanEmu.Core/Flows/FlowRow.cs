namespace VsanEmu.Core.Flows;

/// <summary>Who is at one end of a row of the matrix.</summary>
public enum FlowParty : byte
{
    /// <summary>The Master.</summary>
    Master,

    /// <summary>The Backup.</summary>
    Backup,

    /// <summary>Every Agent.</summary>
    Agent,

    /// <summary>Every member but the Master.</summary>
    BackupOrAgent,

    /// <summary>Every member.</summary>
    Member,

    /// <summary>The member that runs a VM.</summary>
    VmHost,

    /// <summary>A member that holds a copy of a VM's disk.</summary>
    CopyHolder,

    /// <summary>A member on which a copy is rebuilt.</summary>
    RebuildTarget,

    /// <summary>The Agent Group; where control is unicast, one copy for each other member.</summary>
    AgentGroup,

    /// <summary>The Master Group; where control is unicast, one copy for the Master and one for the Backup.</summary>
    MasterGroup,

    /// <summary>The groups that the sender's role listens to.</summary>
    OwnGroups,
}

/// <summary>Which end of a TCP flow opened its connection.</summary>
public enum FlowOpener : byte
{
    /// <summary>There is no connection.</summary>
    None,

    /// <summary>The sender: from an ephemeral port to the reliable one.</summary>
    Sender,

    /// <summary>The receiver: the sender's port is the reliable one.</summary>
    Receiver,
}

/// <summary>
/// One row of the flow matrix (FLOWS.md): a flow for every pair of members that are its ends. This is where flows are defined; <see cref="FlowMatrix"/> makes
/// a cluster's concrete flows of it.
/// </summary>
public sealed record FlowRow
{
    /// <summary>The row's identity. Several rows share one where a flow has variants.</summary>
    public required FlowId Id { get; init; }

    /// <summary>Who sends.</summary>
    public required FlowParty From { get; init; }

    /// <summary>Who receives.</summary>
    public required FlowParty To { get; init; }

    /// <summary>Transport.</summary>
    public required FlowTransport Transport { get; init; }

    /// <summary>Who opened the connection, for TCP.</summary>
    public FlowOpener Opener { get; init; }

    /// <summary>Source port, 0 for an ephemeral one or where there are no ports.</summary>
    public required int SourcePort { get; init; }

    /// <summary>Destination port, 0 for an ephemeral one or where there are no ports.</summary>
    public required int DestinationPort { get; init; }

    /// <summary>How often something is sent, or null when it goes on demand.</summary>
    public TimeSpan? Period { get; init; }

    /// <summary>How often something is sent, in words: <c>every 1s, and on change</c>.</summary>
    public required string Cadence { get; init; }

    /// <summary>What it is for, in a few words.</summary>
    public required string Purpose { get; init; }

    /// <summary>When it is there.</summary>
    public required string Condition { get; init; }

    /// <summary>How sure the flow is.</summary>
    public required FlowMark Mark { get; init; }

    /// <summary>How sure its cadence is.</summary>
    public required FlowMark CadenceMark { get; init; }

    /// <summary>Whether it has to be seen.</summary>
    public FlowPresence Presence { get; init; }
}
