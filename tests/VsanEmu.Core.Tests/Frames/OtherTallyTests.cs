using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Frames;

/// <summary>What a port passes beside the cluster's own: other IP, fragments, other VLANs, and the tool's line to control.</summary>
public sealed class OtherTallyTests
{
    private const string A = "198.18.0.1";
    private const string B = "198.18.0.2";

    private readonly PortTally _tally = new(
        new ChannelSpec { AgentGroup = null, MasterGroup = null }, control: new HashSet<(FrameAddress, ushort)> { (FrameAddress.Parse("198.18.0.9"), 6379) });

    private long _number;

    [Fact]
    public void Other_ip_is_told_by_protocol_addresses_and_the_services_port()
    {
        Ip(17, A, B, Craft.Udp(40000, 9999, 10));
        Ip(17, B, A, Craft.Udp(9999, 40000, 10));
        Ip(17, A, "224.9.9.9", Craft.Udp(40001, 9998, 10));
        Ip(6, A, B, Craft.Tcp(40002, 445, TcpFlags.Syn));
        Ip(6, A, B, Craft.Tcp(40003, 50000, TcpFlags.Syn));
        Ip(6, B, A, Craft.Tcp(50000, 40003, TcpFlags.Syn | TcpFlags.Ack));
        Ip(17, A, B, Craft.Udp(137, 138, 10));
        Ip(132, A, B, [1, 2, 3, 4]);
        Ip(1, A, B, Craft.Icmp(8, 0, []));
        Add(Craft.Ethernet(0x86dd, Craft.Ipv6(58, "fe80::1", "ff02::2", [133, 0, 0, 0])));
        Add(Craft.Ethernet(0x86dd, Craft.Ipv6(17, "fe80::1", "ff05::9", Craft.Udp(40000, 9999, 4))));

        Assert.Equal(
            [
                (17, A, 0, B, 9999, -1), (17, B, 9999, A, 0, -1), (17, A, 0, "224.9.9.9", 9998, -1), (6, A, 0, B, 445, -1), (6, A, 0, B, 50000, -1), (6, B, 50000, A, 0, -1),
                (17, A, 137, B, 138, -1), (132, A, 0, B, 0, -1), (1, A, 0, B, 0, 8), (58, "fe80::1", 0, "ff02::2", 0, 133), (17, "fe80::1", 0, "ff05::9", 9999, -1),
            ],
            Snapshot().Others.Select(o => ((int)o.Protocol, o.Source, o.SourcePort, o.Destination, o.DestinationPort, o.Type)));
        Assert.Empty(Snapshot().Flows);
        Assert.Equal((1, 38, 0L), (Snapshot().Others[0].Packets, Snapshot().Others[0].Bytes, Snapshot().OthersLost));
    }

    [Fact]
    public void A_client_that_comes_again_from_other_ports_is_one_row()
    {
        for (int port = 40000; port < 40100; port++) Ip(6, A, B, Craft.Tcp(port, 445, TcpFlags.Syn));
        Assert.Equal(100, Assert.Single(Snapshot().Others).Packets);
    }

    [Fact]
    public void A_flood_of_flows_fills_the_table_costs_the_cluster_nothing_and_is_counted()
    {
        for (int i = 0; i < PortTally.MaxOtherRows + 5; i++) Ip(17, A, $"10.1.{i >> 8}.{i & 255}", Craft.Udp(40000, 9, 1));
        Ip(17, A, "10.1.0.0", Craft.Udp(40000, 9, 1));
        Ip(17, A, B, Craft.Udp(23451, 23451, 1));
        PortCapture seen = _tally.Snapshot("m01", PortKind.Member, dropped: 0, othersDropped: 7);
        Assert.Equal((PortTally.MaxOtherRows, 5 + 7, 0, 1), (seen.Others.Count, seen.OthersLost, seen.Dropped, seen.Flows.Count));
        Assert.Equal(2, seen.Others[0].Packets);
    }

    [Fact]
    public void Later_fragments_are_known_by_their_first()
    {
        byte[] known = Craft.Udp(23451, 23451, 3000), other = Craft.Udp(40000, 9999, 3000), ping = Craft.Icmp(8, 0, new byte[3000]);
        foreach ((byte protocol, ushort id, byte[] packet) in ((byte, ushort, byte[])[])[(17, 1, known), (17, 2, other), (1, 3, ping)])
        {
            Add(Craft.Ethernet(0x0800, Craft.Ip(protocol, A, B, packet[..1480], more: true, identification: id)));
            Add(Craft.Ethernet(0x0800, Craft.Ip(protocol, A, B, packet[1480..2960], fragmentOffset: 1480, more: true, identification: id)));
            Add(Craft.Ethernet(0x0800, Craft.Ip(protocol, A, B, packet[2960..], fragmentOffset: 2960, identification: id)));
        }

        // Another packet's, whose first one was not seen, and one that goes the other way.
        Add(Craft.Ethernet(0x0800, Craft.Ip(17, A, B, new byte[8], fragmentOffset: 1480, identification: 4)));
        Add(Craft.Ethernet(0x0800, Craft.Ip(17, A, B, new byte[8], fragmentOffset: 1480, identification: 1)), PortDirection.Out);

        Assert.Equal(
            [(PortDirection.In, 23451, 1L, 0L), (PortDirection.In, 0, 3L, 2L), (PortDirection.Out, 0, 1L, 0L)],
            Snapshot().Flows.Select(f => (f.Direction, f.DestinationPort, f.Packets, f.Continued)));
        Assert.Equal([(17, 9999, 3L, -1), (1, 0, 3L, 8)], Snapshot().Others.Select(o => ((int)o.Protocol, o.DestinationPort, o.Packets, o.Type)));
    }

    [Fact]
    public void Over_ipv6_too()
    {
        byte[] Fragment(int offset, bool more, uint id, byte[] part) =>
            Craft.Ethernet(0x86dd, Craft.Ipv6(44, "fe80::1", "fe80::2", [17, 0, (byte)(offset >> 8), (byte)(offset | (more ? 1 : 0)), (byte)(id >> 24), (byte)(id >> 16), (byte)(id >> 8), (byte)id, .. part]));
        byte[] udp = Craft.Udp(40000, 9999, 2000);
        Add(Fragment(0, true, 0x01020304, udp[..1448]));
        Add(Fragment(1448, false, 0x01020304, udp[1448..]));
        Add(Fragment(1448, false, 0x01020404, udp[1448..])); // another packet's
        Assert.Equal((9999, 2L), (Assert.Single(Snapshot().Others).DestinationPort, Snapshot().Others[0].Packets));
        Assert.Equal((1, 0), (Assert.Single(Snapshot().Flows).Packets, Snapshot().Flows[0].Continued));
    }

    [Fact]
    public void Frames_of_other_vlans_count_for_their_vlan_and_nothing_else()
    {
        byte[] query = Craft.IgmpFrame("198.18.0.254", "224.0.0.1", Craft.Igmp(0x11, 100, "0.0.0.0"));
        Add(Craft.Vlan(20, query));
        Add(Craft.Vlan(0, Craft.Vlan(20, Craft.Arp(1, A, B))));
        Add(Craft.Vlan(7, Craft.Vlan(20, Craft.Arp(1, A, B))));
        Add(Craft.Vlan(20, Craft.Arp(1, A, B)), PortDirection.Out);
        PortCapture seen = Snapshot();
        Assert.Equal(
            [new(20, PortDirection.In, 2, 1, 1, 2, 1), new(7, PortDirection.In, 1, 0, 3, 3, 3), new VlanSighting(20, PortDirection.Out, 1, 0, 4, 4, 4)],
            seen.Vlans);
        Assert.Empty(seen.Queries);
        Assert.Empty(seen.Controls);
        Assert.Equal(4, seen.Frames);

        Add(Craft.Vlan(0, query));
        Assert.Equal(1, Assert.Single(Snapshot().Queries).General);
    }

    [Fact]
    public void The_line_to_control_is_no_members()
    {
        Ip(6, A, "198.18.0.9", Craft.Tcp(40000, 6379, TcpFlags.Syn));
        Ip(6, "198.18.0.9", A, Craft.Tcp(6379, 40000, TcpFlags.Ack));
        Assert.Empty(Snapshot().Others);
        Ip(6, A, "198.18.0.8", Craft.Tcp(40000, 6379, TcpFlags.Syn));
        Ip(17, A, "198.18.0.9", Craft.Udp(40000, 6379, 1));
        Assert.Equal(2, Snapshot().Others.Count);
    }

    [Fact]
    public void Counting_known_other_ip_allocates_nothing()
    {
        byte[] frame = Craft.Ethernet(0x0800, Craft.Ip(17, A, B, Craft.Udp(40000, 9999, 10)));
        Add(frame);
        FrameInfo info = Craft.Decode(frame);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) _tally.Add(info, frame, PortDirection.In, i, i);
        }));
    }

    private PortCapture Snapshot() => _tally.Snapshot("m01", PortKind.Member, 0);

    private void Ip(byte protocol, string from, string to, byte[] payload) => Add(Craft.Ethernet(0x0800, Craft.Ip(protocol, from, to, payload)));

    private void Add(byte[] frame, PortDirection direction = PortDirection.In) => _tally.Add(Craft.Decode(frame), frame, direction, ++_number, _number);
}
