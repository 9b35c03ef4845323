using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests;

/// <summary>Views of a cluster at rest: m01 Master, m02 Backup, the rest Agents.</summary>
internal static class Views
{
    public static MemberView[] AtRest(int count) => [.. Enumerable.Range(1, count).Select(i => One(i, count))];

    public static MemberView One(int id, int count) => new()
    {
        Member = $"m{id:00}",
        Id = new MemberId((ushort)id),
        Role = id == 1 ? Role.Master : id == 2 ? Role.Backup : Role.Agent,
        Master = new MemberId(1),
        Backup = count > 1 ? new MemberId(2) : MemberId.None,
        Members = [.. Enumerable.Range(1, count).Select(i => new MemberId((ushort)i))],
        Term = 1,
        Entries = 3,
        Digest = 7,
        Opened = [],
        Accepted = [],
        AtRest = true,
        Sent = 0,
        Received = 0,
    };
}
