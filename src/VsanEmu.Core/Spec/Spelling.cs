namespace VsanEmu.Core.Spec;

/// <summary>Finds the word that was meant.</summary>
public static class Spelling
{
    /// <summary><c>; did you mean 'x'?</c>, or empty when nothing is near.</summary>
    /// <param name="word">What was written; compared without case, '-' and '_'.</param>
    /// <param name="known">What there is.</param>
    public static string DidYouMean(string word, IEnumerable<string> known)
    {
        string folded = Fold(word);
        (string? best, int distance) = known.Select(k => ((string?)k, Distance(folded, Fold(k)))).OrderBy(k => k.Item2).FirstOrDefault((null, int.MaxValue));
        return best is not null && distance <= Math.Max(1, best.Length / 4) && distance < best.Length ? $"; did you mean '{best}'?" : "";
    }

    // agent_group, agent-group and AgentGroup are all meant to be agentGroup.
    private static string Fold(string word) =>
        new([.. word.Take(64).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    // Levenshtein's distance, with a swap of neighbours counted once.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
