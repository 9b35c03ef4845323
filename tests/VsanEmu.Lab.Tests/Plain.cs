using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Lab.Tests;

/// <summary>Plain sockets inside a namespace: nothing of the product between the test and the wire.</summary>
internal static class Plain
{
    /// <summary>A UDP socket that joined a group on the endpoint's interface.</summary>
    public static Socket Joined(Fabric fabric, string endpoint, IPAddress group, int port) => fabric.Namespace(endpoint).Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
        socket.Bind(new IPEndPoint(group, port));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, AddressOf(fabric, endpoint)));
        return socket;
    });

    /// <summary>Sends numbered datagrams from an endpoint to a group.</summary>
    public static void Send(Fabric fabric, string endpoint, IPAddress group, int port, int count) => fabric.Namespace(endpoint).Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 5);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, AddressOf(fabric, endpoint).GetAddressBytes());
        for (int i = 0; i < count; i++) socket.SendTo(BitConverter.GetBytes(i), new IPEndPoint(group, port));
    });

    /// <summary>How many datagrams came, until none came for a while.</summary>
    public static int Count(Socket socket, int quietMs = 200)
    {
        byte[] buffer = new byte[2048];
        int count = 0;
        while (socket.Poll(TimeSpan.FromMilliseconds(quietMs), SelectMode.SelectRead))
        {
            socket.Receive(buffer);
            count++;
        }
        return count;
    }

    /// <summary>Every frame at an endpoint's interfaces, from now on.</summary>
    public static Socket Sniffer(NetworkNamespace inside) => inside.Run(() =>
    {
        const int allProtocolsInNetworkOrder = 0x0300;
        return new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)allProtocolsInNetworkOrder);
    });

    /// <summary>UDP destinations seen by a sniffer, until nothing came for a while.</summary>
    public static Dictionary<IPEndPoint, int> UdpSeen(Socket sniffer)
    {
        byte[] frame = new byte[4096];
        Dictionary<IPEndPoint, int> seen = [];
        while (sniffer.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
        {
            int length = sniffer.Receive(frame);
            if (length < 42 || frame[12] != 0x08 || frame[13] != 0x00 || frame[23] != 17) continue;
            var to = new IPEndPoint(new IPAddress(frame.AsSpan(30, 4)), (frame[36] << 8) | frame[37]);
            seen[to] = seen.GetValueOrDefault(to) + 1;
        }
        return seen;
    }

    public static IPAddress AddressOf(Fabric fabric, string endpoint) => fabric.Plan.Endpoint(endpoint).Address!;
}
