using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Processes;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Tests.Processes;

/// <summary>What the kernel throws away by itself is counted, on a real port.</summary>
public sealed class OwnLossesTests
{
    // The namespace of the thread that asks: the process's own is another.
    private const string Here = "/proc/thread-self/net/snmp";

    private static readonly IPEndPoint Group = new(IPAddress.Parse("239.255.42.1"), 5000);

    [Fact]
    public void A_datagram_that_the_machines_own_port_has_no_room_for_is_its_own_loss()
    {
        using var place = NetworkNamespace.Create();
        place.Run(() =>
        {
            Port();
            Assert.Equal(0, Lost(100));
            Tool.Run("tc", ["qdisc", "add", "dev", "port", "root", "tbf", "rate", "1mbit", "burst", "2kb", "limit", "3000"]);
            Assert.InRange(Lost(100), 1, 99);
        });
    }

    [Fact]
    public void A_datagram_that_a_socket_has_no_room_for_is_its_own_loss()
    {
        using var place = NetworkNamespace.Create();
        place.Run(() =>
        {
            using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 };
            receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            long before = OwnLosses.Datagrams(Here);
            for (int i = 0; i < 100; i++) sender.SendTo(new byte[1400], receiver.LocalEndPoint!);
            Assert.InRange(OwnLosses.Datagrams(Here) - before, 1, 100);
        });
    }

    private static void Port()
    {
        Tool.Run("ip", ["link", "add", "port", "type", "veth", "peer", "name", "far"]);
        Tool.Run("ip", ["address", "add", "198.18.0.1/24", "dev", "port"]);
        foreach (string end in (string[])["port", "far"]) Tool.Run("ip", ["link", "set", end, "up"]);
        Tool.Run("ip", ["route", "add", "239.0.0.0/8", "dev", "port"]);
    }

    private static long Lost(int datagrams)
    {
        long before = OwnLosses.Datagrams(Here);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < datagrams; i++) socket.SendTo(new byte[1400], Group);
        return OwnLosses.Datagrams(Here) - before;
    }
}
