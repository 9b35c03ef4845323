using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Net.Probing;

/// <summary>packet(7) struct sockaddr_ll: an interface, and once bound also its hardware address.</summary>
internal sealed class LinkEndPoint(int index) : EndPoint
{
    private const int Size = 20;

    public override AddressFamily AddressFamily => AddressFamily.Packet;

    public byte[] HardwareAddress { get; private init; } = [];

    /// <summary>The hardware address of an interface of the calling thread's namespace. Needs CAP_NET_RAW.</summary>
    /// <exception cref="SocketException">There is no such interface, or the capability is missing.</exception>
    public static byte[] HardwareAddressOf(int index)
    {
        using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
        socket.Bind(new LinkEndPoint(index));
        return ((LinkEndPoint)socket.LocalEndPoint!).HardwareAddress;
    }

    /// <summary>A hardware address as it is written: <c>02:00:c6:12:00:0f</c>.</summary>
    public static string Text(ReadOnlySpan<byte> hardwareAddress) => string.Join(':', hardwareAddress.ToArray().Select(b => $"{b:x2}"));

    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, Size);
        BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], index);
        return address;
    }

    public override EndPoint Create(SocketAddress address)
    {
        ReadOnlySpan<byte> bytes = address.Buffer.Span;
        return new LinkEndPoint(BinaryPrimitives.ReadInt32LittleEndian(bytes[4..])) { HardwareAddress = bytes.Slice(12, bytes[11]).ToArray() };
    }
}
