using System.Buffers.Binary;
using System.Net;
using VsanEmu.Core.Frames;

namespace VsanEmu.Core.Tests.Frames;

/// <summary>Frames made by hand, octet by octet, so that the decoder is not tested against itself.</summary>
internal static class Craft
{
    internal static byte[] Ethernet(ushort etherType, byte[] payload) =>
        [.. Convert.FromHexString("0200000000010200000000FF"), (byte)(etherType >> 8), (byte)etherType, .. payload];

    internal static byte[] Vlan(ushort vlan, byte[] frame) =>
        [.. frame[..12], 0x81, 0x00, (byte)(vlan >> 8), (byte)vlan, .. frame[12..]];

    internal static byte[] Arp(byte operation, string sender, string target) => Ethernet(0x0806,
        [0, 1, 8, 0, 6, 4, 0, operation, 2, 0, 0, 0, 0, 1, .. Octets(sender), 0, 0, 0, 0, 0, 0, .. Octets(target)]);

    internal static byte[] Ip(
        byte protocol, string source, string destination, byte[] payload, byte ttl = 64, byte[]? options = null, int fragmentOffset = 0, bool more = false,
        ushort identification = 0)
    {
        options ??= [];
        int header = 20 + options.Length;
        var packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | (header / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)((fragmentOffset / 8) | (more ? 0x2000 : 0)));
        packet[8] = ttl;
        packet[9] = protocol;
        Octets(source).CopyTo(packet, 12);
        Octets(destination).CopyTo(packet, 16);
        options.CopyTo(packet, 20);
        payload.CopyTo(packet, header);
        return packet;
    }

    internal static byte[] Ipv6(byte next, string source, string destination, byte[] payload) =>
        [0x60, 0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, next, 7, .. Octets(source), .. Octets(destination), .. payload];

    internal static byte[] Udp(int source, int destination, int payload) =>
        [.. Port(source), .. Port(destination), .. Port(8 + payload), 0, 0, .. new byte[payload]];

    internal static byte[] Udp(int source, int destination, byte[] payload) => [.. Udp(source, destination, payload.Length)[..8], .. payload];

    internal static byte[] Tcp(int source, int destination, TcpFlags flags, int payload = 0, int options = 0) =>
    [
        .. Port(source), .. Port(destination), 0, 0, 0, 7, 0, 0, 0, 9, (byte)((20 + options) / 4 << 4), (byte)flags, 0, 0, 0, 0, 0, 0,
        .. new byte[options + payload],
    ];

    internal static byte[] Icmp(byte type, byte code, byte[] original) => [type, code, 0, 0, 0, 0, 0, 0, .. original];

    internal static byte[] Igmp(byte type, byte code, string group, params byte[] rest) => Summed([type, code, 0, 0, .. Octets(group), .. rest]);

    internal static byte[] IgmpReport3(params byte[][] records) =>
        Summed([0x22, 0, 0, 0, 0, 0, 0, (byte)records.Length, .. records.SelectMany(r => r)]);

    internal static byte[] Record(byte type, string group, params string[] sources) =>
        [type, 0, 0, (byte)sources.Length, .. Octets(group), .. sources.SelectMany(Octets)];

    internal static byte[] IgmpFrame(string source, string destination, byte[] message) =>
        Ethernet(0x0800, Ip(2, source, destination, message, ttl: 1, options: [0x94, 0x04, 0, 0]));

    internal static FrameInfo Decode(byte[] frame, int? wireLength = null)
    {
        Assert.True(FrameDecoder.TryDecode(frame, wireLength ?? frame.Length, out FrameInfo info));
        return info;
    }

    internal static byte[] Octets(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static byte[] Port(int port) => [(byte)(port >> 8), (byte)port];

    private static byte[] Summed(byte[] message)
    {
        uint sum = 0;
        for (int i = 0; i < message.Length; i += 2) sum += (uint)(message[i] << 8 | (i + 1 < message.Length ? message[i + 1] : 0));
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)~sum);
        return message;
    }
}
