using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VsanEmu.Net.Native;

/// <summary>An interface's flags, by ioctl, in the calling thread's namespace: what is not worth starting a process for.</summary>
internal static partial class LinkFlags
{
    /// <summary>netdevice(7) IFF_RUNNING.</summary>
    internal const int Running = 0x40;

    /// <summary>IFF_UP.</summary>
    internal const int Up = 1;

    private const int AfInet = 2;
    private const int SockDgram = 2;
    private const int SockCloseOnExec = 0x80000;
    private const int SiocGetFlags = 0x8913;
    private const int SiocSetFlags = 0x8914;
    private const int SiocGetMtu = 0x8921;
    private const int NameSize = 16;

    /// <summary>Reads an interface's flags. False, with errno set, when there is no such interface.</summary>
    internal static bool TryGet(string name, out int flags)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name);
        bool done = !socket.IsInvalid && Ioctl(socket, SiocGetFlags, ref request) == 0;
        flags = (ushort)request.Value;
        return done;
    }

    /// <summary>An interface's MTU, bytes; 0, with errno set, when there is no such interface.</summary>
    internal static int Mtu(string name)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name);
        return !socket.IsInvalid && Ioctl(socket, SiocGetMtu, ref request) == 0 ? request.Value : 0;
    }

    /// <summary>Brings an interface up. False, with errno set, when it cannot.</summary>
    internal static bool TrySetUp(string name)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name);
        if (socket.IsInvalid || Ioctl(socket, SiocGetFlags, ref request) != 0) return false;
        request.Value |= Up;
        return Ioctl(socket, SiocSetFlags, ref request) == 0;
    }

    private static InterfaceRequest For(string name)
    {
        var request = new InterfaceRequest();
        // The last byte stays 0.
        Encoding.UTF8.TryGetBytes(name, ((Span<byte>)request.Name)[..(NameSize - 1)], out _);
        return request;
    }

    /// <summary>socket(2): a descriptor, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial SafeFileHandle Socket(int domain, int type, int protocol);

    /// <summary>ioctl(2), netdevice(7): 0, or -1 with EPERM without CAP_NET_ADMIN in the socket's namespace, ENODEV for an unknown name.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle fd, nuint request, ref InterfaceRequest argument);

    // struct ifreq: the name, then a union of which ifr_flags, a short, and ifr_mtu, an int, are used here.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct InterfaceRequest
    {
        public NameBytes Name;
        public int Value;
    }

    [InlineArray(NameSize)]
    private struct NameBytes
    {
        private byte _first;
    }
}
