using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Frames;

public sealed class PortTallyTests
{
    private const string A = "198.18.0.1";
    private const string B = "198.18.0.2";
    private const string AgentGroup = "224.2.3.5";

    private readonly PortTally _tally = new(new ChannelSpec { AgentGroup = null, MasterGroup = null });

    private long _number;

    [Fact]
    public void A_connections_two_directions_are_two_rows_with_its_ephemeral_port_folded()
    {
        AddTcp(A, 40000, B, 2233, TcpFlags.Syn, atNs: 10, PortDirection.Out);
        AddTcp(B, 2233, A, 40000, TcpFlags.Syn | TcpFlags.Ack, atNs: 20);
        AddTcp(A, 40000, B, 2233, TcpFlags.Ack, atNs: 30, PortDirection.Out);
        AddTcp(A, 40000, B, 2233, TcpFlags.Ack | TcpFlags.Psh, atNs: 40, PortDirection.Out, payload: 50);
        AddTcp(A, 40001, B, 2233, TcpFlags.Syn, atNs: 50, PortDirection.Out);
        AddTcp(B, 2233, A, 40001, TcpFlags.Rst | TcpFlags.Ack, atNs: 60);

        Assert.Collection(
            Snapshot().Flows,
            f =>
            {
                Assert.Equal((PortDirection.Out, 6, A, 0, B, 2233), (f.Direction, f.Protocol, f.Source, f.SourcePort, f.Destination, f.DestinationPort));
                Assert.Equal((4, 1, 2, 2, 0, 0), (f.Packets, f.Payloads, f.Connections, f.Syns, f.SynAcks, f.Resets));
                Assert.Equal((210, 10, 50, 1), (f.Bytes, f.FirstNs, f.LastNs, f.FirstFrame));
            },
            f =>
            {
                Assert.Equal((PortDirection.In, B, 2233, A, 0), (f.Direction, f.Source, f.SourcePort, f.Destination, f.DestinationPort));
                Assert.Equal((2, 2, 0, 1, 1, 2), (f.Packets, f.Connections, f.Syns, f.SynAcks, f.Resets, f.FirstFrame));
            });
    }

    [Fact]
    public void What_came_in_is_counted_apart()
    {
        AddTcp(A, 40000, B, 2233, TcpFlags.Syn, atNs: 10, PortDirection.Out);
        AddTcp(B, 2233, A, 40000, TcpFlags.Syn | TcpFlags.Ack, atNs: 20);
        _tally.AddUndecoded(PortDirection.In);
        _tally.AddUndecoded(PortDirection.Out);
        Assert.Equal((4, 2, 2), (Snapshot().Frames, Snapshot().FramesIn, Snapshot().Undecoded));
    }

    [Fact]
    public void A_probe_from_source_port_2233_keeps_both_ports()
    {
        AddTcp("198.19.0.9", 2233, B, 2233, TcpFlags.Syn, atNs: 1);
        FlowSighting flow = Assert.Single(Snapshot().Flows);
        Assert.Equal((2233, 2233, 0), (flow.SourcePort, flow.DestinationPort, flow.Connections));
    }

    [Fact]
    public void A_group_port_is_known_in_udp_only()
    {
        AddUdp(A, 12345, AgentGroup, 23451, atNs: 1);
        AddTcp(A, 12345, B, 23451, TcpFlags.Syn, atNs: 2);
        Assert.Equal([(12345, 23451)], Snapshot().Flows.Select(f => (f.SourcePort, f.DestinationPort)));
        Assert.Equal([(6, 0, 23451)], Snapshot().Others.Select(o => ((int)o.Protocol, o.SourcePort, o.DestinationPort)));
    }

    [Fact]
    public void Lowest_and_highest_ttl_are_kept()
    {
        foreach (byte ttl in (byte[])[5, 4, 5]) AddUdp(A, 40000, AgentGroup, 23451, atNs: 1, ttl);
        FlowSighting flow = Assert.Single(Snapshot().Flows);
        Assert.Equal((4, 5, 3L, 1), ((int)flow.TtlMin, (int)flow.TtlMax, flow.Packets, flow.Connections));
    }

    [Fact]
    public void A_frame_counts_for_the_phase_that_its_time_is_in_whenever_it_is_added()
    {
        AddUdp(A, 1, AgentGroup, 23451, atNs: 5);
        _tally.BeginPhase(Phases.Forming, 10);
        _tally.BeginPhase(Phases.Steady, 20);
        AddUdp(A, 1, AgentGroup, 23451, atNs: 20);
        AddUdp(A, 1, AgentGroup, 23451, atNs: 19);
        AddUdp(A, 1, AgentGroup, 23451, atNs: 25);

        Assert.Equal(
            [(PortTally.BeforeFirstPhase, 1L), (Phases.Steady, 2L), (Phases.Forming, 1L)],
            Snapshot().Flows.Select(f => (f.Phase, f.Packets)));
    }

    [Fact]
    public void A_phase_cannot_begin_in_the_past()
    {
        _tally.BeginPhase(Phases.Forming, 10);
        Assert.Throws<InvalidOperationException>(() => _tally.BeginPhase(Phases.Steady, 9));
    }

    [Fact]
    public void Queries_are_summed_up_by_querier_and_version()
    {
        foreach (long at in (long[])[100, 300, 350])
            Add(Craft.IgmpFrame("198.18.0.254", "224.0.0.1", Craft.Igmp(0x11, 10, "0.0.0.0", 2, 2, 0, 0)), at);
        Add(Craft.IgmpFrame("198.18.0.254", AgentGroup, Craft.Igmp(0x11, 5, AgentGroup, 2, 2, 0, 0)), 400);
        Add(Craft.IgmpFrame("0.0.0.0", "224.0.0.1", Craft.Igmp(0x11, 100, "0.0.0.0")), 500);

        Assert.Collection(
            Snapshot().Queries,
            q =>
            {
                Assert.Equal(("198.18.0.254", 3, 3, 1, 1000), (q.Source, q.Version, q.General, q.Specific, q.MaxResponseMs));
                Assert.Equal((100, 350, 200), (q.FirstNs, q.LastNs, q.LongestGapNs));
            },
            q => Assert.Equal(("0.0.0.0", 2, 1, 0), (q.Source, q.Version, q.General, q.LongestGapNs)));
    }

    [Fact]
    public void Each_record_of_a_report_is_a_membership()
    {
        byte[] join = Craft.IgmpReport3(Craft.Record(4, AgentGroup), Craft.Record(4, "224.1.2.3"), Craft.Record(6, "224.9.9.9", B));
        Add(Craft.IgmpFrame(A, "224.0.0.22", join), 10, PortDirection.Out);
        Add(Craft.IgmpFrame(A, "224.0.0.22", join), 20, PortDirection.Out);
        Add(Craft.IgmpFrame(A, "224.0.0.22", Craft.IgmpReport3(Craft.Record(3, AgentGroup))), 30, PortDirection.Out);
        Add(Craft.IgmpFrame(B, AgentGroup, Craft.Igmp(0x16, 0, AgentGroup)), 40);

        Assert.Equal(
            [
                (A, AgentGroup, 3, false, 2L, 10L, 20L), (A, "224.1.2.3", 3, false, 2L, 10L, 20L),
                (A, AgentGroup, 3, true, 1L, 30L, 30L), (B, AgentGroup, 2, false, 1L, 40L, 40L),
            ],
            Snapshot().Memberships.Select(m => (m.Source, m.Group, m.Version, m.Leave, m.Count, m.FirstNs, m.LastNs)));
    }

    [Fact]
    public void What_proves_a_capture_alive_must_have_come_in()
    {
        Add(Craft.Arp(1, A, B), 10);
        Add(Craft.Arp(1, A, B), 20);
        Add(Craft.Arp(2, B, A), 30, PortDirection.Out);
        Add(Craft.Ethernet(0x0800, Craft.Ip(1, A, B, Craft.Icmp(8, 0, []))), 40);

        Assert.Equal(
            [new(PortTally.BeforeFirstPhase, "arp", A, 2, 10, 20, "02:00:00:00:00:01"), new ControlSighting(PortTally.BeforeFirstPhase, "icmp", A, 1, 40, 40)],
            Snapshot().Controls);
    }

    [Fact]
    public void A_full_table_counts_what_it_could_not_take()
    {
        for (int i = 0; i < PortTally.MaxRows + 3; i++) AddUdp($"198.18.{i >> 8}.{i & 255}", 1, AgentGroup, 23451, i);
        AddUdp("198.18.0.0", 1, AgentGroup, 23451, 0);

        Assert.Equal(3, _tally.Overflowed);
        Assert.Equal((PortTally.MaxRows + 4, 3 + 7), (Snapshot(dropped: 7).Frames, Snapshot(dropped: 7).Dropped));
    }

    [Fact]
    public void Counting_a_known_flow_allocates_nothing()
    {
        byte[] frame = Craft.Ethernet(0x0800, Craft.Ip(17, A, AgentGroup, Craft.Udp(40000, 23451, 100)));
        Add(frame, 0);
        FrameInfo info = Craft.Decode(frame);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int i = 0; i < 1000; i++) _tally.Add(info, frame, PortDirection.In, i, i);
        }));
    }

    private PortCapture Snapshot(long dropped = 0) => _tally.Snapshot("esx01", PortKind.Member, dropped);

    private void AddTcp(string from, int fromPort, string to, int toPort, TcpFlags flags, long atNs, PortDirection direction = PortDirection.In, int payload = 0) =>
        Add(Craft.Ethernet(0x0800, Craft.Ip(6, from, to, Craft.Tcp(fromPort, toPort, flags, payload))), atNs, direction);

    private void AddUdp(string from, int fromPort, string to, int toPort, long atNs, byte ttl = 5) =>
        Add(Craft.Ethernet(0x0800, Craft.Ip(17, from, to, Craft.Udp(fromPort, toPort, 10), ttl)), atNs);

    private void Add(byte[] frame, long atNs, PortDirection direction = PortDirection.In) =>
        _tally.Add(Craft.Decode(frame), frame, direction, atNs, ++_number);
}
