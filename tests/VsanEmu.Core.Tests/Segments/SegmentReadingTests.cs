using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Segments;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Segments;

/// <summary>Who looks like what, from flows alone.</summary>
public sealed class SegmentReadingTests
{
    private const string Agents = "224.2.3.5";
    private const string Masters = "224.1.2.3";
    private const long Second = 1_000_000_000;
    private static readonly ChannelSpec Channels = ChannelSpec.Of(FlowProfile.Article);

    [Fact]
    public void At_a_mirror_port_each_role_is_told()
    {
        SegmentReading reading = Read([
            .. Datagrams("a", Agents), .. Datagrams("b", Agents), .. Datagrams("b", Masters), .. Datagrams("c", Agents),
            .. Dual("a", "b"), .. Dual("a", "c"), .. Brief("b", "c"), .. Brief("c", "b")]);
        Assert.Equal([("a", Role.Master), ("b", Role.Backup), ("c", Role.Agent)], reading.Hosts.Select(h => (h.Address, h.Role!.Value)));
        Assert.Empty(reading.Oddities);
    }

    [Fact]
    public void At_an_agents_port_the_only_dual_flows_lead_to_the_master()
    {
        SegmentReading reading = Read(
            [.. Datagrams("a", Agents), .. Datagrams("b", Agents), .. Datagrams("c", Agents), .. Dual("a", "c"), .. Brief("b", "c"), .. Brief("c", "b")],
            [Report("c", Agents)]);
        Assert.Equal(Role.Master, reading.Hosts.Single(h => h.Address == "a").Role);
        Assert.Contains("or the Backup", reading.Hosts.Single(h => h.Address == "b").Why);
    }

    [Fact]
    public void Short_connections_both_ways_make_no_master()
    {
        SegmentReading reading = Read([.. Datagrams("b", Agents), .. Datagrams("c", Agents), .. Brief("b", "c"), .. Brief("c", "b")]);
        Assert.All(reading.Hosts, h => Assert.Null(h.Role));
    }

    [Fact]
    public void Two_masters_two_queriers_a_stranger_and_another_group_are_odd()
    {
        SegmentReading reading = Read(
            [.. Datagrams("a", Agents), .. Datagrams("b", Agents), .. Dual("x", "y"), .. Datagrams("z", "239.1.1.1")],
            [Report("a", Masters), Report("b", Masters)],
            [Query("198.18.0.1", 2), Query("198.18.0.2", 3)]);
        Assert.Contains(reading.Oddities, o => o.StartsWith("2 queriers: 198.18.0.1, 198.18.0.2"));
        Assert.Contains(reading.Oddities, o => o.StartsWith("2 hosts look like a Master: a, b"));
        Assert.Contains(reading.Oddities, o => o.StartsWith("x accepts on the reliable port"));
        Assert.Contains(reading.Oddities, o => o == "z sends to 239.1.1.1 UDP 23451, a group that this spec does not have");
        Assert.Contains(reading.Oddities, o => o.StartsWith("the querier speaks IGMPv2, but a, b"));
    }

    [Theory]
    [InlineData(131, "no IGMP query in 131 s")]
    [InlineData(60, "watch for 130 s to be sure")]
    public void Silence_of_queriers_is_told_for_what_it_is_worth(long seconds, string expected) =>
        Assert.Contains(expected, Assert.Single(Read([], [Report("a", Agents)], watchedNs: seconds * Second).Oddities));

    [Theory]
    [InlineData(4, 0, "not one frame was heard in 100 s, but 4 frames of this host's own: whether")]
    [InlineData(0, 0, "not one frame was heard in 100 s: whether")]
    [InlineData(4, 1, null)]
    public void Only_what_came_in_was_heard(long frames, long framesIn, string? odd)
    {
        SegmentReading reading = Read([], frames: frames, framesIn: framesIn);
        Assert.Equal(odd is null, reading.Conclusive);
        if (odd is null) Assert.Empty(reading.Oddities);
        else Assert.StartsWith(odd, Assert.Single(reading.Oddities));
    }

    private static SegmentReading Read(
        IReadOnlyList<FlowSighting> flows, IReadOnlyList<MembershipSighting>? reports = null, IReadOnlyList<QuerySighting>? queries = null,
        long watchedNs = 100 * Second, long frames = 1, long framesIn = 1) => SegmentReading.Of(
        new PortCapture
        {
            Port = "p",
            Kind = PortKind.Observer,
            Frames = frames,
            FramesIn = framesIn,
            Dropped = 0,
            Flows = flows,
            Queries = queries ?? (watchedNs == 100 * Second ? [Query("198.18.0.1", 3)] : []),
            Memberships = reports ?? [],
            Controls = [],
        }, Channels, watchedNs);

    private static IEnumerable<FlowSighting> Datagrams(string from, string group)
    {
        int port = group == Masters ? Channels.MasterPort : Channels.AgentPort;
        yield return Flow(17, from, port, group, port, 0, 90);
    }

    // A connection opened by either side, from start to end.
    private static IEnumerable<FlowSighting> Dual(string a, string b) => [.. Connection(a, b, 0, 90, 1), .. Connection(b, a, 0, 90, 1)];

    private static IEnumerable<FlowSighting> Brief(string opener, string acceptor) => Connection(opener, acceptor, 5, 80, 4);

    private static IEnumerable<FlowSighting> Connection(string opener, string acceptor, long from, long to, int connections) =>
    [
        Flow(6, opener, 0, acceptor, 2233, from, to) with { Connections = connections },
        Flow(6, acceptor, 2233, opener, 0, from, to) with { Connections = connections },
    ];

    private static FlowSighting Flow(byte protocol, string from, int sourcePort, string to, int port, long fromSecond, long toSecond) => new()
    {
        Phase = Phases.Steady,
        Direction = PortDirection.In,
        Protocol = protocol,
        Source = from,
        SourcePort = sourcePort,
        Destination = to,
        DestinationPort = port,
        Packets = 50,
        Bytes = 5000,
        Payloads = 40,
        Connections = protocol == 6 ? 1 : 0,
        Syns = 0,
        SynAcks = 0,
        Resets = 0,
        TtlMin = 5,
        TtlMax = 5,
        FirstNs = fromSecond * Second,
        LastNs = toSecond * Second,
        FirstFrame = 1,
    };

    private static MembershipSighting Report(string from, string group) => new()
    {
        Phase = Phases.Steady,
        Direction = PortDirection.In,
        Source = from,
        Group = group,
        Version = 3,
        Leave = false,
        Count = 1,
        FirstNs = 0,
        LastNs = 0,
    };

    private static QuerySighting Query(string from, int version) => new()
    {
        Phase = Phases.Steady,
        Source = from,
        Version = version,
        General = 2,
        Specific = 0,
        MaxResponseMs = 1000,
        FirstNs = 0,
        LastNs = Second,
        LongestGapNs = Second,
    };
}
