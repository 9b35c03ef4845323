using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VsanEmu.Net.Native;

/// <summary>
/// System calls, one line each; above each what its man page promises. Every P/Invoke of the project lives in this folder
/// (further groups of calls in files of their own). All set errno.
/// </summary>
internal static partial class Libc
{
    /// <summary>unshare(2), setns(2): a new network namespace.</summary>
    internal const int CloneNewNet = 0x40000000;

    /// <summary>unshare(2): moves the calling thread alone into new namespaces. 0, or -1 with EPERM without CAP_SYS_ADMIN.</summary>
    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    /// <summary>setns(2): moves the calling thread alone into the namespace that the descriptor refers to. 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNs(SafeFileHandle fd, int kind);
}
