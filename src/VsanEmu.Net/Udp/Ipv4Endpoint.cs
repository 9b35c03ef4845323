using System.Buffers.Binary;
using System.Net;

namespace VsanEmu.Net.Udp;

/// <summary>An IPv4 address and port, as plain numbers: where a datagram came from; nothing is allocated for it.</summary>
/// <param name="Address">IPv4 address, its first byte the most significant one.</param>
/// <param name="Port">UDP port.</param>
public readonly record struct Ipv4Endpoint(uint Address, ushort Port)
{
    /// <summary>An IPv4 address as a number.</summary>
    /// <exception cref="ArgumentException">It is not an IPv4 address.</exception>
    public static uint Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length) || length != 4)
            throw new ArgumentException($"{address} is not an IPv4 address", nameof(address));
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>The address as an object.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Address);
        return new IPAddress(bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ToAddress()}:{Port}";
}
