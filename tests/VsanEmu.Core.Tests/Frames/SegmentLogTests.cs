using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Frames;

public sealed class SegmentLogTests
{
    private const string Outsider = "198.18.0.200";
    private const string Member = "198.18.0.1";

    private static readonly FiveTuple Probe = new(6, FrameAddress.Parse(Outsider), 40000, FrameAddress.Parse(Member), 2233);

    private readonly SegmentLog _log = new();

    private long _number;

    [Fact]
    public void A_probe_finds_its_syn_and_each_kind_of_answer()
    {
        AddTcp(Outsider, 40000, Member, 2233, TcpFlags.Syn, 10);
        AddTcp(Member, 2233, Outsider, 40000, TcpFlags.Syn | TcpFlags.Ack, 20);
        AddTcp(Member, 2233, Outsider, 40000, TcpFlags.Rst | TcpFlags.Ack, 30);
        AddIcmp("198.18.0.254", 3, 13, Craft.Ip(6, Outsider, Member, Craft.Tcp(40000, 2233, TcpFlags.Syn)), 40);

        IReadOnlyList<SeenSegment> found = _log.Find(Probe, 0);
        Assert.Equal([ProbePart.Syn, ProbePart.SynAck, ProbePart.Reset, ProbePart.IcmpError], found.Select(s => s.PartOf(Probe)));
        Assert.Equal("198.18.0.254", found[3].Info.Tuple.Source.ToString());
        Assert.Equal([30, 40], _log.Find(Probe, 30).Select(s => s.AtNs));
    }

    [Fact]
    public void Other_traffic_is_not_part_of_a_probe()
    {
        AddTcp(Outsider, 40001, Member, 2233, TcpFlags.Syn, 1);
        AddTcp(Member, 40000, Outsider, 2233, TcpFlags.Syn, 2);
        AddTcp(Outsider, 40000, Member, 2233, TcpFlags.Rst, 3);
        AddTcp(Outsider, 40000, Member, 2233, TcpFlags.Ack, 4);
        AddIcmp(Member, 3, 3, Craft.Ip(6, Outsider, "198.18.0.2", Craft.Tcp(40000, 2233, TcpFlags.Syn)), 5);
        AddIcmp(Member, 8, 0, [], 6);

        Assert.Empty(_log.Find(Probe, 0));
    }

    [Fact]
    public void Source_port_0_stands_for_any()
    {
        AddTcp(Outsider, 40000, Member, 2233, TcpFlags.Syn, 1);
        AddTcp(Member, 2233, Outsider, 40001, TcpFlags.Rst, 2);
        Assert.Equal([1, 2], _log.Find(Probe with { SourcePort = 0 }, 0).Select(s => s.AtNs));
    }

    [Fact]
    public void A_probe_between_equal_ports_tells_its_syn_from_the_answer()
    {
        FiveTuple probe = Probe with { SourcePort = 2233 };
        AddTcp(Outsider, 2233, Member, 2233, TcpFlags.Syn, 1);
        AddTcp(Member, 2233, Outsider, 2233, TcpFlags.Syn | TcpFlags.Ack, 2);
        Assert.Equal([ProbePart.Syn, ProbePart.SynAck], _log.Find(probe, 0).Select(s => s.PartOf(probe)));
    }

    [Fact]
    public void A_syn_in_fragments_is_found_by_its_ports_and_the_rest_by_its_addresses()
    {
        byte[] syn = Craft.Tcp(40000, 2233, TcpFlags.Syn);
        Add(Craft.Ip(6, Outsider, Member, syn[..8], more: true, identification: 77), 1);
        Add(Craft.Ip(6, Outsider, Member, syn[8..], fragmentOffset: 8, identification: 77), 2);
        Add(Craft.Ip(6, Outsider, Member, Craft.Tcp(40001, 2233, TcpFlags.Syn)[..8], more: true, identification: 78), 3);
        Add(Craft.Ip(6, Member, Outsider, syn[8..], fragmentOffset: 8, identification: 77), 4);
        Add(Craft.Ip(17, Outsider, Member, syn[8..], fragmentOffset: 8, identification: 77), 5);

        IReadOnlyList<SeenSegment> found = _log.Find(Probe, 0);
        Assert.Equal([(ProbePart.FirstFragment, 77), (ProbePart.LaterFragment, 77)], found.Select(s => (s.PartOf(Probe), (int)s.Info.Identification)));
    }

    [Fact]
    public void A_fragment_that_holds_the_flags_is_the_syn()
    {
        Add(Craft.Ip(6, Outsider, Member, Craft.Tcp(40000, 2233, TcpFlags.Syn, options: 4), more: true), 1);
        Assert.Equal([ProbePart.Syn], _log.Find(Probe, 0).Select(s => s.PartOf(Probe)));
    }

    [Fact]
    public void The_oldest_make_room()
    {
        for (int i = 0; i < SegmentLog.Capacity + 5; i++) AddTcp(Outsider, 40000, Member, 2233, TcpFlags.Syn, i);
        IReadOnlyList<SeenSegment> found = _log.Find(Probe, 0);
        Assert.Equal((SegmentLog.Capacity, 5, SegmentLog.Capacity + 4), (found.Count, found[0].AtNs, found[^1].AtNs));
    }

    private void AddTcp(string from, int fromPort, string to, int toPort, TcpFlags flags, long atNs) =>
        Add(Craft.Ip(6, from, to, Craft.Tcp(fromPort, toPort, flags)), atNs);

    private void AddIcmp(string from, byte type, byte code, byte[] original, long atNs) =>
        Add(Craft.Ip(1, from, Outsider, Craft.Icmp(type, code, original)), atNs);

    private void Add(byte[] packet, long atNs) =>
        _log.Add(Craft.Decode(Craft.Ethernet(0x0800, packet)), PortDirection.In, atNs, ++_number);
}
