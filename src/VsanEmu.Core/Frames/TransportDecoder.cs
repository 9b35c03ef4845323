using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>Reads TCP (RFC 9293) and UDP (RFC 768) headers.</summary>
internal static class TransportDecoder
{
    private const int TcpHeaderLength = 20;
    private const int UdpHeaderLength = 8;

    /// <param name="ip">What the IP header gave.</param>
    /// <param name="segment">What was captured after the IP header.</param>
    /// <param name="length">How much of it there was on the wire.</param>
    /// <param name="offset">Where it begins in the frame.</param>
    internal static FrameInfo Decode(in FrameInfo ip, ReadOnlySpan<byte> segment, int length, int offset)
    {
        bool tcp = ip.Tuple.Protocol == FiveTuple.Tcp;
        FrameInfo info = ip with { Kind = tcp ? FrameKind.Tcp : FrameKind.Udp };
        if (ip.FragmentOffset > 0) return info with { PayloadLength = length };
        if (segment.Length < 4) return info;

        info = info with
        {
            HasPorts = true,
            Tuple = ip.Tuple with
            {
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(segment),
                DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]),
            },
        };
        if (!tcp) return info with { PayloadLength = Math.Max(0, length - UdpHeaderLength), PayloadOffset = (ushort)(offset + UdpHeaderLength) };
        if (segment.Length < TcpHeaderLength) return info;

        int headerLength = (segment[12] >> 4) * 4;
        return info with
        {
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]),
            Acknowledgement = BinaryPrimitives.ReadUInt32BigEndian(segment[8..]),
            Flags = (TcpFlags)segment[13],
            Window = BinaryPrimitives.ReadUInt16BigEndian(segment[14..]),
            PayloadLength = Math.Max(0, length - Math.Max(headerLength, TcpHeaderLength)),
        };
    }
}
