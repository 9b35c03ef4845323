using System.Buffers.Binary;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>What became of received bytes: a peer's fault is a value, never an exception.</summary>
public enum WireStatus : byte
{
    /// <summary>A whole, intact message.</summary>
    Ok = 0,

    /// <summary>TCP only: more bytes are needed.</summary>
    NeedMore,

    /// <summary>Shorter than its own length, or than a header.</summary>
    Truncated,

    /// <summary>Longer than the named limit.</summary>
    TooLong,

    /// <summary>The first four bytes are not ours: some other program's traffic.</summary>
    BadMagic,

    /// <summary>Ours, of a version that this build does not speak.</summary>
    BadVersion,

    /// <summary>The checksum does not fit.</summary>
    BadCrc,

    /// <summary>The checksum fits and the content is not allowed.</summary>
    BadContent,
}

/// <summary>
/// The 44 bytes before every payload, little-endian throughout; a CRC32C over header and payload follows the payload.
/// <code>
///  0  u8[4]  magic "VSNE"          10 u8[16] cluster uuid (big-endian text order)
///  4  u8     version (1)           26 u16    sender, 1 to 64
///  5  u8     kind                  28 u64    sequence, by sender and channel
///  6  u32    length of the whole   36 u64    send time, ns of the sender's clock
/// 44  …      payload               length-4  u32 CRC32C
/// </code>
/// </summary>
/// <param name="Kind">What the message is.</param>
/// <param name="Cluster">The sender's cluster.</param>
/// <param name="Sender">The sender.</param>
/// <param name="Sequence">Number of the message on its channel (each group, each unicast peer, each connection), from 1.</param>
/// <param name="SentNs">When it was sent, by the sender's clock, ns.</param>
public readonly record struct MessageHeader(MessageKind Kind, Guid Cluster, MemberId Sender, ulong Sequence, long SentNs)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 44;

    /// <summary>Bytes of the checksum.</summary>
    public const int Trailer = 4;

    /// <summary>Bytes around a payload.</summary>
    public const int Overhead = Size + Trailer;

    /// <summary>The first bytes of every message.</summary>
    public static ReadOnlySpan<byte> MagicBytes => "VSNE"u8;

    /// <summary>Bytes after which a message's length is known.</summary>
    public const int Prefix = 10;

    /// <summary>The version that this build speaks.</summary>
    public const byte Version = 1;

    private const uint Magic = 0x454E5356; // "VSNE"

    /// <summary>
    /// Finishes a message whose payload of <paramref name="payloadLength"/> bytes already stands at <paramref name="buffer"/>[44..]:
    /// writes the header before it and the checksum behind it. Returns the whole length.
    /// </summary>
    public int Seal(Span<byte> buffer, int payloadLength)
    {
        int length = Overhead + payloadLength;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, Magic);
        buffer[4] = Version;
        buffer[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[6..], (uint)length);
        Cluster.TryWriteBytes(buffer.Slice(10, 16), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[26..], Sender.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[28..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[36..], SentNs);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[(length - Trailer)..], Crc32C.Of(buffer[..(length - Trailer)]));
        return length;
    }

    /// <summary>Opens a datagram: exactly one message, nothing behind it.</summary>
    public static WireStatus TryOpen(ReadOnlySpan<byte> datagram, out MessageHeader header, out ReadOnlySpan<byte> payload)
    {
        WireStatus status = TryOpen(datagram, WireLimits.MaxDatagram, out header, out payload, out int length);
        if (status == WireStatus.NeedMore) return WireStatus.Truncated;
        return status == WireStatus.Ok && length != datagram.Length ? WireStatus.BadContent : status;
    }

    /// <summary>Opens the first message of a stream's bytes; <paramref name="length"/> is what it takes of them.</summary>
    /// <param name="bytes">What has arrived so far.</param>
    /// <param name="limit">Longest message allowed; a longer one is refused as soon as its length is known.</param>
    /// <param name="header">The header.</param>
    /// <param name="payload">The payload, a slice of <paramref name="bytes"/>.</param>
    /// <param name="length">Bytes of the whole message; 0 unless the status is Ok.</param>
    public static WireStatus TryOpen(
        ReadOnlySpan<byte> bytes, int limit, out MessageHeader header, out ReadOnlySpan<byte> payload, out int length)
    {
        header = default;
        payload = default;
        length = 0;
        WireStatus framed = TryFrame(bytes, limit, out int whole);
        if (framed != WireStatus.Ok) return framed;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[(whole - Trailer)..]) != Crc32C.Of(bytes[..(whole - Trailer)])) return WireStatus.BadCrc;
        ushort sender = BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]);
        if (sender is 0 or > MemberId.Max) return WireStatus.BadContent;
        header = new MessageHeader(
            (MessageKind)bytes[5],
            new Guid(bytes.Slice(10, 16), bigEndian: true),
            new MemberId(sender),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[36..]));
        payload = bytes[Size..(whole - Trailer)];
        length = whole;
        return WireStatus.Ok;
    }

    /// <summary>Finds the end of the first message without looking into it: for a driver that cuts a stream into frames.</summary>
    /// <param name="bytes">What has arrived so far.</param>
    /// <param name="limit">Longest message allowed.</param>
    /// <param name="length">Bytes of the whole message; 0 unless the status is Ok.</param>
    public static WireStatus TryFrame(ReadOnlySpan<byte> bytes, int limit, out int length)
    {
        WireStatus status = TryFrameLength(bytes, limit, out length);
        if (status != WireStatus.Ok || bytes.Length >= length) return status;
        length = 0;
        return WireStatus.NeedMore;
    }

    /// <summary>Like <see cref="TryFrame"/>, but asks for no more than the first <see cref="Prefix"/> bytes: the message itself may still be on its way.</summary>
    /// <param name="bytes">What has arrived so far.</param>
    /// <param name="limit">Longest message allowed.</param>
    /// <param name="length">Bytes of the whole message; 0 unless the status is Ok.</param>
    public static WireStatus TryFrameLength(ReadOnlySpan<byte> bytes, int limit, out int length)
    {
        length = 0;
        Span<byte> magic = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, Magic);
        int known = Math.Min(bytes.Length, 4);
        if (!bytes[..known].SequenceEqual(magic[..known])) return WireStatus.BadMagic;
        if (bytes.Length > 4 && bytes[4] != Version) return WireStatus.BadVersion;
        if (bytes.Length < Prefix) return WireStatus.NeedMore;
        uint whole = BinaryPrimitives.ReadUInt32LittleEndian(bytes[6..]);
        if (whole < Overhead) return WireStatus.Truncated;
        if (whole > limit) return WireStatus.TooLong;
        length = (int)whole;
        return WireStatus.Ok;
    }

    /// <summary>Reads who claims to have sent a message, without checking anything behind the header: to compare it with where the message came from.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="cluster">The cluster named.</param>
    /// <param name="sender">The sender named; not necessarily a possible one.</param>
    /// <returns>False when there is no whole header of this version.</returns>
    public static bool TryPeek(ReadOnlySpan<byte> bytes, out Guid cluster, out MemberId sender)
    {
        cluster = Guid.Empty;
        sender = MemberId.None;
        if (bytes.Length < Size || TryFrameLength(bytes, int.MaxValue, out _) != WireStatus.Ok) return false;
        cluster = new Guid(bytes.Slice(10, 16), bigEndian: true);
        sender = new MemberId(BinaryPrimitives.ReadUInt16LittleEndian(bytes[26..]));
        return true;
    }

    /// <summary>The sender that a datagram names, whether or not it is intact; None when it is too short or names nobody. For counting only.</summary>
    public static MemberId PeekSender(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < Size) return MemberId.None;
        ushort sender = BinaryPrimitives.ReadUInt16LittleEndian(datagram[26..]);
        return sender <= MemberId.Max ? new MemberId(sender) : MemberId.None;
    }
}
