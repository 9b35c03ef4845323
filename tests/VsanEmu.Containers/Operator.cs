using System.Text.RegularExpressions;

namespace VsanEmu.Containers;

/// <summary>Who does what the comment of a file in the folder compose tells him to type.</summary>
internal static partial class Operator
{
    /// <summary>The commands of such a comment, in their order: lines that stand three blanks in; one that ends in a backslash goes on.</summary>
    public static string[] Commands(string file) =>
        [.. Command().Matches(File.ReadAllText(Path.Combine(Engine.Root, "compose", file))).Select(m => Continued().Replace(m.Groups[1].Value, " "))];

    /// <summary>Types a line in the repository's folder, where the engine's bridges are.</summary>
    public static Task<(int Exit, string Said)> TypeAsync(string line)
    {
        string[] there = Engine.OnItsNetwork("sh", "-c", $"cd '{Engine.Root}' && {line.Replace(" vsanemu ", $" {Engine.Image} ", StringComparison.Ordinal)}");
        return Shell.RunAsync(there[0], there[1..]);
    }

    /// <summary>The same with one that must succeed.</summary>
    public static async Task MustTypeAsync(string line)
    {
        (int exit, string said) = await TypeAsync(line);
        Assert.True(exit == 0, $"{line}: {said}");
    }

    [GeneratedRegex(@"^#   (\S(?:[^\n]*\\\n)*[^\n]*)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@" \\\n# +")]
    private static partial Regex Continued();
}
