using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Datagrams in batches: recvmmsg(2).</summary>
internal static partial class Libc
{
    /// <summary>recv(2): do not wait.</summary>
    internal const int MsgDontWait = 0x40;

    /// <summary>recvmmsg(2): receives up to <paramref name="count"/> datagrams in one call. Their number; -1 with EAGAIN when there is none.</summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    internal static unsafe partial int ReceiveMany(int fd, MultiMessage* messages, uint count, int flags, void* timeout);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct IoVector
    {
        internal byte* Base;
        internal nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct MessageHeader
    {
        internal byte* Name;
        internal uint NameLength;
        internal IoVector* Vectors;
        internal nuint VectorCount;
        internal byte* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct mmsghdr: a message and how many bytes it had.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MultiMessage
    {
        internal MessageHeader Header;
        internal uint Length;
    }
}
