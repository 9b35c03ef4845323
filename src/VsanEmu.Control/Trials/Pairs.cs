using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>Which outsider tries which member: all where they are few, a fair sample where they are many. Members among each other: <see cref="MemberPairs"/>.</summary>
internal static class Pairs
{
    /// <summary>Members that each outsider tries by odd means.</summary>
    public const int MaxTargets = 8;

    /// <summary>Each outsider with each member, or a sample of them; as whom is the member after it.</summary>
    public static IReadOnlyList<(string From, string To, string As)> Attempts(IEnumerable<OutsiderSpec> outsiders, IReadOnlyList<string> members)
    {
        if (members.Count < 2) return [];
        int[] targets = [.. Sample(members.Count, MaxTargets)];
        return [.. outsiders.SelectMany(o => targets.Select(i => (o.Name, members[i], members[(i + 1) % members.Count])))];
    }

    /// <summary>Up to <paramref name="most"/> of the numbers below <paramref name="count"/>, evenly spread, the last among them.</summary>
    public static IEnumerable<int> Sample(int count, int most) =>
        count <= most ? Enumerable.Range(0, count) : Enumerable.Range(1, most).Select(i => (i * count / most) - 1);
}
