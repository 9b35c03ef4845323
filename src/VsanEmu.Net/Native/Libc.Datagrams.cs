using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Datagrams in batches: recvmmsg(2), sendmmsg(2), and UDP's segmentation and aggregation (udp(7)).</summary>
internal static partial class Libc
{
    /// <summary>recv(2): do not wait.</summary>
    internal const int MsgDontWait = 0x40;

    /// <summary>recvmmsg(2): receives up to <paramref name="count"/> datagrams in one call. Their number; -1 with EAGAIN when there is none.</summary>
    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    internal static unsafe partial int ReceiveMany(int fd, MultiMessage* messages, uint count, int flags, void* timeout);

    /// <summary>recvmmsg(2): wait for the first datagram, and not for more.</summary>
    internal const int MsgWaitForOne = 0x10000;

    /// <summary>udp(7), setsockopt at level SOL_UDP: the kernel cuts what is sent into datagrams of so many bytes.</summary>
    internal const int UdpSegment = 103;

    /// <summary>udp(7): the kernel joins datagrams of one flow and one length on receipt, and says the length in a control message.</summary>
    internal const int UdpGro = 104;

    /// <summary>SOL_UDP.</summary>
    internal const int LevelUdp = 17;

    /// <summary>sendmmsg(2): sends up to <paramref name="count"/> messages in one call. Their number; -1 when the first could not be sent.</summary>
    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static unsafe partial int SendMany(int fd, MultiMessage* messages, uint count, int flags);

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
