using System.Globalization;
using VsanEmu.Core.Load;

namespace VsanEmu.Report;

/// <summary>Figures of a load in words.</summary>
internal static class LoadFigures
{
    // What is longer is a word.
    private const int LongestUnit = 5;

    private static readonly string[] Prefixes = ["", "k", "M", "G", "T"];

    /// <summary>Three significant digits and a decimal prefix: <c>3.21 Gbit/s</c>; before a word it stands alone: <c>3.21 M datagrams/s</c>.</summary>
    public static string Rate(double value, string unit)
    {
        int prefix = 0;
        for (; value >= 999.5 && prefix < Prefixes.Length - 1; prefix++) value /= 1000;
        string digits = value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : value >= 0.9995 || prefix > 0 ? "0.00" : "0.##";
        return string.Create(CultureInfo.InvariantCulture, $"{value.ToString(digits, CultureInfo.InvariantCulture)} {Prefixes[prefix]}{(prefix > 0 && unit.Length > LongestUnit ? " " : "")}{unit}");
    }

    /// <summary>A time in the unit that suits it.</summary>
    public static string Time(long nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.#} µs"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.##} s"),
    };

    /// <summary>A distribution's points.</summary>
    public static string Percentiles(DelaySummary d) => $"p50 {Time(d.P50)}, p90 {Time(d.P90)}, p99 {Time(d.P99)}, p99.9 {Time(d.P999)}, max {Time(d.Max)}";

    /// <summary>How many of how many, with the share.</summary>
    public static string Loss(long lost, long of) => of == 0 ? "-" : lost == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{lost} ({100.0 * lost / of:0.###} %)");

    /// <summary>Bars as high as the values are, of the highest of them.</summary>
    public static string Sparkline(IReadOnlyList<double> values)
    {
        const string bars = "▁▂▃▄▅▆▇█";
        double most = values.DefaultIfEmpty().Max();
        return string.Concat(values.Select(v => most <= 0 ? bars[0] : bars[Math.Clamp((int)(v / most * bars.Length), 0, bars.Length - 1)]));
    }
}
