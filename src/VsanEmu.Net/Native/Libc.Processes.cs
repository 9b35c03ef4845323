using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>System calls about processes.</summary>
internal static partial class Libc
{
    /// <summary>getppid(2): the parent's id, another one once the parent has ended; always succeeds.</summary>
    [LibraryImport("libc", EntryPoint = "getppid")]
    internal static partial int GetParentId();

    /// <summary>execv(3): replaces this process by another program, with the same id, parent and terminal. Returns only on failure, -1.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, the first of them its own name, the last one null.</param>
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Execute(string path, string?[] arguments);

    /// <summary>setenv(3): changes the environment that <see cref="Execute"/> hands on (the runtime keeps a copy of its own). 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetEnvironment(string name, string value, int overwrite);

    /// <summary>setsid(2): makes this process the leader of a session of its own, which no terminal's signals reach. Its id, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int NewSession();

    /// <summary>PR_CAP_AMBIENT of prctl(2), with PR_CAP_AMBIENT_RAISE: what is ambient, programs that are started have, too.</summary>
    internal const int CapabilityAmbient = 47, AmbientRaise = 2;

    /// <summary>PR_SET_DUMPABLE of prctl(2).</summary>
    internal const int SetDumpable = 4;

    /// <summary>_LINUX_CAPABILITY_VERSION_3: sets of 64 capabilities.</summary>
    internal const uint CapabilityVersion3 = 0x2008_0522;

    /// <summary>capget(2) of this process (<c>header</c>: version, and 0). 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "capget", SetLastError = true)]
    internal static unsafe partial int GetCapabilities(uint* header, CapabilitySet* sets);

    /// <summary>capset(2). 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    internal static unsafe partial int SetCapabilities(uint* header, CapabilitySet* sets);

    /// <summary>prctl(2). 0 or more, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    /// <summary>Half of a process's capabilities: 32 of them (struct __user_cap_data_struct).</summary>
    internal struct CapabilitySet
    {
        internal uint Effective;
        internal uint Permitted;
        internal uint Inheritable;
    }
}
