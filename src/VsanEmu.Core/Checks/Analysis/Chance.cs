namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Whether chance alone explains a count.</summary>
internal static class Chance
{
    /// <summary>What happens more seldom than this is not put down to chance.</summary>
    private const double Level = 0.01;

    /// <summary>True when so many or more rare, independent events are no surprise where <paramref name="expected"/> are expected (Poisson's upper tail).</summary>
    public static bool Explains(int count, double expected)
    {
        double term = Math.Exp(-expected), below = 0;
        for (int k = 0; k < count; k++)
        {
            below += term;
            term *= expected / (k + 1);
        }

        return 1 - below >= Level;
    }

    /// <summary>
    /// True when one and the same share explains both counts: that so many hits, or more, are among the first is no surprise (the upper tail of Fisher's exact test). When
    /// several are tried for a surprise, each must be the more of one (Bonferroni).
    /// </summary>
    public static bool Explains(Proportion first, Proportion second, int tried)
    {
        long hits = first.Hits + second.Hits;
        double tail = 0, term = Math.Exp(LogChoose(first.Total, first.Hits) + LogChoose(second.Total, second.Hits) - LogChoose(first.Total + second.Total, hits));
        for (long k = first.Hits; k <= Math.Min(hits, first.Total); k++)
        {
            tail += term;
            term *= (double)(first.Total - k) * (hits - k) / ((k + 1.0) * (second.Total - hits + k + 1.0));
        }

        return tail >= Level / Math.Max(1, tried);
    }

    private static double LogChoose(long of, long chosen)
    {
        double sum = 0;
        for (long i = 0; i < Math.Min(chosen, of - chosen); i++) sum += Math.Log((double)(of - i) / (i + 1));
        return sum;
    }
}
