namespace VsanEmu.Tests;

/// <summary>Reads /proc.</summary>
internal static class ProcessTable
{
    /// <summary>The process group of a process.</summary>
    public static int Group(int process) => Fields(process) is { } fields ? int.Parse(fields[2]) : 0;

    /// <summary>True when this process could take on a user's id: it is root, and not in a user namespace that lacks that user.</summary>
    public static bool CanBecome(int user) => Environment.IsPrivilegedProcess && File.ReadLines("/proc/self/uid_map")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Any(map => long.Parse(map[0]) <= user && user < long.Parse(map[0]) + long.Parse(map[2]));

    /// <summary>True while a process is there and no zombie.</summary>
    public static bool Lives(int process) => Fields(process) is { } fields && fields[0] != "Z";

    /// <summary>The network namespaces that a process holds, by a thread in it or a descriptor: <c>net:[inode]</c>.</summary>
    public static HashSet<string> NamespacesOf(int process)
    {
        HashSet<string> found = [];
        foreach (string link in Entries($"/proc/{process}/fd").Concat(Entries($"/proc/{process}/task").Select(task => $"{task}/ns/net")))
        {
            try
            {
                if (new FileInfo(link).LinkTarget is { } target && target.StartsWith("net:[", StringComparison.Ordinal)) found.Add(target);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Closed, or ended, just now.
            }
        }
        return found;
    }

    /// <summary>Processes whose environment has this text.</summary>
    public static IEnumerable<int> Marked(string text) => All().Where(p =>
    {
        try
        {
            return Lives(p) && File.ReadAllText($"/proc/{p}/environ").Contains(text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!));

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // /proc/PID/stat from the state on: the name before it may hold spaces.
    private static string[]? Fields(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
