namespace VsanEmu.Core.Load;

/// <summary>Rates in words, in a unit that leaves something of them.</summary>
internal static class RateWords
{
    /// <summary><c>850 Mbit/s</c>, <c>4.5 kbit/s</c>: three significant digits.</summary>
    public static string Bits(double bitsPerSecond) => Words(bitsPerSecond, "bit/s");

    /// <summary><c>50 MB/s</c>.</summary>
    /// <param name="bitsPerSecond">In bit/s all the same.</param>
    public static string Bytes(double bitsPerSecond) => Words(bitsPerSecond / 8, "B/s");

    /// <summary>So much of what was to be: <c>40 of 50 Mbit/s</c>.</summary>
    public static string Of(double part, double whole)
    {
        (double unit, string prefix) = whole >= 1e6 ? (1e6, "M") : whole >= 1e3 ? (1e3, "k") : (1, "");
        return FormattableString.Invariant($"{part / unit:0.###} of {whole / unit:0.###} {prefix}bit/s");
    }

    private static string Words(double value, string unit)
    {
        (double of, string prefix) = value >= 999.5e6 ? (1e9, "G") : value >= 999.5e3 ? (1e6, "M") : value >= 999.5 ? (1e3, "k") : (1, "");
        double shown = value / of;
        string digits = shown >= 100 ? "0" : shown >= 10 ? "0.#" : "0.##";
        return $"{shown.ToString(digits, System.Globalization.CultureInfo.InvariantCulture)} {prefix}{unit}";
    }
}
