using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Interfaces;

/// <summary>An interface of this machine, or of the calling thread's namespace, with one IPv4 address that it has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">Its number.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The address's prefix length as configured, 0 to 32.</param>
public sealed record LocalInterface(string Name, int Index, IPAddress Address, int PrefixLength)
{
    private const ushort InterNetwork = 2;    // AF_INET
    private const ushort InterNetworkV6 = 10; // AF_INET6
    private const uint Up = 1;             // IFF_UP
    private const uint Loopback = 8;       // IFF_LOOPBACK

    // Enough to see what is there; the message is one line.
    private const int MostTold = 12;

    /// <summary>The interface <paramref name="name"/>, which must be up and have <paramref name="address"/>; null for whichever has it, loopback left out.</summary>
    /// <exception cref="LocalInterfaceException">There is none of that name, it is down, or it has other addresses; the message says which.</exception>
    public static LocalInterface Find(string? name, IPAddress address)
    {
        if (name is not null && Libc.InterfaceIndex(name) == 0) throw new LocalInterfaceException($"there is no interface {name} here{Others()}");
        List<(string Name, uint Flags, IPAddress Address, int PrefixLength)> all = Addresses(name, InterNetwork);
        if (name is null) all.RemoveAll(a => (a.Flags & Loopback) != 0);
        foreach ((string its, uint flags, IPAddress own, int prefix) in all)
        {
            if (!own.Equals(address)) continue;
            if ((flags & Up) == 0) throw new LocalInterfaceException($"interface {its} is down");
            return new LocalInterface(its, (int)Libc.InterfaceIndex(its), address, prefix);
        }

        if (name is null) throw new LocalInterfaceException($"no interface here has the address {address}{Others()}");
        string has = all.Count == 0 ? "no IPv4 address" : string.Join(", ", all.Select(a => a.Address));
        throw new LocalInterfaceException($"interface {name} does not have the address {address}: it has {has}");
    }

    private static string Others()
    {
        string[] there = [.. All().Take(MostTold).Select(a => $"{a.Name} has {a.Address}")];
        return there.Length == 0 ? "" : $": {string.Join(", ", there)}";
    }

    /// <summary>Every IPv4 address of the calling thread's namespace with its interface, loopback left out.</summary>
    public static IReadOnlyList<LocalInterface> All() =>
        [.. Addresses(null, InterNetwork).Where(a => (a.Flags & Loopback) == 0).Select(a => new LocalInterface(a.Name, (int)Libc.InterfaceIndex(a.Name), a.Address, a.PrefixLength))];

    /// <summary>Every address of the calling thread's namespace, of both families, with its interface; loopback's too.</summary>
    public static IReadOnlyList<(string Interface, IPAddress Address)> OwnAddresses() =>
        [.. Addresses(null, InterNetwork).Concat(Addresses(null, InterNetworkV6)).Select(a => (a.Name, a.Address))];

    /// <summary>The number of an interface of the calling thread's namespace; 0 when there is none of that name.</summary>
    public static uint IndexOf(string name) => Libc.InterfaceIndex(name);

    /// <summary>The name of an interface of the calling thread's namespace; null when none has that number.</summary>
    public static unsafe string? NameOf(uint index)
    {
        byte* name = stackalloc byte[Libc.InterfaceNameSize];
        return Libc.InterfaceName(index, name) == 0 ? null : Marshal.PtrToStringUTF8((nint)name);
    }

    /// <summary>The interface's MTU now, bytes; 0 when it is gone. Read in the calling thread's namespace.</summary>
    public int Mtu() => InterfaceRequests.Mtu(Name);

    /// <summary>The IGMP version that hosts speak on this interface now: what <c>force_igmp_version</c> says, or what the last querier spoke; 3 when neither says.</summary>
    /// <remarks>Read in the calling thread's namespace; setting it is left to whoever owns the namespace.</remarks>
    public int IgmpVersion()
    {
        foreach (string scope in (string[])["all", Name])
            if (ReadNumber($"/proc/sys/net/ipv4/conf/{scope}/force_igmp_version") is > 0 and <= 3 and int forced) return forced;
        // Columns: index, device, ":", count, querier ("V2"); the lines of its groups follow indented.
        foreach (string line in ReadLines("/proc/thread-self/net/igmp"))
        {
            string[] words = line.Split((char[])[' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 4 && words[1] == Name && words[3] is ['V', >= '1' and <= '3' and char digit]) return digit - '0';
        }

        return 3;
    }

    /// <summary>The IPv6 addresses of an interface of the calling thread's namespace; link-local ones with its number as their scope. Empty without IPv6.</summary>
    public static IReadOnlyList<IPAddress> Ipv6Addresses(string name)
    {
        long index = Libc.InterfaceIndex(name);
        return [.. Addresses(name, InterNetworkV6).Select(a => Scoped(a.Address))];

        IPAddress Scoped(IPAddress address)
        {
            if (address.IsIPv6LinkLocal) address.ScopeId = index;
            return address;
        }
    }

    /// <summary>The prefix length of an address of an interface, of either family; null when it does not have it.</summary>
    /// <remarks>Read in the calling thread's namespace.</remarks>
    public static int? PrefixOf(string name, IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return Addresses(name, bytes.Length == 4 ? InterNetwork : InterNetworkV6)
            .Where(a => a.Address.GetAddressBytes().AsSpan().SequenceEqual(bytes)).Select(a => (int?)a.PrefixLength).FirstOrDefault();
    }

    // Of one interface, or of all.
    private static unsafe List<(string Name, uint Flags, IPAddress Address, int PrefixLength)> Addresses(string? name, ushort family)
    {
        // In struct sockaddr_in the address stands at byte 4, in struct sockaddr_in6 at byte 8.
        (int offset, int length) = family == InterNetwork ? (4, 4) : (8, 16);
        var found = new List<(string, uint, IPAddress, int)>();
        Libc.InterfaceAddress* first;
        if (Libc.GetInterfaceAddresses(&first) != 0)
            throw new LocalInterfaceException($"cannot list the addresses of {name ?? "this machine"}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            for (Libc.InterfaceAddress* a = first; a is not null; a = a->Next)
            {
                if (a->Address is null || *(ushort*)a->Address != family) continue;
                string its = Marshal.PtrToStringUTF8((nint)a->Name) ?? "";
                if (name is not null && its != name) continue;
                var own = new IPAddress(new ReadOnlySpan<byte>(a->Address + offset, length));
                found.Add((its, a->Flags, own, a->Mask is null ? length * 8 : MaskBits(new ReadOnlySpan<byte>(a->Mask + offset, length))));
            }
        }
        finally
        {
            Libc.FreeInterfaceAddresses(first);
        }

        return found;
    }

    private static int MaskBits(ReadOnlySpan<byte> mask)
    {
        int bits = 0;
        foreach (byte b in mask) bits += BitOperations.PopCount(b);
        return bits;
    }

    private static int ReadNumber(string path) => ReadLines(path) is [string line, ..] && int.TryParse(line, out int value) ? value : 0;

    private static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>An interface or address is not as the spec says; the message says what is missing.</summary>
public sealed class LocalInterfaceException(string message) : IOException(message);
