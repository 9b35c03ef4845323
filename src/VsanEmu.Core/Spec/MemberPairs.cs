namespace VsanEmu.Core.Spec;

/// <summary>Which members are tried with which: all where they are few or where that is asked for, else a sample in which each has its part.</summary>
public static class MemberPairs
{
    /// <summary>Up to so many members ping each other, every one every other.</summary>
    public const int MaxWhole = 16;

    /// <summary>
    /// Whom each member pings: everyone; in a sample of more than <see cref="MaxWhole"/> the next one in a ring, and the Master and each of them one another.
    /// </summary>
    /// <param name="members">The members' names, in order.</param>
    /// <param name="master">The Master among them; null where there is none.</param>
    /// <param name="pairs">Whether all are asked for.</param>
    public static IReadOnlyList<(string From, IReadOnlyList<string> To)> Pings(IReadOnlyList<string> members, string? master, PairChoice pairs)
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
    /// <param name="members">The members' names, in order.</param>
    /// <param name="pairs">Whether all are asked for.</param>
    public static IReadOnlyList<(string From, string To)> Streams(IReadOnlyList<string> members, PairChoice pairs)
    {
        if (members.Count < 2) return [];
        int most = pairs == PairChoice.All ? members.Count - 1 : 1;
        return [.. Offsets(members.Count, most).SelectMany(offset => members.Select((from, i) => (from, members[(i + offset) % members.Count])))];
    }

    /// <summary>Each member with the next one in a ring.</summary>
    public static IEnumerable<(string From, string To)> Ring(IReadOnlyList<string> members) =>
        members.Count < 2 ? [] : members.Select((from, i) => (from, members[(i + 1) % members.Count]));

    // Up to so far ahead, and as far back: 1, -1, 2, -2, each way once.
    private static IEnumerable<int> Offsets(int count, int most) =>
        Enumerable.Range(1, most).SelectMany(o => (int[])[o, count - o]).Distinct();
}
