using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VsanEmu.Net.Native;

/// <summary>Packet capture: packet(7), and the ring shared with the kernel.</summary>
internal static partial class Libc
{
    /// <summary>socket(2): AF_PACKET.</summary>
    internal const int FamilyPacket = 17;

    /// <summary>socket(2): SOCK_RAW | SOCK_CLOEXEC, frames with their link-layer header.</summary>
    internal const int RawCloseOnExec = 3 | 0x80000;

    /// <summary>Frames of every protocol (ETH_P_ALL), in network order as bind(2) wants it.</summary>
    internal static readonly ushort AllProtocols = BitConverter.IsLittleEndian ? (ushort)0x0300 : (ushort)0x0003;

    /// <summary>SOL_SOCKET.</summary>
    internal const int LevelSocket = 1;

    /// <summary>SO_ERROR: takes the socket's pending error.</summary>
    internal const int SocketError = 4;

    /// <summary>SO_ATTACH_FILTER: a classic BPF program decides which frames are kept, and how much of each.</summary>
    internal const int AttachFilter = 26;

    /// <summary>SOL_PACKET.</summary>
    internal const int LevelPacket = 263;

    /// <summary>PACKET_ADD_MEMBERSHIP.</summary>
    internal const int PacketAddMembership = 1;

    /// <summary>PACKET_RX_RING: frames are put into memory shared with the kernel.</summary>
    internal const int PacketRxRing = 5;

    /// <summary>PACKET_STATISTICS: counts since the last call.</summary>
    internal const int PacketStatistics = 6;

    /// <summary>PACKET_VERSION: layout of the ring.</summary>
    internal const int PacketVersion = 10;

    /// <summary>socket(2): a descriptor; -1 with EPERM without CAP_NET_RAW.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int OpenSocket(int family, int type, int protocol);

    /// <summary>bind(2): 0, or -1 with ENODEV or ENETDOWN.</summary>
    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(SafeFileHandle socket, in LinkLayerAddress address, uint length);

    /// <summary>setsockopt(2): 0, or -1 (ENOMEM: the ring is too large).</summary>
    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static unsafe partial int SetSocketOption(SafeFileHandle socket, int level, int option, void* value, uint length);

    /// <summary>getsockopt(2): 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static unsafe partial int GetSocketOption(SafeFileHandle socket, int level, int option, void* value, ref uint length);

    /// <summary>mmap(2): memory shared with the kernel, readable and writable; -1 on failure.</summary>
    internal static nint MapShared(SafeFileHandle fd, nuint length) => MMap(0, length, 1 | 2 /* PROT_READ | PROT_WRITE */, 1 /* MAP_SHARED */, fd, 0);

    /// <summary>munmap(2): 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, SafeFileHandle fd, nint offset);

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LinkLayerAddress
    {
        internal ushort Family;
        internal ushort Protocol;
        internal int InterfaceIndex;
        internal ushort HardwareType;
        internal byte PacketType;
        internal byte AddressLength;
        internal ulong Address;
    }

    /// <summary>struct packet_mreq; type 1 is PACKET_MR_PROMISC.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketMembership
    {
        internal int InterfaceIndex;
        internal ushort Type;
        internal ushort AddressLength;
        internal ulong Address;
    }

    /// <summary>struct tpacket_req: the ring's shape.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RingRequest
    {
        internal uint BlockSize;
        internal uint BlockCount;
        internal uint FrameSize;
        internal uint FrameCount;
    }

    /// <summary>struct tpacket2_hdr: what stands before each frame of a version 2 ring; a sockaddr_ll follows it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    internal struct RingFrameHeader
    {
        internal uint Status;
        internal uint WireLength;
        internal uint CapturedLength;
        internal ushort MacOffset;
        internal ushort NetOffset;
        internal uint Seconds;
        internal uint Nanoseconds;
        internal ushort VlanTci;
        internal ushort VlanTpid;
    }

    /// <summary>struct tpacket_stats: frames since the last call, those dropped included.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketCounts
    {
        internal uint Frames;
        internal uint Dropped;
    }

    /// <summary>struct sock_filter: one instruction of classic BPF.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal record struct FilterInstruction(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct FilterProgram
    {
        internal ushort Length;
        internal FilterInstruction* Instructions;
    }
}
