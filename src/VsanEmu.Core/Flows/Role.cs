namespace VsanEmu.Core.Flows;

/// <summary>What a member is in its cluster at one moment (FLOWS.md, "Roles").</summary>
public enum Role : byte
{
    /// <summary>Started, and only listening: it has sent nothing yet.</summary>
    Listening = 0,

    /// <summary>An ordinary member: joins the Agent Group only.</summary>
    Agent = 1,

    /// <summary>Watches the Master and holds a full copy of the directory; does all that an Agent does. Joins both groups.</summary>
    Backup = 2,

    /// <summary>Orders and disseminates the metadata. One per connected side. Joins both groups.</summary>
    Master = 3,
}
