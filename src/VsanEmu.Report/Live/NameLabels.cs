using VsanEmu.Core.Spec;

namespace VsanEmu.Report;

/// <summary>Names for places that are narrow: whole where they fit, else without the domain that all share, else without their middle. No two become the same.</summary>
internal static class NameLabels
{
    private const string Cut = "..";

    /// <summary>The label of each name.</summary>
    /// <param name="names">The names.</param>
    /// <param name="most">The most characters, at least 10.</param>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> names, int most)
    {
        string[] all = [.. names.Distinct()];
        int domain = all.Length == 0 || all.All(n => n.Length <= most) ? 0 : SharedDomain(all);
        string[] labels = [.. all.Select(n => Fit(n[..^domain], most))];
        return labels.Distinct().Count() == all.Length ? all.Zip(labels).ToDictionary(p => p.First, p => p.Second) : ShortNames.Of(all, most);
    }

    // Characters of the longest ".example.com" that all end in, none of them being nothing else.
    private static int SharedDomain(string[] names)
    {
        string first = names[0];
        for (int dot = first.IndexOf('.'); dot > 0; dot = first.IndexOf('.', dot + 1))
            if (names.All(n => n.Length > first.Length - dot && n.EndsWith(first[dot..], StringComparison.Ordinal))) return first.Length - dot;
        return 0;
    }

    private static string Fit(string name, int most) =>
        name.Length <= most ? name : $"{name[..((most - Cut.Length + 1) / 2)]}{Cut}{name[^((most - Cut.Length) / 2)..]}";
}
