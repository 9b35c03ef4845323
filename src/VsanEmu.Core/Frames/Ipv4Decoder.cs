using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>Reads IPv4 (RFC 791) and what it carries, ICMP errors with the header of the packet they are about included.</summary>
internal static class Ipv4Decoder
{
    private const int MinHeaderLength = 20;
    private const int MoreFragmentsBit = 0x2000;
    private const int FragmentOffsetMask = 0x1fff;

    // type, code, checksum (2), rest of header (4)
    private const int IcmpHeaderLength = 8;

    internal static bool TryDecode(ReadOnlySpan<byte> frame, int offset, int available, out FrameInfo info)
    {
        info = default;
        ReadOnlySpan<byte> ip = frame[offset..];
        if (!TryReadHeader(ip, out int headerLength)) return false;

        // 0 is what a segmentation-offload burst beyond 65535 bytes says of itself (Linux' "BIG TCP").
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (length == 0) length = available;
        if (length < headerLength || length > available) return false;

        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        byte protocol = ip[9];
        var common = new FrameInfo
        {
            Ttl = ip[8],
            IpLength = length,
            Identification = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]),
            FragmentOffset = (fragment & FragmentOffsetMask) * 8,
            MoreFragments = (fragment & MoreFragmentsBit) != 0,
            Tuple = new(protocol, FrameAddress.ReadV4(ip[12..]), 0, FrameAddress.ReadV4(ip[16..]), 0),
        };

        // Ethernet pads short frames: what lies beyond the IP length is not the packet's.
        ReadOnlySpan<byte> payload = ip[headerLength..Math.Min(length, ip.Length)];
        int payloadLength = length - headerLength;
        info = protocol switch
        {
            FiveTuple.Tcp or FiveTuple.Udp => TransportDecoder.Decode(common, payload, payloadLength, offset + headerLength),
            FiveTuple.Icmp => DecodeIcmp(common, payload),
            FiveTuple.Igmp => DecodeIgmp(common, payload, payloadLength, offset + headerLength),
            _ => common,
        };
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> ip, out int headerLength)
    {
        headerLength = 0;
        if (ip.Length < MinHeaderLength || ip[0] >> 4 != 4) return false;
        headerLength = (ip[0] & 0x0f) * 4;
        return headerLength >= MinHeaderLength && headerLength <= ip.Length;
    }

    private static FrameInfo DecodeIgmp(in FrameInfo common, ReadOnlySpan<byte> message, int length, int offset) =>
        common.IsFragment || message.IsEmpty
            ? common with { Kind = FrameKind.Igmp }
            : common with { Kind = FrameKind.Igmp, Type = message[0], Igmp = IgmpDecoder.Decode(message, length, offset) };

    private static FrameInfo DecodeIcmp(in FrameInfo common, ReadOnlySpan<byte> message)
    {
        if (common.FragmentOffset > 0 || message.Length < IcmpHeaderLength) return common with { Kind = FrameKind.Icmp };
        return common with
        {
            Kind = FrameKind.Icmp,
            Type = message[0],
            Code = message[1],
            Original = IsError(message[0]) ? ReadOriginal(message[IcmpHeaderLength..]) : default,
        };
    }

    // Destination unreachable, source quench, redirect, time exceeded, parameter problem.
    private static bool IsError(byte type) => type is 3 or 4 or 5 or 11 or 12;

    // An error quotes the header and at least eight bytes of the packet it is about: enough for the ports.
    private static FiveTuple ReadOriginal(ReadOnlySpan<byte> ip)
    {
        if (!TryReadHeader(ip, out int headerLength)) return default;
        byte protocol = ip[9];
        FrameAddress source = FrameAddress.ReadV4(ip[12..]);
        FrameAddress destination = FrameAddress.ReadV4(ip[16..]);
        bool later = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & FragmentOffsetMask) != 0;
        ReadOnlySpan<byte> ports = ip[headerLength..];
        return later || ports.Length < 4 || protocol is not (FiveTuple.Tcp or FiveTuple.Udp)
            ? new(protocol, source, 0, destination, 0)
            : new(protocol, source, BinaryPrimitives.ReadUInt16BigEndian(ports), destination, BinaryPrimitives.ReadUInt16BigEndian(ports[2..]));
    }
}
