using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Interfaces;

namespace VsanEmu.Net.Probing;

/// <summary>Sends ARP requests (RFC 826) whether or not the kernel knows the answer already. Needs CAP_NET_RAW.</summary>
public static class ArpRequest
{
    private const int FrameLength = 42;

    /// <summary>Broadcasts a request for each of some addresses.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="asked">The addresses that are asked for.</param>
    /// <exception cref="LocalInterfaceException">The source's interface lacks its address.</exception>
    /// <exception cref="SocketException">It cannot be sent.</exception>
    public static void Send(ProbeSource from, params IReadOnlyList<IPAddress> asked) => from.Namespace.Run(() =>
    {
        int index = LocalInterface.Find(from.Interface, from.Address).Index;
        using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
        socket.Bind(new LinkEndPoint(index));
        byte[] own = ((LinkEndPoint)socket.LocalEndPoint!).HardwareAddress;
        foreach (IPAddress address in asked) socket.Send(Frame(own, from.Address, address));
    });

    private static byte[] Frame(ReadOnlySpan<byte> hardware, IPAddress sender, IPAddress asked)
    {
        byte[] frame = new byte[FrameLength];
        frame.AsSpan(0, 6).Fill(0xff);
        hardware.CopyTo(frame.AsSpan(6));
        // EtherType ARP; hardware Ethernet, protocol IPv4, their lengths, operation request.
        ReadOnlySpan<byte> fixedFields = [0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01];
        fixedFields.CopyTo(frame.AsSpan(12));
        hardware.CopyTo(frame.AsSpan(22));
        sender.TryWriteBytes(frame.AsSpan(28), out _);
        asked.TryWriteBytes(frame.AsSpan(38), out _);
        return frame;
    }

    /// <summary>packet(7) struct sockaddr_ll: an interface, and once bound also its hardware address.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        private const int Size = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public byte[] HardwareAddress { get; private init; } = [];

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
}
