using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>Reads IPv6 (RFC 8200) as far as TCP, UDP and ICMP, so that a flow which crosses an IPv4-only access list over IPv6 is seen.</summary>
internal static class Ipv6Decoder
{
    private const int HeaderLength = 40;
    private const int FragmentHeaderLength = 8;

    /// <summary>Extension headers that are stepped over; more, and the packet counts as unknown.</summary>
    private const int MaxExtensionHeaders = 8;

    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Fragment = 44;
    private const byte DestinationOptions = 60;

    internal static bool TryDecode(ReadOnlySpan<byte> frame, int offset, int available, out FrameInfo info)
    {
        info = default;
        ReadOnlySpan<byte> ip = frame[offset..];
        if (ip.Length < HeaderLength || ip[0] >> 4 != 6) return false;

        // 0 is what a packet beyond 65535 bytes says of itself.
        int length = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        length = length == 0 ? available : length + HeaderLength;
        if (length > available) return false;

        byte next = ip[6];
        int at = HeaderLength;
        int end = Math.Min(length, ip.Length);
        var common = new FrameInfo { Ttl = ip[7], IpLength = length };
        for (int i = 0; i < MaxExtensionHeaders && next is HopByHop or Routing or Fragment or DestinationOptions; i++)
        {
            if (end - at < FragmentHeaderLength) return false;
            ReadOnlySpan<byte> extension = ip[at..];
            if (next == Fragment)
            {
                int fragment = BinaryPrimitives.ReadUInt16BigEndian(extension[2..]);
                common = common with
                {
                    FragmentOffset = fragment & ~7,
                    MoreFragments = (fragment & 1) != 0,
                    Identification = BinaryPrimitives.ReadUInt32BigEndian(extension[4..]),
                };
                at += FragmentHeaderLength;
            }
            else
            {
                at += 8 + (8 * extension[1]);
            }

            next = extension[0];
            if (at > end) return false;
        }

        common = common with { Tuple = new(next, FrameAddress.ReadV6(ip[8..]), 0, FrameAddress.ReadV6(ip[24..]), 0) };
        info = next switch
        {
            FiveTuple.Tcp or FiveTuple.Udp => TransportDecoder.Decode(common, ip[at..end], length - at, offset + at),
            FiveTuple.Icmp6 => DecodeIcmp(common, ip[at..end]),
            _ => common,
        };
        return true;
    }

    // RFC 4443 2.1: type, code, checksum (2).
    private static FrameInfo DecodeIcmp(in FrameInfo common, ReadOnlySpan<byte> message)
    {
        FrameInfo info = common with { Kind = FrameKind.Icmp6 };
        return common.FragmentOffset > 0 || message.Length < 4 ? info : info with { Type = message[0], Code = message[1] };
    }
}
