using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Bytes in bulk: send(2), recv(2).</summary>
internal static partial class Libc
{
    /// <summary>recv(2) on TCP: throws the bytes away instead of copying them (tcp(7)).</summary>
    internal const int MsgTruncate = 0x20;

    /// <summary>send(2): no SIGPIPE.</summary>
    internal const int MsgNoSignal = 0x4000;

    /// <summary>send(2): how many bytes were taken; -1 with EAGAIN when a limit of time or room was reached.</summary>
    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static unsafe partial nint Send(int fd, byte* data, nuint length, int flags);

    /// <summary>sendto(2): to where the socket is connected when <paramref name="name"/> is null. As send(2).</summary>
    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    internal static unsafe partial nint SendTo(int fd, byte* data, nuint length, int flags, byte* name, uint nameLength);

    /// <summary>memfd_create(2): a file of memory, which vanishes with its descriptor; -1 with ENOSYS.</summary>
    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int MemoryFile(string name, uint flags);

    /// <summary>ftruncate(2): 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(int fd, long length);

    /// <summary>sendfile(2): how many bytes of the file, from <paramref name="offset"/> on, the socket took, without a copy; -1 as send(2).</summary>
    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    internal static partial nint SendFile(int socket, int file, ref long offset, nuint length);

    /// <summary>recv(2): how many bytes came; 0 at the end of the stream; -1 with EAGAIN when there are none.</summary>
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static unsafe partial nint Receive(int fd, byte* data, nuint length, int flags);

    /// <summary>fcntl(2) with a number: its answer, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int Control(int fd, int command, int argument);
}
