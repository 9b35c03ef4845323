using System.Net;

namespace VsanEmu.Core.Addresses;

/// <summary>What kind of address one is, as far as it tells itself; a subnet's broadcast and this machine's own addresses only the machine knows.</summary>
public static class AddressKind
{
    /// <summary>Why an address is no single other host's: a few words, as <c>a multicast group</c>. Null when it may be one.</summary>
    public static string? NoHost(IPAddress address) => address.GetAddressBytes() is { Length: 4 } octets ? NoHostV4(octets) : NoHostV6(address);

    private static string? NoHostV4(byte[] octets) => octets[0] switch
    {
        _ when octets is [255, 255, 255, 255] => "the broadcast address of every segment",
        _ when octets is [0, 0, 0, 0] => "the address of a host that has none yet",
        0 => "an address of no host",
        127 => "a loopback address, which leads nowhere but to this machine",
        >= 224 and < 240 => "a multicast group",
        >= 240 => "a reserved address",
        _ => null,
    };

    private static string? NoHostV6(IPAddress address) =>
        address.Equals(IPAddress.IPv6Any) ? "the address of a host that has none yet"
        : address.Equals(IPAddress.IPv6Loopback) ? "a loopback address, which leads nowhere but to this machine"
        : address.IsIPv6Multicast ? "a multicast group"
        : address.IsIPv4MappedToIPv6 ? $"an IPv4 address in IPv6's form: write {address.MapToIPv4()}"
        : null;
}
