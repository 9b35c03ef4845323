namespace VsanEmu.Core.Frames;

/// <summary>What an IGMP message asks or says.</summary>
public enum IgmpKind : byte
{
    /// <summary>Not a valid message of a known type.</summary>
    None,

    /// <summary>A query: general when it names no group.</summary>
    Query,

    /// <summary>A version 1 or 2 report: the sender is in the group.</summary>
    Report,

    /// <summary>A version 2 leave.</summary>
    Leave,

    /// <summary>A version 3 report: any number of group records, read with <see cref="IgmpRecords"/>.</summary>
    Records,
}

/// <summary>An IGMP message (RFC 1112, RFC 2236, RFC 3376).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Version">The message's IGMP version, 1 to 3; 0 when invalid.</param>
/// <param name="Group">The group that a query, report or leave is about; 0.0.0.0 in a general query, none in a version 3 report.</param>
/// <param name="MaxResponseMs">A query's maximum response time, ms: 0 to 25500 in version 2, to 3174400 in version 3; 10000 in version 1, which has no field for it.</param>
/// <param name="RecordsOffset">Where a version 3 report's group records begin in the frame.</param>
/// <param name="RecordCount">How many it says it has.</param>
public readonly record struct IgmpInfo(
    IgmpKind Kind, byte Version, FrameAddress Group, int MaxResponseMs, int RecordsOffset, ushort RecordCount)
{
    /// <summary>True for a query about all groups.</summary>
    public bool IsGeneralQuery => Kind == IgmpKind.Query && Group == FrameAddress.V4(0);
}

/// <summary>What a group record of a version 3 report means for the reporter's membership.</summary>
public enum MembershipChange : byte
{
    /// <summary>Nothing: sources were blocked or the record's type is unknown.</summary>
    None,

    /// <summary>It is in the group, or joins it.</summary>
    Join,

    /// <summary>It leaves the group.</summary>
    Leave,
}

/// <summary>One group record.</summary>
/// <param name="Group">The group.</param>
/// <param name="Change">What it says.</param>
public readonly record struct GroupRecord(FrameAddress Group, MembershipChange Change);
