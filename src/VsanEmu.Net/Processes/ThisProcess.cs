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

    /// <summary>
    /// Takes every capability that it is permitted, and hands them on to programs that it starts: in a container the program's file permits some without making them
    /// effective, so that it starts also where they are not granted. Threads that run already keep theirs: call it first.
    /// </summary>
    public static unsafe void TakePermittedCapabilities()
    {
        uint* header = stackalloc uint[2];
        (header[0], header[1]) = (Libc.CapabilityVersion3, 0);
        Libc.CapabilitySet* sets = stackalloc Libc.CapabilitySet[2];
        if (Libc.GetCapabilities(header, sets) != 0) return;
        if (sets[0].Effective == sets[0].Permitted && sets[1].Effective == sets[1].Permitted) return;
        for (int i = 0; i < 2; i++) sets[i].Effective = sets[i].Inheritable = sets[i].Permitted;
        if (Libc.SetCapabilities(header, sets) != 0) return;
        // A program with file capabilities is not to be looked into; tools that it starts find its namespaces under /proc, though.
        _ = Libc.Control(Libc.SetDumpable, 1, 0, 0, 0);
        for (int capability = 0; capability < 64; capability++)
            if ((sets[capability / 32].Permitted >> (capability % 32) & 1) != 0)
                _ = Libc.Control(Libc.CapabilityAmbient, Libc.AmbientRaise, (nuint)capability, 0, 0);
    }

    /// <summary>True when it has these capabilities (capabilities(7)).</summary>
    public static bool Has(params ReadOnlySpan<int> capabilities)
    {
        ulong has = EffectiveCapabilities;
        foreach (int capability in capabilities)
            if ((has >> capability & 1) == 0) return false;
        return true;
    }

    /// <summary>CAP_NET_ADMIN, CAP_NET_RAW and CAP_SYS_ADMIN.</summary>
    public const int NetAdmin = 12, NetRaw = 13, SysAdmin = 21;

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
