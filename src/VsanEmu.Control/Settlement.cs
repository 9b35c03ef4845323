using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control;

/// <summary>Whether a cluster, or one side of a split one, has come to rest; and if not, what it waits for.</summary>
public static class Settlement
{
    /// <summary>Null when the members of these views form one cluster at rest, else what is missing, in words for a person.</summary>
    /// <param name="side">The members that can hear each other.</param>
    /// <param name="split">True on a side of a split: then VMs may wait for copies that are on another side.</param>
    public static string? Missing(IReadOnlyCollection<MemberView> side, bool split = false)
    {
        if (side.Count == 0) return null;
        MemberView[] masters = [.. side.Where(v => v.Role == Role.Master)];
        if (masters.Length != 1) return masters.Length == 0 ? "one Master" : $"one Master instead of {Names(masters)}";
        MemberId master = masters[0].Id;
        MemberId[] members = [.. side.Select(v => v.Id).Order()];

        if (Others(side, v => v.Master != master) is { } strays) return $"{strays} to follow {masters[0].Member}";
        if (side.Count > 1 && side.Count(v => v.Role == Role.Backup) != 1) return "one Backup";
        MemberId backup = side.FirstOrDefault(v => v.Role == Role.Backup)?.Id ?? MemberId.None;
        if (Others(side, v => v.Backup != backup) is { } unaware) return $"{unaware} to know the Backup";
        if (Others(side, v => !v.Members.SequenceEqual(members)) is { } deaf) return $"{deaf} to hear all {members.Length} members and no other";
        if (Others(side, v => v.Digest != masters[0].Digest) is { } behind) return $"{behind} to hold the Master's directory";
        if (Others(side, v => !v.AtRest) is { } busy) return $"{busy} to come to rest";
        if (!split && Others(side, v => !v.DataAtRest) is { } waiting) return $"the VMs of {waiting} to have their copies";
        return null;
    }

    /// <summary>What is missing on any of the sides; null when each is at rest.</summary>
    /// <param name="sides">The members that can hear each other, side by side.</param>
    /// <param name="data">Whether VMs must have their copies, too; those of a split cluster need not.</param>
    public static string? Missing(IReadOnlyList<IReadOnlyCollection<MemberView>> sides, bool data = true) =>
        sides.Select(side => Missing(side, split: sides.Count > 1 || !data)).FirstOrDefault(m => m is not null);

    private static string? Others(IEnumerable<MemberView> views, Func<MemberView, bool> wrong)
    {
        MemberView[] found = [.. views.Where(wrong)];
        return found.Length == 0 ? null : Names(found);
    }

    private static string Names(MemberView[] views) =>
        views.Length <= 4
            ? string.Join(", ", views.Select(v => v.Member))
            : $"{string.Join(", ", views.Take(3).Select(v => v.Member))} and {views.Length - 3} more";
}
