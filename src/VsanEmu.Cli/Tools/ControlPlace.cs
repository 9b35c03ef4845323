namespace VsanEmu.Cli.Tools;

/// <summary>Where an authorised endpoint is.</summary>
/// <param name="Interface">Its interface.</param>
/// <param name="Netns">The path of its network namespace; null for this process's.</param>
internal sealed record ControlPlace(string Interface, string? Netns)
{
    private const int LongestInterface = 15;

    /// <summary>Reads <c>IF</c> or <c>IF@NETNS</c>.</summary>
    /// <param name="option">The option that gave it, for the message.</param>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">It is neither.</exception>
    public static ControlPlace Read(string option, string text)
    {
        string[] parts = text.Split('@', 2);
        bool good = parts[0].Length is > 0 and <= LongestInterface && !parts[0].Any(c => c == '/' || char.IsWhiteSpace(c)) && parts is not [_, ""];
        if (!good) throw new UsageException($"{option} {text}: allowed are IF and IF@NETNS, as eth1 or eth0@blade3");
        return new(parts[0], parts.Length == 1 ? null : parts[1]);
    }

    /// <summary>As it was written.</summary>
    public override string ToString() => Netns is null ? Interface : $"{Interface}@{Netns}";
}
