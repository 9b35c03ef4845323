using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace VsanEmu.Net.Native;

/// <summary>What an interface says of itself, and is told, by ioctl: what is not worth starting a process for. In the calling thread's namespace: netdevice(7), linux/ethtool.h.</summary>
internal static unsafe partial class InterfaceRequests
{
    private const int AfInet = 2;
    private const int SockDgram = 2;
    private const int SockCloseOnExec = 0x80000;
    private const int SiocGetFlags = 0x8913;
    private const int SiocSetFlags = 0x8914;
    private const int SiocGetMtu = 0x8921;
    private const int SiocEthtool = 0x8946;
    private const int NameSize = 16;

    // NS_GET_NSTYPE of linux/nsfs.h.
    private const int NamespaceKindRequest = 0xb703;

    // Commands of SIOCETHTOOL, and the set of strings that names features.
    private const uint GetStrings = 0x1b;
    private const uint GetSetInformation = 0x37;
    private const uint GetFeatures = 0x3a;
    private const uint FeatureNames = 4;
    private const int StringBytes = 32;
    private const int FeaturesInBlock = 32;
    private const int MostFeatures = 1024;

    /// <summary>An interface's flags (<see cref="LinkFlags"/>). False, with errno set, when there is no such interface.</summary>
    internal static bool TryGetFlags(string name, out int flags)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name, 0);
        bool done = !socket.IsInvalid && Ioctl(socket, SiocGetFlags, ref request) == 0;
        flags = (ushort)request.Data;
        return done;
    }

    /// <summary>Brings an interface up. False, with errno set, when it cannot.</summary>
    internal static bool TrySetUp(string name)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name, 0);
        if (socket.IsInvalid || Ioctl(socket, SiocGetFlags, ref request) != 0) return false;
        request.Data |= LinkFlags.Up;
        return Ioctl(socket, SiocSetFlags, ref request) == 0;
    }

    /// <summary>The longest packet that an interface sends (MTU), bytes; 0, with errno set, when there is no such interface.</summary>
    internal static int Mtu(string name)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        InterfaceRequest request = For(name, 0);
        return !socket.IsInvalid && Ioctl(socket, SiocGetMtu, ref request) == 0 ? (int)request.Data : 0;
    }

    /// <summary>Names of an interface's features that are on, as <c>ethtool -k</c> has them; null when the kernel, or the interface, does not say.</summary>
    internal static IReadOnlySet<string>? FeaturesOn(string name)
    {
        using SafeFileHandle socket = Socket(AfInet, SockDgram | SockCloseOnExec, 0);
        if (socket.IsInvalid || CountFeatures(socket, name) is not (> 0 and <= MostFeatures and var count)) return null;
        byte[] names = new byte[12 + (count * StringBytes)];
        Put(names, GetStrings, FeatureNames, (uint)count);
        int blocks = (count + FeaturesInBlock - 1) / FeaturesInBlock;
        // Of each block: what can be changed, what is wanted, what is active, what never changes.
        byte[] bits = new byte[8 + (blocks * 16)];
        Put(bits, GetFeatures, (uint)blocks);
        if (!Ask(socket, name, names) || !Ask(socket, name, bits)) return null;
        return Enumerable.Range(0, count).Where(i => (Active(bits, i / FeaturesInBlock) >> (i % FeaturesInBlock) & 1) != 0).Select(i => Name(names, i)).ToHashSet();
    }

    private static int CountFeatures(SafeFileHandle socket, string name)
    {
        // struct ethtool_sset_info: command, reserved, which sets (64 bits), how many strings of each.
        byte[] information = new byte[20];
        Put(information, GetSetInformation, 0, 1u << (int)FeatureNames);
        return Ask(socket, name, information) ? BitConverter.ToInt32(information, 16) : 0;
    }

    private static uint Active(byte[] bits, int block) => BitConverter.ToUInt32(bits, 8 + (block * 16) + 8);

    private static string Name(byte[] names, int index) => Encoding.ASCII.GetString(names, 12 + (index * StringBytes), StringBytes).TrimEnd('\0');

    private static void Put(byte[] buffer, params ReadOnlySpan<uint> words)
    {
        for (int i = 0; i < words.Length; i++) BitConverter.TryWriteBytes(buffer.AsSpan(4 * i), words[i]);
    }

    private static bool Ask(SafeFileHandle socket, string name, byte[] command)
    {
        fixed (byte* data = command)
        {
            InterfaceRequest request = For(name, (nint)data);
            return Ioctl(socket, SiocEthtool, ref request) == 0;
        }
    }

    private static InterfaceRequest For(string name, nint data)
    {
        var request = new InterfaceRequest { Data = data };
        // The last byte stays 0.
        Encoding.UTF8.TryGetBytes(name, ((Span<byte>)request.Name)[..(NameSize - 1)], out _);
        return request;
    }

    /// <summary>socket(2): a descriptor, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial SafeFileHandle Socket(int domain, int type, int protocol);

    /// <summary>Which kind of namespace a descriptor is of, as the flag that makes one (<see cref="Libc.CloneNewNet"/>); -1 for what is none (ioctl_ns(2)).</summary>
    internal static int NamespaceKind(SafeFileHandle descriptor) => Ioctl(descriptor, NamespaceKindRequest);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle fd, nuint request);

    /// <summary>ioctl(2): 0, or -1 with ENODEV for an unknown name, EPERM without CAP_NET_ADMIN in the socket's namespace, EOPNOTSUPP where the interface does not say.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle fd, nuint request, ref InterfaceRequest argument);

    // struct ifreq: the name, then a union of which a number or a pointer is used here.
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    private struct InterfaceRequest
    {
        public NameBytes Name;
        public nint Data;
    }

    [System.Runtime.CompilerServices.InlineArray(NameSize)]
    private struct NameBytes
    {
        private byte _first;
    }
}
