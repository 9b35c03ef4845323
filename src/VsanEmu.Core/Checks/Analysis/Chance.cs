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
}
