using VsanEmu.Core.Flows;

namespace VsanEmu.Core.Protocol;

/// <summary>What can change a role.</summary>
internal enum RoleEvent : byte
{
    /// <summary>The node has listened long enough.</summary>
    ListenEnded,

    /// <summary>The Master's heartbeat names this node as Backup.</summary>
    Appointed,

    /// <summary>The Master's heartbeat names another, or this node follows another Master.</summary>
    Dismissed,

    /// <summary>The Master fell silent, or said goodbye, while this node was its Backup.</summary>
    MasterLost,

    /// <summary>No Master and no Backup for a while, and this node is the first of those that are heard.</summary>
    Elected,

    /// <summary>This node is fixed as Master.</summary>
    FixedAsMaster,

    /// <summary>A Master of higher rank is heard and has taken over this node's directory.</summary>
    HandedOver,
}

/// <summary>Every change of role that there is. What is not here does not happen: asking for it is a bug and throws.</summary>
internal static class RoleTable
{
    public static IReadOnlyList<(Role From, RoleEvent Event, Role To, string Reason)> Rows { get; } =
    [
        (Role.Listening, RoleEvent.ListenEnded, Role.Agent, "listened long enough"),
        (Role.Agent, RoleEvent.Appointed, Role.Backup, "appointed by the Master"),
        (Role.Agent, RoleEvent.Elected, Role.Master, "no Master heard, and first in rank"),
        (Role.Agent, RoleEvent.FixedAsMaster, Role.Master, "fixed as Master"),
        (Role.Backup, RoleEvent.Dismissed, Role.Agent, "no longer the Master's Backup"),
        (Role.Backup, RoleEvent.MasterLost, Role.Master, "the Master fell silent"),
        (Role.Backup, RoleEvent.FixedAsMaster, Role.Master, "fixed as Master"),
        (Role.Master, RoleEvent.HandedOver, Role.Agent, "handed over to a Master of higher rank"),
    ];

    /// <summary>The new role and the reason, in words.</summary>
    public static (Role To, string Reason) Next(Role from, RoleEvent happened)
    {
        foreach ((Role From, RoleEvent Event, Role To, string Reason) row in Rows)
            if (row.From == from && row.Event == happened) return (row.To, row.Reason);
        throw new InvalidOperationException($"a {from} knows no {happened}");
    }
}
