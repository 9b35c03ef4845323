using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Flows;

/// <summary>Which member has which role.</summary>
public static class RoleAssignment
{
    /// <summary>
    /// The roles that a cluster takes when all its members start at once: fixed roles first, then the highest priority, then the lowest id. A member fixed as Agent
    /// is never more; one fixed as Backup is Master only when nobody else may be.
    /// </summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="alive">The members that take part; all by default.</param>
    public static IReadOnlyDictionary<MemberId, Role> Default(ClusterSpec spec, IReadOnlyCollection<MemberId>? alive = null)
    {
        MemberSpec[] ranked =
        [
            .. spec.Members.Where(m => alive is null || alive.Contains(m.Id)).OrderByDescending(m => m.Priority).ThenBy(m => m.Id),
        ];
        MemberSpec? master = First(Role.Master) ?? First(null) ?? First(Role.Backup);
        MemberSpec? backup = ranked.FirstOrDefault(m => m.FixedRole == Role.Backup && m != master)
            ?? ranked.FirstOrDefault(m => m.FixedRole is null or Role.Master && m != master);
        return ranked.ToDictionary(m => m.Id, m => m == master ? Role.Master : m == backup ? Role.Backup : Role.Agent);

        MemberSpec? First(Role? fixedRole) => ranked.FirstOrDefault(m => m.FixedRole == fixedRole);
    }

    /// <summary>The roles that a member may come to have, whatever happens to the others.</summary>
    public static IReadOnlyList<Role> Possible(MemberSpec member) =>
        member.FixedRole == Role.Agent ? [Role.Agent] : [Role.Agent, Role.Backup, Role.Master];
}
