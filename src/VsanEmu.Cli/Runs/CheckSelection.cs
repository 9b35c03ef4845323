using System.CommandLine;
using VsanEmu.Cli.Options;
using VsanEmu.Control;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Runs;

/// <summary>Which checks a run is to make, how thoroughly: the options that <c>lab</c> and <c>verify</c> share.</summary>
internal static class CheckSelection
{
    /// <summary>How often a join or leave may be repeated.</summary>
    private const int MostRounds = 100;

    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Make only these checks: ids (M7) or letters (M for all of multicast), with commas between them; what serves no other is left out of the run",
        HelpName = "IDS",
    };

    private static readonly Option<string[]> Skip = new("--skip") { Description = "Make all checks but these", HelpName = "IDS" };

    private static readonly Option<bool> Long = new("--long")
    {
        Description = "Also make what takes minutes: outlive the membership interval (M6), leave connections idle (A9)",
    };

    private static readonly Option<int?> Rounds = new Option<int?>("--rounds")
    {
        Description = $"How often each join and leave is repeated, 1 to {MostRounds} (default: the spec's, else {new TrialSpec().Rounds})",
        HelpName = "N",
    }.Allow(1, MostRounds);

    /// <summary>The options, for a command to have.</summary>
    public static IReadOnlyList<Option> Options { get; } = [Only, Skip, Long, Rounds];

    /// <summary>What is to be made in a run.</summary>
    /// <exception cref="UsageException">A check is not known, or none is left.</exception>
    public static ConductorOptions Conduct(ParseResult parsed)
    {
        HashSet<string>? only = parsed.GetValue(Only) is { Length: > 0 } asked ? Ids(Only.Name, asked) : null;
        HashSet<string> skip = Ids(Skip.Name, parsed.GetValue(Skip) ?? []);
        HashSet<string> named = [.. Texts(parsed.GetValue(Only) ?? []).Select(t => t.ToUpperInvariant()).Where(t => only?.Contains(t) == true)];
        var options = new ConductorOptions { Only = only, Named = named, Skip = skip, Long = parsed.GetValue(Long) };
        return CheckCatalogue.All.Any(c => options.Wants(c.Id)) ? options : throw new UsageException($"{Only.Name} and {Skip.Name} leave no check to make");
    }

    /// <summary>The cluster, with as many rounds as are asked for.</summary>
    public static ClusterSpec Adapt(ParseResult parsed, ClusterSpec cluster) =>
        parsed.GetValue(Rounds) is { } rounds ? cluster with { Trials = cluster.Trials with { Rounds = rounds } } : cluster;

    private static HashSet<string> Ids(string option, string[] texts)
    {
        var ids = new HashSet<string>();
        foreach (string text in Texts(texts))
        {
            string[] meant = [.. CheckCatalogue.All.Select(c => c.Id).Where(id => Means(text, id))];
            if (meant.Length == 0) throw new UsageException($"{option} {text}: no such check; there are {string.Join(' ', CheckCatalogue.All.Select(c => c.Id))}");
            ids.UnionWith(meant);
        }

        return ids;
    }

    private static IEnumerable<string> Texts(string[] texts) => texts.SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries));

    // An id, or the letter that all of a kind begin with.
    private static bool Means(string text, string id) =>
        id.Equals(text, StringComparison.OrdinalIgnoreCase) || (text.Length == 1 && id.StartsWith(text, StringComparison.OrdinalIgnoreCase));
}
