using System.Buffers.Binary;
using System.Net;
using VsanEmu.Core.Addresses;

namespace VsanEmu.Core.Frames;

/// <summary>
/// An IPv4 or IPv6 address as two words, so that counting a frame allocates nothing. An IPv4 address is held as the IPv4-mapped
/// <c>::ffff:a.b.c.d</c> (RFC 4291 2.5.5.2). The default is the IPv6 <c>::</c>, used for "no address".
/// </summary>
/// <param name="High">The first eight octets, as a number.</param>
/// <param name="Low">The last eight.</param>
public readonly record struct FrameAddress(ulong High, ulong Low) : IComparable<FrameAddress>
{
    private const ulong MappedPrefix = 0xffff_0000_0000;

    /// <summary>No address.</summary>
    public static readonly FrameAddress None;

    /// <summary>True for an IPv4 address.</summary>
    public bool IsV4 => High == 0 && Low >> 32 == 0xffff;

    /// <summary>True for 224.0.0.0/4 and ff00::/8.</summary>
    public bool IsMulticast => IsV4 ? (Low & 0xf000_0000) == 0xe000_0000 : High >> 56 == 0xff;

    /// <summary>The IPv4 address that these four octets are, most significant first.</summary>
    public static FrameAddress V4(uint octets) => new(0, MappedPrefix | octets);

    /// <summary>Reads four octets in network order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than four.</exception>
    public static FrameAddress ReadV4(ReadOnlySpan<byte> octets) => V4(BinaryPrimitives.ReadUInt32BigEndian(octets));

    /// <summary>Reads sixteen octets in network order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than sixteen.</exception>
    public static FrameAddress ReadV6(ReadOnlySpan<byte> octets) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(octets), BinaryPrimitives.ReadUInt64BigEndian(octets[8..]));

    /// <summary>The same address; the scope of a link-local one is not kept.</summary>
    public static FrameAddress From(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out int written);
        return written == 4 ? ReadV4(octets) : ReadV6(octets);
    }

    /// <summary>Reads an address as people write it.</summary>
    /// <exception cref="FormatException">Not an address.</exception>
    public static FrameAddress Parse(string text) => From(AddressText.Parse(text));

    /// <summary>The same address as the base library has it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, High);
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], Low);
        return new IPAddress(IsV4 ? octets[12..] : octets);
    }

    /// <inheritdoc/>
    public int CompareTo(FrameAddress other) => High == other.High ? Low.CompareTo(other.Low) : High.CompareTo(other.High);

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();
}
