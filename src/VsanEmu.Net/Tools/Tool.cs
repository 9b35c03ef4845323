using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace VsanEmu.Net.Tools;

/// <summary>
/// Runs a system tool (ip, bridge, nft) to its end. Called inside <see cref="Namespaces.NetworkNamespace.Run{T}"/>, the tool works on that namespace.
/// Uses no pool thread, for the reason given there.
/// </summary>
public static partial class Tool
{
    /// <summary>A tool that runs longer is ended, and reported, unless another limit was given.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    // An ordinary user's PATH lacks the sbin folders on Debian, where ip, bridge and nft are.
    private static readonly string[] SystemFolders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>The tool's full path, or null when it is not installed.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Concat(SystemFolders).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs a tool, and returns what it printed.</summary>
    /// <param name="name">Its name, looked for on the PATH and in the system's folders.</param>
    /// <param name="arguments">Its arguments, as they are: no shell.</param>
    /// <param name="input">What it reads from standard input; nothing by default.</param>
    /// <param name="limit">How long it may take, <see cref="DefaultLimit"/> by default.</param>
    /// <exception cref="ToolException">It is missing, its exit code was not 0, or it did not end in time.</exception>
    public static string Run(string name, IReadOnlyList<string> arguments, string input = "", TimeSpan? limit = null)
    {
        string path = Find(name) ?? throw new ToolException($"{name} is not installed");
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            return Finish(process, name, arguments, input, limit ?? DefaultLimit);
        }
        catch (Win32Exception e)
        {
            throw new ToolException($"{name} cannot be started: {e.Message}");
        }
    }

    /// <summary>Runs <c>ip -batch -</c>: one process for any number of commands, of which the first that fails ends it.</summary>
    /// <exception cref="ToolException">A command failed; the message quotes it.</exception>
    public static void IpBatch(IEnumerable<string> commands) => Run("ip", ["-batch", "-"], string.Join('\n', commands) + '\n');

    private static string Finish(Process process, string name, IReadOnlyList<string> arguments, string input, TimeSpan limit)
    {
        using var watchdog = new Timer(static p => Kill((Process)p!), process, limit, Timeout.InfiniteTimeSpan);
        // All three at a time: whichever waited for another could wait for ever.
        string errors = "";
        Thread errorReader = Begin(name, () => errors = process.StandardError.ReadToEnd());
        Thread writer = Begin(name, () => Feed(process.StandardInput, input));
        string output = process.StandardOutput.ReadToEnd();
#pragma warning disable RS0030 // Whoever runs a tool gives it a thread of its own.
        process.WaitForExit();
        errorReader.Join();
        writer.Join();
#pragma warning restore RS0030
        return process.ExitCode == 0 ? output : throw new ToolException(Explain(name, arguments, input, process.ExitCode, errors));
    }

    private static Thread Begin(string name, Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private static void Feed(StreamWriter to, string input)
    {
        try
        {
            to.Write(input);
            to.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything: its exit code and standard error say why.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended just now.
        }
    }

    private static string Explain(string name, IReadOnlyList<string> arguments, string input, int exitCode, string errors)
    {
        const int killed = 137;
        string[] lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string why = exitCode == killed ? $"was killed, or did not end in time"
            : lines.Length == 0 ? $"exit code {exitCode}" : lines[0];
        string what = string.Join(' ', arguments);
        if (lines.Select(line => FailedBatchLine().Match(line)).FirstOrDefault(m => m.Success) is { } failed
            && input.Split('\n').ElementAtOrDefault(int.Parse(failed.Groups[1].ValueSpan) - 1) is { } command)
            what = command;
        return what.Length == 0 ? $"{name}: {why}" : $"{name} {what}: {why}";
    }

    [GeneratedRegex(@"^Command failed -:(\d+)$")]
    private static partial Regex FailedBatchLine();
}
