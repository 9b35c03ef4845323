using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Plan;

/// <summary>
/// Who is tried with whom: all where they are few, a fair sample where they are many. The run acts by it, and the checks know by it what there was to look at.
/// </summary>
public static class Pairs
{
    /// <summary>Up to so many members ping each other, every one every other.</summary>
    public const int MaxWhole = 16;

    /// <summary>Members that each outsider tries by odd means.</summary>
    public const int MaxTargets = 8;

    /// <summary>
    /// Whom each member pings: everyone; in a sample of more than <see cref="MaxWhole"/> the next one in a ring, and the Master and each of them one another.
    /// </summary>
    /// <param name="members">Members, in the order of their views; fewer than two ping nobody.</param>
    /// <param name="master">The Master among them; null when there is none.</param>
    /// <param name="pairs">Whether all are asked for.</param>
    public static IReadOnlyList<(string From, IReadOnlyList<string> To)> Pings(IReadOnlyList<string> members, string? master, PairChoice pairs = PairChoice.Sample)
    {
        if (members.Count < 2) return [];
        bool whole = pairs == PairChoice.All || members.Count <= MaxWhole;
        return [.. members.Select((from, i) => (from, Targets(from, i)))];

        IReadOnlyList<string> Targets(string from, int i) =>
            [.. members.Where((to, j) => to != from && (whole || j == (i + 1) % members.Count || to == master || from == master))];
    }

    /// <summary>
    /// The directions in which streams go: each member to the next and to the one before it, so that each port sends to two partners and receives from two,
    /// and both directions of each pair are tried; or all directions.
    /// </summary>
    /// <param name="members">Members; fewer than two have none.</param>
    /// <param name="pairs">Whether all are asked for.</param>
    public static IReadOnlyList<(string From, string To)> Streams(IReadOnlyList<string> members, PairChoice pairs = PairChoice.Sample)
    {
        int most = pairs == PairChoice.All ? members.Count - 1 : Math.Min(1, members.Count - 1);
        // So far ahead, and as far back, each once.
        IEnumerable<int> offsets = Enumerable.Range(1, Math.Max(0, most)).SelectMany(o => (int[])[o, members.Count - o]).Distinct();
        return [.. offsets.SelectMany(offset => members.Select((from, i) => (from, members[(i + offset) % members.Count])))];
    }

    /// <summary>Each member with the next one in a ring.</summary>
    /// <param name="members">Members; fewer than two make no ring.</param>
    public static IEnumerable<(string From, string To)> Ring(IReadOnlyList<string> members) =>
        members.Count < 2 ? [] : members.Select((from, i) => (from, members[(i + 1) % members.Count]));

    /// <summary>Each outsider with each member, or a sample of them; as whom is the member after it.</summary>
    /// <param name="outsiders">The spec's outsiders.</param>
    /// <param name="members">Members; with fewer than two nobody is tried, since there is none to pretend to be.</param>
    public static IReadOnlyList<(string From, string To, string As)> Attempts(IEnumerable<OutsiderSpec> outsiders, IReadOnlyList<string> members)
    {
        if (members.Count < 2) return [];
        int[] targets = [.. Sample(members.Count, MaxTargets)];
        return [.. outsiders.SelectMany(o => targets.Select(i => (o.Name, members[i], members[(i + 1) % members.Count])))];
    }

    /// <summary>Up to <paramref name="most"/> of the numbers below <paramref name="count"/>, evenly spread, the last among them.</summary>
    /// <param name="count">How many there are, 0 or more.</param>
    /// <param name="most">How many are wanted at most, 1 or more.</param>
    public static IEnumerable<int> Sample(int count, int most) =>
        count <= most ? Enumerable.Range(0, count) : Enumerable.Range(1, most).Select(i => (i * count / most) - 1);
}
