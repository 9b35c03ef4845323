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
}
