using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VsanEmu.Net.Native;

/// <summary>An interface's flags, by ioctl: the one setting that is worth not starting a process for.</summary>
internal static partial class LinkFlags
{
    private const int AfInet = 2;
    private const int SockDgram = 2;
    private const int SockCloseOnExec = 0x80000;
    private const int SiocGetFlags = 0x8913;
    private const int SiocSetFlags = 0x8914;
    private const short Up = 1;

    /// <summary>Brings an interface of the calling thread's network namespace up. False, with errno set, when it cannot.</summary>
    internal static bool TrySetUp(ReadOnlySpan<byte> interfaceName)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        if (socket.IsInvalid) return false;
        var request = new InterfaceRequest();
        interfaceName.CopyTo(request.Name);
        if (Ioctl(socket, SiocGetFlags, ref request) != 0) return false;
        request.Flags |= Up;
        return Ioctl(socket, SiocSetFlags, ref request) == 0;
    }

    /// <summary>socket(2): a descriptor, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial SafeFileHandle Socket(int domain, int type, int protocol);

    /// <summary>ioctl(2), netdevice(7): 0, or -1 with EPERM without CAP_NET_ADMIN in the socket's namespace, ENODEV for an unknown name.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle fd, nuint request, ref InterfaceRequest argument);

    // struct ifreq: the name, then a union of which only ifr_flags is used here.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct InterfaceRequest
    {
        public NameBytes Name;
        public short Flags;
    }

    [System.Runtime.CompilerServices.InlineArray(16)]
    private struct NameBytes
    {
        private byte _first;
    }
}
