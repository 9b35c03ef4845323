namespace VsanEmu.Core.Checks.Analysis;

/// <summary>A share that was measured by counting: so many of so many, and what that proves.</summary>
/// <param name="Hits">How many had the property.</param>
/// <param name="Total">How many were looked at.</param>
internal readonly record struct Proportion(long Hits, long Total)
{
    private const double Z95 = 1.959963984540054;

    /// <summary>The share in percent; 0 of nothing is 0.</summary>
    public double Percent => Total == 0 ? 0 : 100.0 * Hits / Total;

    /// <summary>
    /// The 95 % confidence interval of the true share in percent, by Wilson's score method: it stays within 0 to 100 and is usable at 0 hits
    /// (Wilson 1927, J. Am. Stat. Assoc. 22:209). Independent events are assumed; loss in bursts makes the truth wider.
    /// </summary>
    public (double Low, double High) Interval95
    {
        get
        {
            if (Total == 0) return (0, 100);
            double n = Total, p = Hits / n, z2 = Z95 * Z95;
            double centre = p + (z2 / (2 * n));
            double spread = Z95 * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
            double scale = 100 / (1 + (z2 / n));
            // At the ends the formula is exact; rounding must not pretend otherwise.
            return (Hits == 0 ? 0 : Math.Max(0, (centre - spread) * scale), Hits == Total ? 100 : Math.Min(100, (centre + spread) * scale));
        }
    }

    /// <summary><c>3 of 200 (1.5 %, 95 % confidence 0.51 to 4.32 %)</c>, <c>0 of 200 (95 % confidence: at most 1.88 %)</c>.</summary>
    public override string ToString()
    {
        if (Total == 0) return "0 of 0";
        (double low, double high) = Interval95;
        return Hits == 0
            ? $"0 of {Total} (95 % confidence: at most {Wording.Percent(high)})"
            : $"{Hits} of {Total} ({Wording.Percent(Percent)}, 95 % confidence {Wording.Percent(low)[..^2]} to {Wording.Percent(high)})";
    }
}
