using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control;

/// <summary>Whether a cluster, or one side of a split one, has come to rest; and if not, what it waits for.</summary>
public static class Settlement
{
    /// <summary>Null when the members of these views form one cluster at rest, else what is missing, in words for a person.</summary>
    public static string? Missing(IReadOnlyCollection<MemberView> side)
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
        return null;
    }

    /// <summary>What is missing on any of the sides; null when each is at rest.</summary>
    public static string? Missing(IEnumerable<IReadOnlyCollection<MemberView>> sides) =>
        sides.Select(Missing).FirstOrDefault(m => m is not null);

    /// <summary>Roles by member, as the members themselves say: equal before and after means that nothing changed.</summary>
    public static IReadOnlyDictionary<MemberId, Role> Roles(IEnumerable<MemberView> views) => views.ToDictionary(v => v.Id, v => v.Role);

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
