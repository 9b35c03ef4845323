using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Net.Tests.Capture;

/// <summary>What the capture tests put on the wire, with plain sockets.</summary>
internal static class Traffic
{
    internal static readonly ChannelSpec Channels = new() { AgentGroup = IPAddress.Parse("224.2.3.5"), MasterGroup = IPAddress.Parse("224.1.2.3") };

    internal static PacketCapture Open(this Endpoint endpoint, CaptureOptions? options = null) =>
        endpoint.Place.Run(() => PacketCapture.Open("eth0", Channels, options));

    /// <summary>Sends so many datagrams of 100 bytes from a fixed source port.</summary>
    internal static void SendUdp(this Endpoint from, IPAddress to, int port, int count, int sourcePort = 40000, int size = 100)
    {
        using Socket socket = from.Place.Run(() =>
        {
            var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            s.Bind(new IPEndPoint(from.Address, sourcePort));
            s.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 5);
            return s;
        });
        var target = new IPEndPoint(to, port);
        var payload = new byte[size];
        for (int i = 0; i < count; i++) socket.SendTo(payload, target);
    }

    internal static Socket Listen(this Endpoint at, int port) => at.Place.Run(() =>
    {
        var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        s.Bind(new IPEndPoint(at.Address, port));
        s.Listen();
        return s;
    });

    /// <summary>Connects; throws what connect(2) says.</summary>
    internal static Socket Connect(this Endpoint from, IPAddress to, int port, int sourcePort) => from.Place.Run(() =>
    {
        var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            s.Bind(new IPEndPoint(from.Address, sourcePort));
            s.Connect(to, port);
            return s;
        }
        catch
        {
            s.Dispose();
            throw;
        }
    });

    internal static FiveTuple Tuple(Endpoint from, int sourcePort, Endpoint to, int port) =>
        new(FiveTuple.Tcp, FrameAddress.From(from.Address), (ushort)sourcePort, FrameAddress.From(to.Address), (ushort)port);

    /// <summary>Takes snapshots until one satisfies.</summary>
    internal static IReadOnlyList<PortCapture> SnapshotWhen(this CaptureSet captures, Func<IReadOnlyList<PortCapture>, bool> enough)
    {
        IReadOnlyList<PortCapture> ports = [];
        Eventually.Until(() => enough(ports = captures.Snapshot()), "what was sent was not captured");
        return ports;
    }
}
