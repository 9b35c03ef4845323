using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Tests.Probing;

/// <summary>Every outcome, made on a real path.</summary>
public sealed class TcpProbeTests(RoutedPath whole) : IClassFixture<RoutedPath>
{
    private const string Router = "198.18.1.1";
    private const string Target = "198.18.2.2";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);

    private readonly RoutedPath _path = whole.Opened();

    [Theory]
    [InlineData("tcp dport 2233 drop", ProbeOutcome.FilteredForward, "")]
    [InlineData("tcp sport 2233 drop", ProbeOutcome.FilteredReturn, "")]
    [InlineData("tcp dport 2233 reject with tcp reset", ProbeOutcome.Refused, Target)]
    [InlineData("tcp dport 2233 reject with icmp type admin-prohibited", ProbeOutcome.Prohibited, Router)]
    [InlineData("tcp dport 2233 reject with icmp type net-prohibited", ProbeOutcome.Prohibited, Router)]
    [InlineData("tcp dport 2233 reject with icmp type host-prohibited", ProbeOutcome.Prohibited, Router)]
    [InlineData("tcp dport 2233 reject with icmp type host-unreachable", ProbeOutcome.IcmpOther, Router)]
    [InlineData("tcp dport 2233 reject with icmp type net-unreachable", ProbeOutcome.IcmpOther, Router)]
    [InlineData("tcp dport 2233 reject with icmp type port-unreachable", ProbeOutcome.IcmpOther, Router)]
    [InlineData("tcp dport 80 drop", ProbeOutcome.Open, "")]
    public async Task What_a_router_does_to_an_open_port(string rule, ProbeOutcome outcome, string answeredBy)
    {
        using Socket listener = _path.Listen();
        _path.OnTheWay(rule);
        bool waited = outcome is ProbeOutcome.FilteredForward or ProbeOutcome.FilteredReturn;
        ProbeObservation seen = await _path.ProbeAsync(timeout: waited ? Short : null);
        Assert.Equal((outcome, answeredBy), (seen.Outcome, seen.AnsweredBy));
        Assert.Equal(("client", "server", 0, 2233, "probing"), (seen.From, seen.To, seen.SourcePort, seen.DestinationPort, seen.Phase));
        Assert.InRange(seen.TookNs, waited ? (long)Short.TotalNanoseconds * 9 / 10 : 1, (long)Eventually.Limit.TotalNanoseconds / 2);
    }

    [Fact]
    public async Task A_closed_port_refuses()
    {
        ProbeObservation seen = await _path.ProbeAsync();
        Assert.Equal((ProbeOutcome.Refused, Target), (seen.Outcome, seen.AnsweredBy));
    }

    [Fact]
    public async Task A_server_that_drops_what_arrives_has_let_it_arrive()
    {
        _path.AtTheServer("tcp dport 2233 drop");
        Assert.Equal(ProbeOutcome.FilteredReturn, (await _path.ProbeAsync(timeout: Short)).Outcome);
    }

    [Fact]
    public async Task Without_a_capture_at_the_target_it_stays_open_where_it_was_lost()
    {
        _path.OnTheWay("tcp dport 2233 drop");
        Assert.Equal(ProbeOutcome.Filtered, (await _path.ProbeAsync(_path.Server with { Captured = false }, timeout: Short)).Outcome);
    }

    [Theory]
    [InlineData("input", "tcp sport 2233 drop", ProbeOutcome.FilteredReturn, OwnHostDeed.AnswerDropped)]
    [InlineData("output", "tcp dport 2233 drop", ProbeOutcome.Unreachable, OwnHostDeed.Unsent)]
    [InlineData("output", "tcp dport 2233 reject with tcp reset", ProbeOutcome.Refused, OwnHostDeed.Refused)]
    public async Task What_the_clients_own_firewall_does_is_told_apart(string hook, string rule, ProbeOutcome outcome, OwnHostDeed deed)
    {
        using Socket listener = _path.Listen();
        _path.AtTheClient(hook, rule);
        ProbeObservation seen = await _path.ProbeAsync(timeout: Short);
        Assert.Equal((outcome, "", deed), (seen.Outcome, seen.AnsweredBy, seen.OwnHost));
    }

    [Fact]
    public async Task A_fragment_that_the_own_firewall_drops_was_refused()
    {
        _path.AtTheClient("output", "ip daddr 198.18.2.2 drop");
        ProbeObservation seen = await new ForgedSyns(_path.Captures, new LocalPorts(_path.Captures, [])).FragmentsAsync("probing", _path.Client, _path.Server, RoutedPath.Port, CancellationToken.None);
        Assert.Equal((ProbeOutcome.Unreachable, OwnHostDeed.Refused), (seen.Outcome, seen.OwnHost));
    }

    [Theory]
    [InlineData("203.0.113.1", 60_000)] // no route
    [InlineData("198.18.1.99", 100)] // no ARP answer yet
    [InlineData("198.18.1.99", 60_000)] // no ARP answer, and the kernel says so
    public async Task No_route_and_no_arp_answer_are_unreachable(string address, int timeoutMs)
    {
        ProbeObservation seen = await _path.ProbeAsync(new("nobody", IPAddress.Parse(address), Captured: false), timeout: TimeSpan.FromMilliseconds(timeoutMs));
        Assert.Equal((ProbeOutcome.Unreachable, "", OwnHostDeed.Unsent), (seen.Outcome, seen.AnsweredBy, seen.OwnHost));
    }

    [Fact]
    public async Task A_router_that_gets_no_arp_answer_is_another_icmp_error()
    {
        ProbeObservation seen = await _path.ProbeAsync(new("nobody", IPAddress.Parse("198.18.2.99"), Captured: false));
        Assert.Equal((ProbeOutcome.IcmpOther, Router), (seen.Outcome, seen.AnsweredBy));
    }

    [Fact]
    public async Task A_source_port_can_be_bound_again_and_again()
    {
        using Socket listener = _path.Listen();
        for (int i = 0; i < 20; i++)
        {
            ProbeObservation seen = await _path.ProbeAsync(sourcePort: 2233);
            Assert.Equal((ProbeOutcome.Open, 2233), (seen.Outcome, seen.SourcePort));
            using Socket accepted = await listener.AcceptAsync();
            Assert.Equal(2233, ((IPEndPoint)accepted.RemoteEndPoint!).Port);
        }
    }

    [Fact]
    public async Task Many_at_a_time_are_told_apart()
    {
        using Socket listener = _path.Listen();
        _path.OnTheWay("tcp dport 2233 tcp sport 1-30000 reject with icmp type admin-prohibited");
        Task<ProbeObservation>[] probes = [.. Enumerable.Range(0, 200).Select(i => _path.ProbeAsync(sourcePort: i % 20 == 0 ? 10_000 + i : 0, timeout: TimeSpan.FromSeconds(10)))];
        ProbeObservation[] seen = await Task.WhenAll(probes);
        Assert.Equal(190, seen.Count(p => p.Outcome == ProbeOutcome.Open));
        // The router's kernel may limit how many ICMP errors it sends: those that it did not send are filtered on their way there.
        Assert.All(seen.Where(p => p.SourcePort != 0), p => Assert.True(p.Outcome is ProbeOutcome.Prohibited or ProbeOutcome.FilteredForward, $"{p.Outcome}"));
        Assert.Contains(seen, p => p.Outcome == ProbeOutcome.Prohibited);
    }

    [Fact]
    public async Task A_probe_can_be_cancelled()
    {
        _path.OnTheWay("tcp dport 2233 drop");
        using var cancel = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new TcpProbe(_path.Captures, new LocalPorts(_path.Captures, []), TimeSpan.FromSeconds(10)).RunAsync("p", _path.Client, 0, _path.Server, 2233, cancel.Token));
    }
}
