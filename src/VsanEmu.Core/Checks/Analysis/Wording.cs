namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How figures and names are put into findings, everywhere alike.</summary>
internal static class Wording
{
    /// <summary>Most lines of evidence a result carries; a last one counts the rest.</summary>
    public const int MaxEvidence = 20;

    /// <summary>A duration in the unit that suits it: <c>850 ms</c>, <c>2.4 s</c>, <c>130 s</c>.</summary>
    public static string Span(long ns) => ns switch
    {
        < 1_000_000 => $"{ns / 1e3:0.#} µs",
        < 1_000_000_000 => $"{ns / 1e6:0} ms",
        < 100_000_000_000 => $"{ns / 1e9:0.0} s",
        _ => $"{ns / 1e9:0} s",
    };

    /// <inheritdoc cref="Span(long)"/>
    public static string Span(TimeSpan span) => Span(Ns(span));

    /// <summary>A span in nanoseconds.</summary>
    public static long Ns(TimeSpan span) => (long)(span.TotalNanoseconds + 0.5);

    /// <summary>A share in percent with as many digits as it needs.</summary>
    public static string Percent(double percent) => percent switch
    {
        0 => "0 %",
        < 0.1 => $"{percent:0.###} %",
        < 10 => $"{percent:0.##} %",
        _ => $"{percent:0.#} %",
    };

    /// <summary>Names in a row, the first few of many: <c>m01, m02, m03 and 5 more</c>.</summary>
    public static string Names(IEnumerable<string> names, int most = 4)
    {
        string[] all = [.. names];
        return all.Length <= most ? string.Join(", ", all) : $"{string.Join(", ", all.Take(most - 1))} and {all.Length - (most - 1)} more";
    }

    /// <summary>A count with its noun: <c>1 member</c>, <c>2 members</c>.</summary>
    public static string Count(long count, string noun, string? plural = null) => $"{count} {(count == 1 ? noun : plural ?? noun + "s")}";

    /// <summary>At most <see cref="MaxEvidence"/> lines, the last of which counts what was left out.</summary>
    public static IReadOnlyList<string> Limit(IEnumerable<string> lines)
    {
        string[] all = [.. lines];
        return all.Length <= MaxEvidence ? all : [.. all.Take(MaxEvidence), $"and {all.Length - MaxEvidence} more"];
    }
}
