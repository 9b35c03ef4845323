using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tests.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Tests.Trials;

/// <summary>SYNs that are cut in two or bear a borrowed address, on a real path with real rules.</summary>
public sealed class AttemptTests(RoutedPath whole) : IClassFixture<RoutedPath>
{
    private const string Target = "198.18.2.2";
    private static readonly ProbeTarget Borrowed = new("m09", IPAddress.Parse("198.18.2.9"));
    private readonly RoutedPath _path = whole.Opened();

    [Theory]
    [InlineData("tcp dport 80 drop", ProbeOutcome.Open, "")]
    [InlineData("tcp dport 2233 drop", ProbeOutcome.FilteredForward, "")]
    [InlineData("tcp sport 2233 drop", ProbeOutcome.FilteredReturn, "")]
    [InlineData("ip frag-off & 0x1fff != 0 ip protocol tcp drop", ProbeOutcome.FilteredForward, "")]
    [InlineData("ip protocol tcp reject with icmp type admin-prohibited", ProbeOutcome.FilteredForward, "")] // Linux says nothing about fragments
    // RFC 1858: a filter that looks at the flags does not see them in the first fragment, and lets the rest pass.
    [InlineData("tcp dport 2233 tcp flags & (syn | ack) == syn drop", ProbeOutcome.Open, "")]
    // One that puts packets together first (connection tracking does) sees all.
    [InlineData("ct state new tcp dport 2233 tcp flags & (syn | ack) == syn drop", ProbeOutcome.FilteredForward, "")]
    [InlineData("ct state invalid drop", ProbeOutcome.Open, "")]
    public async Task A_syn_in_fragments(string rule, ProbeOutcome outcome, string answeredBy)
    {
        using Socket listener = _path.Listen();
        _path.OnTheWay(rule);
        ProbeObservation seen = await new ForgedSyns(_path.Captures, new LocalPorts(_path.Captures, [])).FragmentsAsync("trials", _path.Client, _path.Server, RoutedPath.Port, TestContext.Current.CancellationToken);
        Assert.Equal((outcome, answeredBy), (seen.Outcome, seen.AnsweredBy));
        Assert.Equal(("client", "server", 0, 2233, "trials", ProbeMethod.Fragments, ""), (seen.From, seen.To, seen.SourcePort, seen.DestinationPort, seen.Phase, seen.Method, seen.As));
    }

    [Fact]
    public async Task A_closed_port_refuses_a_syn_in_fragments()
    {
        ProbeObservation seen = await new ForgedSyns(_path.Captures, new LocalPorts(_path.Captures, [])).FragmentsAsync("trials", _path.Client, _path.Server, RoutedPath.Port, TestContext.Current.CancellationToken);
        Assert.Equal((ProbeOutcome.Refused, Target), (seen.Outcome, seen.AnsweredBy));
    }

    [Theory]
    [InlineData("tcp dport 80 drop", ProbeOutcome.FilteredReturn)]
    [InlineData("tcp dport 2233 drop", ProbeOutcome.FilteredForward)]
    [InlineData("ip saddr 198.18.2.0/24 iifname r0 drop", ProbeOutcome.FilteredForward)] // RFC 2827
    [InlineData("ip saddr != 198.18.2.9 tcp dport 2233 drop", ProbeOutcome.FilteredReturn)] // an access list by address alone
    public async Task A_syn_with_a_borrowed_address(string rule, ProbeOutcome outcome)
    {
        using Socket listener = _path.Listen();
        _path.OnTheWay(rule);
        ProbeObservation seen = await new ForgedSyns(_path.Captures, new LocalPorts(_path.Captures, [])).SpoofedAsync("trials", _path.Client, Borrowed, _path.Server, RoutedPath.Port, TestContext.Current.CancellationToken);
        Assert.Equal((outcome, "", ProbeMethod.Spoofed, "m09", "client"), (seen.Outcome, seen.AnsweredBy, seen.Method, seen.As, seen.From));
    }

    [Fact]
    public async Task What_cannot_leave_is_unreachable_and_what_nobody_watches_is_open()
    {
        var syns = new ForgedSyns(_path.Captures, new LocalPorts(_path.Captures, []));
        var nobody = new ProbeTarget("nobody", IPAddress.Parse("198.18.1.99"), Captured: false);
        Assert.Equal(ProbeOutcome.Unreachable, (await syns.SpoofedAsync("trials", _path.Client, Borrowed, nobody, RoutedPath.Port, TestContext.Current.CancellationToken)).Outcome);
        _path.OnTheWay("tcp dport 2233 drop");
        Assert.Equal(ProbeOutcome.Filtered, (await syns.FragmentsAsync("trials", _path.Client, _path.Server with { Captured = false }, RoutedPath.Port, TestContext.Current.CancellationToken)).Outcome);
    }
}

/// <summary>Over IPv6, in one segment.</summary>
public sealed class Ipv6AttemptTests(SnoopingSegment segment) : IClassFixture<SnoopingSegment>
{
    [Fact]
    public async Task Link_local_addresses_are_tried_where_both_have_one_and_the_capture_tells_what_arrived()
    {
        foreach ((string name, string address) in ((string, string)[])[("outsider", "fe80::250"), ("m01", "fe80::11"), ("m02", "fe80::12")])
        {
            // Neighbours are found by groups that nobody asks this switch to forward.
            segment.OnSwitch($"link set dev {name} type bridge_slave mcast_flood on");
            segment.Ends.Single(e => e.Name == name).Namespace.Run(() =>
            {
                File.WriteAllText("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
                File.WriteAllText("/proc/sys/net/ipv6/conf/eth0/disable_ipv6", "0");
                Tool.IpBatch([$"addr add {address}/64 dev eth0 nodad"]);
            });
        }

        using Socket listener = segment.Ends[0].Namespace.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 2233));
            socket.Listen();
            return socket;
        });
        IReadOnlyList<ProbeObservation> seen = await segment.Bench.AttemptAsync(
            SnoopingSegment.Phase, ProbeMethod.Ipv6, [("outsider", "m01", ""), ("outsider", "m02", ""), ("outsider", "m03", "")], TestContext.Current.CancellationToken);
        Assert.Equal([("m01", ProbeOutcome.Open), ("m02", ProbeOutcome.Refused), ("m03", ProbeOutcome.Unreachable)], seen.Select(p => (p.To, p.Outcome)));
        Assert.All(seen, p => Assert.Equal((ProbeMethod.Ipv6, "outsider", 2233), (p.Method, p.From, p.DestinationPort)));
        Assert.Contains(segment.At("m02").Flows, f => f is { Direction: PortDirection.In, Syns: > 0 } && f.Source.StartsWith("fe80::"));
    }
}
