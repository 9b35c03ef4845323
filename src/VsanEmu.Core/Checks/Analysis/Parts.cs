namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Sets of members that are in touch with each other, directly or through others.</summary>
internal static class Parts
{
    /// <summary>Splits names into sets such that members of different sets are never linked; largest first, then by name.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<string> names, Func<string, string, bool> linked)
    {
        var left = new SortedSet<string>(names, StringComparer.Ordinal);
        var found = new List<IReadOnlyList<string>>();
        while (left.Count > 0)
        {
            var group = new List<string>();
            var open = new Queue<string>([left.Min!]);
            left.Remove(left.Min!);
            while (open.TryDequeue(out string? name))
            {
                group.Add(name);
                foreach (string other in left.Where(o => linked(name, o)).ToArray())
                {
                    left.Remove(other);
                    open.Enqueue(other);
                }
            }

            found.Add([.. group.Order(StringComparer.Ordinal)]);
        }

        return [.. found.OrderByDescending(g => g.Count).ThenBy(g => g[0], StringComparer.Ordinal)];
    }

    /// <summary><c>m01 m03 | m02 m04</c>; large sides are shortened.</summary>
    public static string Describe(IReadOnlyList<IReadOnlyList<string>> sides) =>
        string.Join(" | ", sides.Select(s => s.Count <= 6 ? string.Join(' ', s) : $"{string.Join(' ', s.Take(4))} and {s.Count - 4} more"));
}
