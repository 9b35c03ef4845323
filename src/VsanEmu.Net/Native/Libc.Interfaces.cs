using System.Runtime.InteropServices;

namespace VsanEmu.Net.Native;

/// <summary>Interfaces and their addresses, in the namespace of the calling thread.</summary>
internal static partial class Libc
{
    /// <summary>IF_NAMESIZE: bytes of the longest interface name, the zero behind it included.</summary>
    internal const int InterfaceNameSize = 16;

    /// <summary>if_nametoindex(3): the interface's number, or 0 when there is none of that name.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint InterfaceIndex(string name);

    /// <summary>if_indextoname(3): writes the name of the interface of that number, with a zero behind it, into IF_NAMESIZE bytes. Their address, or 0 when there is none.</summary>
    [LibraryImport("libc", EntryPoint = "if_indextoname", SetLastError = true)]
    internal static unsafe partial nint InterfaceName(uint index, byte* name);

    /// <summary>getifaddrs(3): a list of all addresses, to be freed with <see cref="FreeInterfaceAddresses"/>. 0, or -1.</summary>
    [LibraryImport("libc", EntryPoint = "getifaddrs", SetLastError = true)]
    internal static unsafe partial int GetInterfaceAddresses(InterfaceAddress** first);

    /// <summary>freeifaddrs(3).</summary>
    [LibraryImport("libc", EntryPoint = "freeifaddrs")]
    internal static unsafe partial void FreeInterfaceAddresses(InterfaceAddress* first);

    /// <summary>struct ifaddrs. Address and Mask may be null, and are of any family.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct InterfaceAddress
    {
        internal InterfaceAddress* Next;
        internal byte* Name;
        internal uint Flags;
        internal byte* Address;
        internal byte* Mask;
        internal byte* Other;
        internal void* Data;
    }
}
