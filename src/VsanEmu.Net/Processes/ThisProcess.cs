using System.Globalization;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Processes;

/// <summary>What this process is and may do, as the kernel sees it.</summary>
public static class ThisProcess
{
    /// <summary>The parent's id.</summary>
    public static int ParentId => Libc.GetParentId();

    /// <summary>The command line by which it was started, program first, exactly.</summary>
    public static IReadOnlyList<string> CommandLine => File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];

    /// <summary>Its effective capabilities: one bit for each number in capabilities(7).</summary>
    public static ulong EffectiveCapabilities => ulong.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..].Trim(),
        NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>The program and leading arguments that start this tool again: itself, or <c>dotnet</c> and itself.</summary>
    public static IReadOnlyList<string> Program
    {
        get
        {
            string path = Environment.ProcessPath ?? throw new IOException("this program's path is unknown");
            return Path.GetFileNameWithoutExtension(path) == "dotnet" ? [path, Environment.GetCommandLineArgs()[0]] : [path];
        }
    }

    /// <summary>Leaves the terminal's session: Ctrl-C and a closed terminal end this process no longer.</summary>
    public static void LeaveSession() => _ = Libc.NewSession();

    /// <summary>Replaces this process by another program: same id, parent, terminal and process group. Does not return.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="environment">Variables that are added to this process's own.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    public static void Become(string program, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        foreach ((string name, string value) in environment) _ = Libc.SetEnvironment(name, value, overwrite: 1);
        Console.Out.Flush();
        Console.Error.Flush();
        _ = Libc.Execute(program, [program, .. arguments, null]);
        throw new IOException($"cannot start {program}: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
