using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Tests;

/// <summary>
/// Plain sockets inside a namespace: nothing of the product between the test and the wire. What must come is waited for, however long it takes; that nothing comes, or nothing more, is
/// seen in a moment in which it would have come.
/// </summary>
internal static class Plain
{
    private const int QuietMs = 200;

    // Between one attempt and the next to reach somebody, and the moment in which who is not cut off answers.
    private const int AttemptMs = 400;

    // Room for all that a test sends before it looks; the kernel may give less, net.core.rmem_max.
    private const int Room = 1 << 20;

    public static IPAddress AddressOf(Fabric fabric, string endpoint) => fabric.Plan.Endpoint(endpoint).Address!;

    /// <summary>A UDP socket that joined a group on the endpoint's interface.</summary>
    public static Socket Joined(Fabric fabric, string endpoint, IPAddress group, int port) => fabric.Namespace(endpoint).Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = Room };
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

    /// <summary>How many datagrams came, until as many as must have come, and no more for a while.</summary>
    public static int Count(Socket socket, int must = 0, int quietMs = QuietMs)
    {
        byte[] buffer = new byte[2048];
        int count = 0;
        while (socket.Poll(Wait(count < must, quietMs), SelectMode.SelectRead))
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
        return new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)allProtocolsInNetworkOrder) { ReceiveBufferSize = Room };
    });

    /// <summary>The frames that a sniffer saw: at least for as long as is said, until what must be among them is, and until no more came for a while.</summary>
    public static List<byte[]> Frames(Socket sniffer, Func<List<byte[]>, bool>? must = null, int forMs = 0)
    {
        byte[] frame = new byte[16 * 1024];
        List<byte[]> seen = [];
        long start = Environment.TickCount64;
        while (true)
        {
            bool more = sniffer.Poll(TimeSpan.FromMilliseconds(QuietMs), SelectMode.SelectRead);
            if (more) seen.Add(frame[..sniffer.Receive(frame)]);
            long passed = Environment.TickCount64 - start;
            if (passed < forMs || (more && forMs == 0)) continue;
            if (must is null || must(seen) || passed > Eventually.Limit.TotalMilliseconds) return seen;
        }
    }

    /// <summary>Of these frames the IPv4 packets of one protocol: source, destination, and what the header carries.</summary>
    public static IEnumerable<(IPAddress From, IPAddress To, byte[] Carried)> Ipv4(IEnumerable<byte[]> frames, byte protocol) => frames
        .Where(f => f.Length >= 34 && f[12] == 0x08 && f[13] == 0x00 && f[23] == protocol)
        .Select(f => (new IPAddress(f.AsSpan(26, 4)), new IPAddress(f.AsSpan(30, 4)), f[(14 + ((f[14] & 15) * 4))..]));

    /// <summary>How many frames came to an endpoint's interface so far.</summary>
    public static long FramesReceived(Fabric fabric, string endpoint) => fabric.Namespace(endpoint).Run(() =>
    {
        using var link = JsonDocument.Parse(Tool.Run("ip", ["-s", "-json", "link", "show", "dev", fabric.Plan.Endpoint(endpoint).Interface]));
        return link.RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("packets").GetInt64();
    });

    /// <summary>UDP destinations seen by a sniffer, until a destination was seen as often as it must be, and nothing came for a while.</summary>
    public static Dictionary<IPEndPoint, int> UdpSeen(Socket sniffer, IPEndPoint? at = null, int must = 0)
    {
        byte[] frame = new byte[4096];
        Dictionary<IPEndPoint, int> seen = [];
        while (sniffer.Poll(Wait(at is not null && seen.GetValueOrDefault(at) < must, QuietMs), SelectMode.SelectRead))
        {
            int length = sniffer.Receive(frame);
            if (length < 42 || frame[12] != 0x08 || frame[13] != 0x00 || frame[23] != 17) continue;
            var to = new IPEndPoint(new IPAddress(frame.AsSpan(30, 4)), (frame[36] << 8) | frame[37]);
            seen[to] = seen.GetValueOrDefault(to) + 1;
        }
        return seen;
    }

    /// <summary>Waits until the switch has an endpoint's membership in its table: a report takes its time.</summary>
    public static Task Learned(Fabric fabric, string endpoint, IPAddress? group = null) =>
        Eventually.UntilAsync(() => IsMember(fabric, endpoint, group), $"the switch did not learn {endpoint}'s membership");

    /// <summary>Waits until the switch has an endpoint's membership in its table no more: the last member's time must be over.</summary>
    public static Task Forgotten(Fabric fabric, string endpoint, IPAddress? group = null) =>
        Eventually.UntilAsync(() => !IsMember(fabric, endpoint, group), $"the switch did not forget {endpoint}'s membership");

    /// <summary>Sends datagrams of this many bytes, as an IP packet, from one endpoint to another's port 9.</summary>
    public static void SendTo(Fabric fabric, string from, string to, int bytes, int count = 1) => fabric.Namespace(from).Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < count; i++) socket.SendTo(new byte[bytes - 28], new IPEndPoint(AddressOf(fabric, to), 9));
    });

    /// <summary>
    /// Whether a TCP connection opens over IPv6, to the link-local address that follows from a MAC address made from an IPv4 address. One that must is waited for.
    /// </summary>
    public static bool OpensOverIpv6(Fabric fabric, string from, string to, int port, bool must) => fabric.Namespace(from).Run(() =>
    {
        byte[] v4 = AddressOf(fabric, to).GetAddressBytes();
        IPAddress target = IPAddress.Parse($"fe80::{v4[0]:x2}ff:fe{v4[1]:x2}:{v4[2]:x2}{v4[3]:x2}%{fabric.Plan.Endpoint(from).Interface}");
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(new IPEndPoint(target, port));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }
        return socket.Poll(Wait(must, AttemptMs), SelectMode.SelectWrite) && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0;
    });

    /// <summary>A listening TCP socket over IPv6.</summary>
    public static Socket ListenIpv6(Fabric fabric, string endpoint, int port) => fabric.Namespace(endpoint).Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        socket.Listen(16);
        return socket;
    });

    /// <summary>Whether an endpoint that must answer does: asked again and again, for a link that has just come up, or an ARP request of before, takes its time.</summary>
    public static bool CanPing(Fabric fabric, string from, string to)
    {
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < Eventually.Limit.TotalMilliseconds;)
            if (IsAnswered(fabric, from, to)) return true;
        return false;
    }

    /// <summary>Whether an endpoint that must not answer is silent.</summary>
    public static bool IsCutOff(Fabric fabric, string from, string to) => !IsAnswered(fabric, from, to);

    // A datagram to a closed port is answered by ICMP port unreachable, which a connected socket reports.
    private static bool IsAnswered(Fabric fabric, string from, string to) => fabric.Namespace(from).Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = AttemptMs };
        socket.Connect(AddressOf(fabric, to), 9);
        socket.Send([1]);
        return Assert.Throws<SocketException>(() => socket.Receive(new byte[1])).SocketErrorCode == SocketError.ConnectionRefused;
    });

    /// <summary>A listening TCP socket.</summary>
    public static Socket Listen(Fabric fabric, string endpoint, int port) => fabric.Namespace(endpoint).Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen(128);
        return socket;
    });

    /// <summary>A TCP connection that must open.</summary>
    public static Socket Connect(Fabric fabric, string from, string to, int port, int sourcePort = 0)
    {
        (Socket? socket, SocketError error) = TryConnect(fabric, from, to, port, sourcePort, must: true);
        return socket ?? throw new SocketException((int)error);
    }

    /// <summary>What becomes of a TCP connection that must not open: an answer, or a time-out.</summary>
    public static SocketError Refused(Fabric fabric, string from, string to, int port, int sourcePort = 0)
    {
        (Socket? socket, SocketError error) = TryConnect(fabric, from, to, port, sourcePort, must: false);
        socket?.Dispose();
        return error;
    }

    private static (Socket? Socket, SocketError Error) TryConnect(Fabric fabric, string from, string to, int port, int sourcePort, bool must) => fabric.Namespace(from).Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        if (sourcePort != 0) socket.Bind(new IPEndPoint(IPAddress.Any, sourcePort));
        try
        {
            socket.Connect(AddressOf(fabric, to), port);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
        }
        bool answered = socket.Poll(Wait(must, AttemptMs), SelectMode.SelectWrite);
        int error = answered ? (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! : (int)SocketError.TimedOut;
        if (error == 0) return (socket, SocketError.Success);
        socket.Dispose();
        return ((Socket?)null, answered ? new SocketException(error).SocketErrorCode : SocketError.TimedOut);
    });

    private static bool IsMember(Fabric fabric, string endpoint, IPAddress? group) => fabric.SwitchNamespace.Run(() => Tool.Run("bridge", ["mdb", "show"]))
        .Contains($"port {fabric.Plan.Port(endpoint)} grp {group ?? TestCluster.AgentGroup} ", StringComparison.Ordinal);

    // A moment, or as long as it takes.
    private static TimeSpan Wait(bool must, int momentMs) => must ? Eventually.Limit : TimeSpan.FromMilliseconds(momentMs);

}
