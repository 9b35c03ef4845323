using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>
/// The subjects of a check, each with the reason why it was not looked at, if it was not. They come from the spec and the plan of the run, never from what was seen:
/// what nobody saw would be missing on both sides.
/// </summary>
internal sealed class Ledger
{
    private readonly List<Row> _rows;

    private Ledger(List<Row> rows) => _rows = rows;

    private sealed record Row(string Kind, IReadOnlyList<(string Name, string? Why)> Subjects)
    {
        // How many there are of which these are a sample, and how it was taken; 0 when these are all.
        public int Of { get; init; }

        public string How { get; init; } = "";

        public string Sample => Of > 0 ? $"{Subjects.Count} of {Wording.Count(Of, Kind)}, {How}" : "";

        public IEnumerable<(string Name, string Why)> Missing => Subjects.Where(s => s.Why is not null).Select(s => (s.Name, s.Why!));
    }

    /// <summary>Of a check that looked at nothing, and does not claim to.</summary>
    public static Ledger Empty { get; } = new([]);

    /// <summary>True when everything was looked at, and there was something to look at.</summary>
    public bool Complete => _rows.Sum(r => r.Subjects.Count) > 0 && _rows.All(r => !r.Missing.Any());

    private int LookedAt => _rows.Sum(r => r.Subjects.Count(s => s.Why is null));

    /// <summary>Subjects of one kind.</summary>
    /// <param name="kind">What one is, in the singular.</param>
    /// <param name="subjects">All that there are.</param>
    /// <param name="whyNot">Why one was not looked at; null when it was, with proof.</param>
    /// <param name="name">What one is called; null for its own words.</param>
    public static Ledger Of<T>(string kind, IEnumerable<T> subjects, Func<T, string?> whyNot, Func<T, string>? name = null) =>
        new([new(kind, [.. subjects.Select(s => (name?.Invoke(s) ?? $"{s}", whyNot(s)))])]);

    /// <summary>One subject.</summary>
    public static Ledger Of(string kind, string name, string? whyNot) => new([new(kind, [(name, whyNot)])]);

    /// <summary>These and more.</summary>
    public Ledger And(Ledger more) => new([.. _rows, .. more._rows]);

    /// <summary>These are a sample, taken on purpose; all of it when there are no more than these.</summary>
    /// <param name="all">How many there are.</param>
    /// <param name="how">How they were chosen: <c>each member at least twice</c>.</param>
    public Ledger SampleOf(int all, string how) => new([.. _rows.Select(r => r.Subjects.Count < all ? r with { Of = all, How = how } : r)]);

    /// <summary>What is told of it in a result.</summary>
    public Coverage ToCoverage() => new()
    {
        Rows =
        [
            .. _rows.Select(r => new CoverageRow
            {
                Kind = r.Kind,
                Subjects = r.Subjects.Count,
                LookedAt = r.Subjects.Count(s => s.Why is null),
                Missing = Wording.Limit(r.Missing.Select(Line)),
                Sample = r.Sample,
            }),
        ],
    };

    /// <summary>
    /// The finding as it may stand: what would pass, or warn only, and did not look at everything, is inconclusive and says what is missing and why; a failure stays one.
    /// </summary>
    public Finding Weigh(Finding finding) => finding.Outcome switch
    {
        CheckOutcome.Skip => finding,
        CheckOutcome.Pass when Complete => finding with { Seen = finding.Seen + Samples() },
        CheckOutcome.Warn when Complete => finding,
        CheckOutcome.Pass or CheckOutcome.Warn => finding with
        {
            Outcome = CheckOutcome.Inconclusive,
            Seen = LookedAt == 0 ? Gaps("there was nothing to look at") : $"{Gaps()}; else {finding.Seen}",
            Evidence = [.. _rows.SelectMany(r => r.Missing).Select(Line), .. finding.Evidence],
        },
        _ => finding with { Evidence = [.. finding.Evidence, .. _rows.SelectMany(r => r.Missing).Select(m => $"not looked at: {Line(m)}")] },
    };

    private static string Line((string Name, string Why) missing) => $"{missing.Name}: {missing.Why}";

    private string Gaps(string none = "") => string.Join("; ", _rows.Where(r => r.Missing.Any()).Select(Gap).DefaultIfEmpty(none));

    // Kinds that were sampled alike are told together.
    private string Samples() => string.Concat(_rows.Where(r => r.Of > 0).GroupBy(r => (r.Subjects.Count, r.Of, r.How), r => r.Kind)
        .Select(g => $" (a sample: {g.Key.Count} of {g.Key.Of} {Wording.Names(g.Select(k => $"{k}s"), int.MaxValue)}, {g.Key.How})"));

    private static string Gap(Row row)
    {
        (string Name, string Why)[] missing = [.. row.Missing];
        string count = missing.Length == row.Subjects.Count && missing.Length > 1 ? $"none of {Wording.Count(missing.Length, row.Kind)} was"
            : $"{missing.Length} of {Wording.Count(row.Subjects.Count, row.Kind)} {(missing.Length == 1 ? "was" : "were")} not";
        return $"{count} looked at: {Wording.Names(missing.Select(m => m.Name), 3)} ({Wording.Names(missing.Select(m => m.Why).Distinct(), 2)})";
    }
}
