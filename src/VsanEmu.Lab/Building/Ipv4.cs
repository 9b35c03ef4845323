using System.Buffers.Binary;
using System.Net;

namespace VsanEmu.Lab.Building;

/// <summary>IPv4 addresses as numbers.</summary>
internal static class Ipv4
{
    internal static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    internal static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }

    internal static IPNetwork Network(uint number, int prefixLength) => new(Address(number), prefixLength);

    /// <summary>A locally administered MAC address which one can read the IP address from: 02:00 and its four bytes.</summary>
    internal static string Mac(IPAddress address) =>
        string.Join(':', new byte[] { 0x02, 0x00 }.Concat(address.GetAddressBytes()).Select(b => b.ToString("x2")));
}
