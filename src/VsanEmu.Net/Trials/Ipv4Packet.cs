using System.Buffers.Binary;
using System.Net;
using VsanEmu.Core.Frames;

namespace VsanEmu.Net.Trials;

/// <summary>IPv4 packets made by hand, for what no socket would send. The kernel fills in the header's checksum and length.</summary>
internal static class Ipv4Packet
{
    private const int HeaderLength = 20;
    private const ushort MoreFragmentsBit = 0x2000;
    private const byte SynFlag = 0x02;
    private const int TcpHeaderLength = 24; // with the option for the maximum segment size

    // RFC 2113: routers look at the packet though it is not addressed to them; every IGMP message of version 2 and 3 bears it.
    private static ReadOnlySpan<byte> RouterAlert => [0x94, 0x04, 0x00, 0x00];

    /// <summary>An IGMPv2 message (RFC 2236 section 2) in its packet.</summary>
    /// <param name="source">Who it is to come from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="type">Its type.</param>
    /// <param name="group">The group that it names.</param>
    /// <param name="intact">False to give it a wrong checksum.</param>
    internal static byte[] IgmpMessage(IPAddress source, IPAddress destination, byte type, IPAddress group, bool intact = true)
    {
        byte[] message = [type, 0, 0, 0, .. group.GetAddressBytes()];
        ushort checksum = Checksum(message);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), intact ? checksum : (ushort)(checksum ^ 0x5a5a));
        return [.. Header(source, destination, FiveTuple.Igmp, ttl: 1, RouterAlert), .. message];
    }

    /// <summary>A TCP SYN (RFC 9293 3.1) without its IP header.</summary>
    internal static byte[] Syn(IPAddress source, int sourcePort, IPAddress destination, int destinationPort, uint sequence)
    {
        byte[] segment = new byte[TcpHeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        segment[12] = TcpHeaderLength / 4 << 4;
        segment[13] = SynFlag;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), ushort.MaxValue);
        ReadOnlySpan<byte> segmentSize = [2, 4, 0x05, 0xb4]; // 1460
        segmentSize.CopyTo(segment.AsSpan(20));
        byte[] pseudoHeader = [.. source.GetAddressBytes(), .. destination.GetAddressBytes(), 0, FiveTuple.Tcp, 0, TcpHeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Checksum([.. pseudoHeader, .. segment]));
        return segment;
    }

    /// <summary>A packet, or one fragment of it.</summary>
    /// <param name="source">Who it is to come from.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="protocol">What it carries.</param>
    /// <param name="payload">The payload, or the fragment's part of it.</param>
    /// <param name="identification">The same in all fragments, not 0: that would be the kernel's to fill in.</param>
    /// <param name="offset">Where in the payload the fragment begins, a multiple of 8.</param>
    /// <param name="more">True when further fragments follow.</param>
    internal static byte[] Of(IPAddress source, IPAddress destination, byte protocol, ReadOnlySpan<byte> payload, ushort identification, int offset = 0, bool more = false)
    {
        byte[] packet = [.. Header(source, destination, protocol, ttl: 64, []), .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)((offset / 8) | (more ? MoreFragmentsBit : 0)));
        return packet;
    }

    /// <summary>RFC 1071.</summary>
    internal static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static byte[] Header(IPAddress source, IPAddress destination, byte protocol, byte ttl, ReadOnlySpan<byte> options)
    {
        byte[] header = new byte[HeaderLength + options.Length];
        header[0] = (byte)(0x40 | (header.Length / 4));
        header[8] = ttl;
        header[9] = protocol;
        source.TryWriteBytes(header.AsSpan(12), out _);
        destination.TryWriteBytes(header.AsSpan(16), out _);
        options.CopyTo(header.AsSpan(HeaderLength));
        return header;
    }
}
