using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Net.Tests.Capture;

/// <summary>Real sockets on a real (virtual) wire, captured at both ends.</summary>
public sealed class CaptureSetTests : IDisposable
{
    private static readonly IPAddress AgentGroup = Traffic.Channels.AgentGroup!;

    private readonly Segment _segment = new();
    private readonly Endpoint _a;
    private readonly Endpoint _b;
    private readonly CaptureSet _captures = new(Traffic.Channels, Stopwatch.GetTimestamp());

    public CaptureSetTests()
    {
        _a = _segment.Add("198.18.0.1");
        _b = _segment.Add("198.18.0.2");
        _captures.Add("a", PortKind.Member, _a.Open());
        _captures.Add("b", PortKind.Observer, _b.Open());
    }

    public void Dispose()
    {
        _captures.Dispose();
        _segment.Dispose();
    }

    [Fact]
    public void Every_datagram_is_counted_once_at_each_end_within_the_time_it_was_sent()
    {
        _captures.BeginPhase(Phases.Steady);
        long before = _captures.NowNs;
        _a.SendUdp(AgentGroup, 23451, 500);
        long sent = _captures.NowNs;
        _captures.SnapshotWhen(p => p.All(c => Udp(c).Sum(f => f.Packets) >= 500));
        long arrived = _captures.NowNs;
        _captures.BeginPhase(Phases.Vms);
        _a.SendUdp(AgentGroup, 23451, 7);

        IReadOnlyList<PortCapture> ports = _captures.SnapshotWhen(p => p.All(c => Udp(c).Sum(f => f.Packets) >= 507));
        Assert.Equal([("a", PortKind.Member, 0L), ("b", PortKind.Observer, 0L)], ports.Select(p => (p.Port, p.Kind, p.Dropped)));
        foreach ((PortCapture port, PortDirection direction) in ports.Zip([PortDirection.Out, PortDirection.In]))
        {
            FlowSighting[] flows = [.. Udp(port)];
            Assert.Equal([(Phases.Steady, 500L), (Phases.Vms, 7L)], flows.Select(f => (f.Phase, f.Packets)));
            foreach (FlowSighting flow in flows)
            {
                Assert.Equal((direction, "198.18.0.1", 0, "224.2.3.5", 23451), (flow.Direction, flow.Source, flow.SourcePort, flow.Destination, flow.DestinationPort));
                Assert.Equal((128 * flow.Packets, 5, 5, 1), (flow.Bytes, (int)flow.TtlMin, (int)flow.TtlMax, flow.Connections));
            }

            // Within sendto(2) a datagram leaves, but on a busy machine it arrives later.
            Assert.InRange(flows[0].FirstNs, before, flows[0].LastNs);
            Assert.InRange(flows[0].LastNs, before, direction == PortDirection.Out ? sent : arrived);
        }
    }

    [Fact]
    public void A_connection_shows_who_opened_it_and_what_it_carried()
    {
        using Socket listener = _b.Listen(2233);
        using (Socket client = _a.Connect(_b.Address, 2233, 40001))
        using (Socket server = listener.Accept())
        {
            server.Send(new byte[1000]);
            for (int got = 0; got < 1000;) got += client.Receive(new byte[1000]);
        }

        IReadOnlyList<PortCapture> ports = _captures.SnapshotWhen(p => p.All(c => Tcp(c).Sum(f => f.Syns + f.SynAcks) == 2 && Tcp(c).Any(f => f.Payloads > 0)));
        foreach ((PortCapture port, PortDirection opened) in ports.Zip([PortDirection.Out, PortDirection.In]))
        {
            FlowSighting there = Tcp(port).Single(f => f.DestinationPort == 2233);
            FlowSighting back = Tcp(port).Single(f => f.SourcePort == 2233);
            Assert.Equal((opened, "198.18.0.1", 0, 1, 0, 0, 1), (there.Direction, there.Source, there.SourcePort, there.Syns, there.SynAcks, there.Payloads, there.Connections));
            Assert.Equal((1 - opened, "198.18.0.2", 0, 0, 1, 1, 1), (back.Direction, back.Source, back.DestinationPort, back.Syns, back.SynAcks, back.Payloads, back.Connections));
            Assert.True(there.FirstFrame < back.FirstFrame && there.FirstNs <= back.FirstNs, $"{there} {back}");
        }
    }

    [Fact]
    public void Joins_and_leaves_are_seen_with_reporter_group_and_version()
    {
        using (Socket socket = _a.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)))
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(AgentGroup, _a.Address));
            _captures.SnapshotWhen(p => p.All(c => Reports(c, leave: false).Any()));
        }

        IReadOnlyList<PortCapture> ports = _captures.SnapshotWhen(p => p.All(c => Reports(c, leave: true).Any()));
        foreach ((PortCapture port, PortDirection direction) in ports.Zip([PortDirection.Out, PortDirection.In]))
        {
            MembershipSighting join = Assert.Single(Reports(port, leave: false));
            MembershipSighting leave = Assert.Single(Reports(port, leave: true));
            Assert.Equal((direction, "198.18.0.1", 3), (join.Direction, join.Source, join.Version));
            Assert.True(join.FirstNs < leave.FirstNs);
        }
    }

    [Fact]
    public void Other_ports_are_left_out_and_fragments_are_kept()
    {
        _a.SendUdp(_b.Address, 9999, 20);
        _a.SendUdp(AgentGroup, 12345, 1, size: 3000);
        _a.SendUdp(AgentGroup, 23451, 1);

        PortCapture at = _captures.SnapshotWhen(p => p.All(c => Udp(c).Any(f => f.DestinationPort == 23451)))[1];
        Assert.DoesNotContain(at.Flows, f => f is { Destination: "198.18.0.2", Direction: PortDirection.In });
        Assert.Equal([(12345, 1L), (0, 2L), (23451, 1L)], Udp(at).Select(f => (f.DestinationPort, f.Packets)));
    }

    [Fact]
    public void A_refused_probe_is_seen_to_arrive_and_to_be_answered()
    {
        long since = _captures.NowNs;
        var refused = Assert.Throws<SocketException>(() => _a.Connect(_b.Address, 2233, 2233));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);

        FiveTuple probe = Traffic.Tuple(_a, 2233, _b, 2233);
        Assert.Equal([(ProbePart.Syn, PortDirection.In), (ProbePart.Reset, PortDirection.Out)], Seen("b"));
        Assert.Equal([(ProbePart.Syn, PortDirection.Out), (ProbePart.Reset, PortDirection.In)], Seen("a"));
        Assert.Empty(_captures.Find("b", probe, _captures.NowNs));
        Assert.Throws<KeyNotFoundException>(() => _captures.Find("c", probe, 0));

        IEnumerable<(ProbePart, PortDirection)> Seen(string port) => _captures.Find(port, probe, since).Select(s => (s.PartOf(probe), s.Direction));
    }

    [Fact]
    public void Arp_proves_a_silent_port_alive()
    {
        _a.SendUdp(_b.Address, 9999, 1);
        PortCapture b = _captures.SnapshotWhen(p => p[1].Controls.Count > 0)[1];
        Assert.Contains(b.Controls, c => c is { Kind: "arp", Source: "198.18.0.1" });
    }

    [Fact]
    public void A_port_that_went_down_does_not_stop_the_others()
    {
        Segment.Ip(_a.Place, "link set eth0 down", "link set eth0 up", "route replace 224.0.0.0/4 dev eth0");
        Eventually.Until(() => Segment.Ip(_a.Place, "link show eth0").Contains("state UP"), "eth0 does not come up");
        _b.SendUdp(AgentGroup, 23451, 3);
        _captures.SnapshotWhen(p => p.All(c => Udp(c).Sum(f => f.Packets) == 3));
    }

    [Fact]
    public void What_a_full_ring_lacks_is_counted()
    {
        PacketCapture small = _b.Open(new CaptureOptions { Slots = 64 });
        _a.SendUdp(AgentGroup, 23451, 1000);
        _captures.SnapshotWhen(p => Udp(p[1]).Sum(f => f.Packets) == 1000);

        _captures.Add("b2", PortKind.Observer, small);
        PortCapture b2 = _captures.Snapshot()[2];
        Assert.True(b2.Dropped > 0);
        Assert.Equal(1000, Udp(b2).Sum(f => f.Packets) + b2.Dropped);
    }

    [Fact]
    public void A_port_is_captured_once_and_named_like_a_file()
    {
        using PacketCapture again = _a.Open();
        Assert.Throws<ArgumentException>(() => _captures.Add("a", PortKind.Member, again));
        Assert.Throws<ArgumentException>(() => _captures.Add("../c", PortKind.Member, again));
        var missing = Assert.Throws<CaptureException>(() => _a.Place.Run(() => PacketCapture.Open("eth7", Traffic.Channels)));
        Assert.Contains("eth7", missing.Message);
    }

    private static IEnumerable<FlowSighting> Udp(PortCapture port) => port.Flows.Where(f => f.Protocol == FiveTuple.Udp);

    private static IEnumerable<FlowSighting> Tcp(PortCapture port) => port.Flows.Where(f => f.Protocol == FiveTuple.Tcp);

    private static IEnumerable<MembershipSighting> Reports(PortCapture port, bool leave) =>
        port.Memberships.Where(m => m.Group == AgentGroup.ToString() && m.Leave == leave);
}
