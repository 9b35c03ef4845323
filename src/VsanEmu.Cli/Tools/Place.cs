using VsanEmu.Net.Namespaces;

namespace VsanEmu.Cli.Tools;

/// <summary>A network namespace as options name it.</summary>
internal static class Place
{
    /// <summary>Opens it.</summary>
    /// <param name="netns">A name under /run/netns, or a path; null for the process's own.</param>
    /// <exception cref="IOException">There is none; the message names it.</exception>
    public static NetworkNamespace Open(string? netns)
    {
        if (netns is null) return NetworkNamespace.OfProcess();
        try
        {
            return NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"there is no network namespace {netns}");
        }
    }
}
