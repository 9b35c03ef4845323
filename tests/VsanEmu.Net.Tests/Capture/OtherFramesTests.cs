using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Tests.Segments;
using VsanEmu.Net.Tools;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Tests.Capture;

/// <summary>What is not the cluster's on a real wire: other IP, and tagged frames, whose tag the kernel takes off before a capture sees them.</summary>
public sealed class OtherFramesTests : IDisposable
{
    private static readonly IPAddress AgentGroup = Traffic.Channels.AgentGroup!;

    private readonly Segment _segment = new();
    private readonly Endpoint _a;
    private readonly Endpoint _b;
    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu").FullName;
    private readonly CaptureSet _captures;

    public OtherFramesTests()
    {
        _a = _segment.Add("198.18.0.1");
        _b = _segment.Add("198.18.0.2");
        _captures = new CaptureSet(Traffic.Channels, Stopwatch.GetTimestamp(), _folder);
        _captures.Add("a", PortKind.Member, _a.Open());
        _captures.Add("b", PortKind.Member, _b.Open());
    }

    public void Dispose()
    {
        _captures.Dispose();
        _segment.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void All_of_a_members_ip_is_counted_at_both_ends()
    {
        _a.SendUdp(_b.Address, 9999, 5);
        _a.SendUdp(IPAddress.Parse("224.9.9.9"), 9998, 6, sourcePort: 40002, size: 1000);
        Assert.Throws<SocketException>(() => _a.Connect(_b.Address, 445, 40001));
        SendFrame(_a, [], Ip(132, "198.18.0.1", "198.18.0.2", new byte[20]));
        _a.SendUdp(AgentGroup, 23451, 1, sourcePort: 40003);

        IReadOnlyList<PortCapture> ports = _captures.SnapshotWhen(p => p.All(c => c.Others.Any(o => o.Protocol == 132) && c.Flows.Count > 0));
        foreach ((PortCapture port, PortDirection there) in ports.Zip([PortDirection.Out, PortDirection.In]))
        {
            OtherSighting[] sent = [.. port.Others.Where(o => o.Direction == there && o.Source == "198.18.0.1" && o.Protocol != 1)];
            Assert.Equal(
                [(17, "198.18.0.2", 9999, 5L), (17, "224.9.9.9", 9998, 6L), (6, "198.18.0.2", 445, 1L), (132, "198.18.0.2", 0, 1L)],
                sent.Select(o => ((int)o.Protocol, o.Destination, o.DestinationPort, o.Packets)));
            Assert.Equal(6 * 1028, sent[1].Bytes);
            // B's kernel refuses what nobody listens for: a RST, and ICMP 3 for the datagrams.
            Assert.Contains(port.Others, o => o.Direction != there && o is { Protocol: 6, SourcePort: 445 });
            Assert.Contains(port.Others, o => o.Direction != there && o is { Protocol: 1, Type: 3 });
            Assert.Equal((0L, 0L, 0L), (port.Dropped, port.OthersLost, port.Undecoded));
            Assert.Equal([23451], port.Flows.Select(f => f.DestinationPort));
        }
    }

    [Fact]
    public void A_flood_of_other_ip_costs_no_frame_of_the_clusters()
    {
        PacketCapture small = _b.Open(new CaptureOptions { OtherSlots = 64 });
        for (int i = 0; i < 20; i++)
        {
            // A port of its own each: the one before may not be free yet.
            _a.SendUdp(_b.Address, 9999, 50, sourcePort: 40000 + i);
            _a.SendUdp(AgentGroup, 23451, 10, sourcePort: 41000 + i);
        }

        _captures.SnapshotWhen(p => p[1].Flows.Sum(f => f.Packets) == 200);
        _captures.Add("b2", PortKind.Observer, small);
        PortCapture b2 = _captures.Snapshot("b2");
        Assert.Equal((200L, 0L), (b2.Flows.Sum(f => f.Packets), b2.Dropped));
        Assert.True(b2.OthersLost > 0);
        // IPv6 may have said something of its own.
        Assert.InRange(b2.Others.Where(o => o.DestinationPort == 9999).Sum(o => o.Packets) + b2.OthersLost, 1000, long.MaxValue);
    }

    [Fact]
    public void Of_other_ip_the_headers_are_kept_and_where_it_is_not_wanted_nothing()
    {
        using PacketCapture none = _b.Open(new CaptureOptions { OtherSlots = 0 });
        var seen = new Lengths();
        _a.SendUdp(_b.Address, 9999, 1, size: 1000);
        _a.SendUdp(_b.Address, 23451, 1, sourcePort: 40002, size: 1000);
        _captures.SnapshotWhen(p => p[1].Flows.Count > 0);
        none.Drain(seen);
        Assert.DoesNotContain(seen.Frames, f => f is (1042, 128));
        Assert.Contains((1042, 256), seen.Frames);
    }

    [Theory]
    [InlineData(new byte[] { 0x81, 0x00, 0x00, 0x14 }, 20)]                           // 802.1Q
    [InlineData(new byte[] { 0x88, 0xa8, 0x00, 0x14, 0x81, 0x00, 0x00, 0x07 }, 20)]   // QinQ: the outer one tells
    [InlineData(new byte[] { 0x81, 0x00, 0xa0, 0x00, 0x81, 0x00, 0x00, 0x07 }, 7)]    // a priority around a VLAN
    [InlineData(new byte[] { 0x81, 0x00, 0xa0, 0x00 }, 0)]                            // a priority alone: the port's own
    public void A_tagged_frame_is_the_vlans_it_names_at_both_ends(byte[] tags, int vlan)
    {
        SendFrame(_a, tags, GeneralQuery("198.18.0.99"));
        SendFrame(_a, tags, Arp("198.18.0.1"));
        SendFrame(_a, tags, Udp("198.18.0.1", "224.2.3.5", 23451));
        _a.SendUdp(AgentGroup, 12345, 1);

        IReadOnlyList<PortCapture> ports = _captures.SnapshotWhen(p => p.All(c => c.Flows.Any(f => f.DestinationPort == 12345) && (vlan == 0 || c.Vlans.Sum(v => v.Frames) == 3)));
        foreach ((PortCapture port, PortDirection direction) in ports.Zip([PortDirection.Out, PortDirection.In]))
        {
            if (vlan != 0)
            {
                Assert.Equal((vlan, direction, 3L, 1L), Assert.Single(port.Vlans.Select(v => (v.Vlan, v.Direction, v.Frames, v.Queries))));
                Assert.Empty(port.Queries);
                Assert.DoesNotContain(port.Controls, c => c.Mac == "02:00:00:00:00:63");
                Assert.Equal([12345], port.Flows.Select(f => f.DestinationPort));
            }
            else
            {
                Assert.Empty(port.Vlans);
                Assert.Equal("198.18.0.99", Assert.Single(port.Queries).Source);
                Assert.Equal([23451, 12345], port.Flows.Select(f => f.DestinationPort));
            }

            Assert.Equal((0L, 0L), (port.Undecoded, port.OthersLost));
        }
    }

    [Fact]
    public void The_tag_is_back_in_the_file()
    {
        Assert.SkipWhen(Tool.Find("tshark") is null, "tshark is not installed");
        SendFrame(_a, [0x88, 0xa8, 0x60, 0x14, 0x81, 0x00, 0x00, 0x07], Udp("198.18.0.1", "224.2.3.5", 23451));
        SendFrame(_a, [0x81, 0x00, 0xa0, 0x00], Udp("198.18.0.1", "224.2.3.5", 23451));
        _captures.SnapshotWhen(p => p.All(c => c.Vlans.Count > 0 && c.Flows.Count > 0));
        _captures.Dispose();
        foreach (string port in (string[])["a", "b"])
        {
            string[][] lines =
            [
                .. Tool.Run("tshark", ["-r", Path.Combine(_folder, $"{port}.pcapng"), "-n", "-Y", "udp.dstport==23451", "-T", "fields",
                    "-e", "vlan.priority", "-e", "ieee8021ad.id", "-e", "vlan.id", "-e", "frame.len", "-e", "_ws.malformed"])
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')),
            ];
            Assert.Equal(2, lines.Length);
            Assert.Equal("70", lines[0][3]);
            Assert.Contains("7", lines[0][2]);
            Assert.Equal(("5", "0", "66"), (lines[1][0], lines[1][2], lines[1][3]));
            Assert.All(lines, l => Assert.Equal("", l.ElementAtOrDefault(4) ?? ""));
        }
    }

    // EtherType and payload.
    private static byte[] GeneralQuery(string source) =>
        Ip(2, source, "224.0.0.1", [0x11, 100, 0xee, 0x9b, 0, 0, 0, 0]);

    private static byte[] Udp(string source, string destination, int port) => Ip(17, source, destination, [(byte)(port >> 8), (byte)port, (byte)(port >> 8), (byte)port, 0, 28, 0, 0, .. new byte[20]]);

    private static byte[] Arp(string sender) => [8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 0x63, .. IPAddress.Parse(sender).GetAddressBytes(), 0, 0, 0, 0, 0, 0, 198, 18, 0, 2];

    // A bridge may look at the header's checksum.
    private static byte[] Ip(byte protocol, string source, string destination, byte[] payload)
    {
        byte[] header = [0x45, 0, 0, (byte)(20 + payload.Length), 0, 0, 0, 0, 1, protocol, 0, 0, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes()];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(10), Ipv4Packet.Checksum(header));
        return [8, 0, .. header, .. payload];
    }

    private static void SendFrame(Endpoint from, byte[] tags, byte[] typeAndPayload) => from.Place.Run(() =>
    {
        byte[] frame = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x63, .. tags, .. typeAndPayload];
        using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, 0);
        socket.SendTo(frame, new Link(from.Interface().Index));
    });

    private sealed class Lengths : IFrameSink
    {
        public List<(int Wire, int Kept)> Frames { get; } = [];

        public void Take(ReadOnlySpan<byte> frame, in CapturedFrame about) => Frames.Add((about.WireLength, frame.Length));
    }

    /// <summary>packet(7): struct sockaddr_ll of an interface.</summary>
    private sealed class Link(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BitConverter.TryWriteBytes(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
