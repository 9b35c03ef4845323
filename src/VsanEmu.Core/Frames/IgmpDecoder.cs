using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>Reads the fixed part of an IGMP message.</summary>
internal static class IgmpDecoder
{
    private const byte Query = 0x11;
    private const byte ReportV1 = 0x12;
    private const byte ReportV2 = 0x16;
    private const byte LeaveV2 = 0x17;
    private const byte ReportV3 = 0x22;

    // type, max response code or reserved, checksum (2), group or reserved and record count (4)
    private const int FixedLength = 8;
    private const int QueryV3Length = 12;

    /// <summary>RFC 2236 section 4: a version 1 querier gives 10 s.</summary>
    private const int Version1ResponseMs = 10_000;

    /// <param name="message">What was captured of the message.</param>
    /// <param name="length">Its whole length, from the IP header: that tells a query's version (RFC 3376 7.1).</param>
    /// <param name="offset">Where it begins in the frame.</param>
    internal static IgmpInfo Decode(ReadOnlySpan<byte> message, int length, int offset)
    {
        if (message.Length < FixedLength || (message.Length >= length && !HasValidChecksum(message[..length]))) return default;

        byte code = message[1];
        FrameAddress group = FrameAddress.ReadV4(message[4..]);
        return message[0] switch
        {
            Query when length == FixedLength && code == 0 => new(IgmpKind.Query, 1, group, Version1ResponseMs, 0, 0),
            Query when length == FixedLength => new(IgmpKind.Query, 2, group, code * 100, 0, 0),
            Query when length >= QueryV3Length => new(IgmpKind.Query, 3, group, ResponseMs(code), 0, 0),
            ReportV1 => new(IgmpKind.Report, 1, group, 0, 0, 0),
            ReportV2 => new(IgmpKind.Report, 2, group, 0, 0, 0),
            LeaveV2 => new(IgmpKind.Leave, 2, group, 0, 0, 0),
            ReportV3 => new(IgmpKind.Records, 3, default, 0, offset + FixedLength, BinaryPrimitives.ReadUInt16BigEndian(message[6..])),
            _ => default,
        };
    }

    // RFC 3376 4.1.1: tenths of a second, from 128 on a float of 4 bits mantissa and 3 bits exponent.
    private static int ResponseMs(byte code) => 100 * (code < 0x80 ? code : ((code & 0x0f) | 0x10) << (((code >> 4) & 0x07) + 3));

    // RFC 1071: with its checksum included, a good message sums to all ones.
    private static bool HasValidChecksum(ReadOnlySpan<byte> message)
    {
        uint sum = 0;
        for (; message.Length >= 2; message = message[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(message);
        if (message.Length == 1) sum += (uint)message[0] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
        return (sum & 0xffff) + (sum >> 16) == 0xffff;
    }
}
