using System.Net;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Tests.Trials;

/// <summary>Streams, joins and leaves on a real switch, as the captures at its ports tell them.</summary>
public sealed class GroupTrialTests(SnoopingSegment segment) : IClassFixture<SnoopingSegment>
{
    [Fact]
    public async Task A_stream_comes_to_a_port_after_its_report_and_to_no_other_port()
    {
        (int trial, IPAddress group) = segment.Next();
        Task<StreamSent> stream = segment.StreamAsync(trial, group, 1000);
        await segment.UnderWayAsync(trial);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        GroupActDone joined = await segment.ActAsync("m02", GroupAct.Join, group);
        StreamSent sent = await stream;

        Assert.Equal((500, "", 3), (sent.Sent, sent.Error, joined.IgmpVersion));
        TrialSighting left = segment.Seen("m01", trial, PortDirection.Out)!, came = segment.Seen("m02", trial)!;
        long report = segment.SaidAtNs("m02", group);
        Assert.Equal((500L, 0L, (byte)5), (left.Packets, left.Repeats, left.TtlMin));
        // Once it is forwarded, all the rest of it comes; how soon everything was done is the machine's affair.
        Assert.InRange(report, joined.AtNs, came.FirstNs);
        Assert.InRange(came.FirstNs, report, left.LastNs);
        Assert.InRange(came.Packets, 1, 499);
        Assert.Equal(5, came.TtlMin);
        foreach (string other in (string[])["m03", "outsider", "observer"]) Assert.Null(segment.Seen(other, trial));
    }

    [Fact]
    public async Task A_stream_stops_at_a_port_some_time_after_its_leave()
    {
        (int trial, IPAddress group) = segment.Next();
        await segment.ActAsync("m02", GroupAct.Join, group);
        Task<StreamSent> stream = segment.StreamAsync(trial, group, 2000);
        await segment.ComesAsync(trial, "m02");
        await segment.ActAsync("m02", GroupAct.Leave, group);
        StreamSent sent = await stream;

        TrialSighting came = segment.Seen("m02", trial)!;
        // 200 ms after it; not at once, and not only with the stream. A sender that is held up says less of the moment.
        double delayMs = (came.LastNs - segment.SaidAtNs("m02", group, leave: true)) / 1e6;
        Assert.InRange(delayMs, SnoopingSegment.LeaveDelay.TotalMilliseconds * 0.25, (sent.EndNs - segment.SaidAtNs("m02", group, leave: true)) / 1e6 - 100);
        Assert.InRange(came.Packets, 1, sent.Sent - 50);
    }

    [Theory]
    [InlineData("off", false)]
    [InlineData("on", true)]
    public async Task Fast_leave_cuts_off_a_sibling_and_the_querier_saves_it(string fastLeave, bool lost)
    {
        (int trial, IPAddress group) = segment.Next();
        segment.OnSwitch($"link set dev m03 type bridge_slave mcast_fast_leave {fastLeave}");
        await segment.ActAsync("m03", GroupAct.Join, group);
        await segment.ActAsync("m03", GroupAct.SiblingReports, group);
        // A kernel reports a join again within a second (RFC 3376 8.11): that would open the port again.
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        Task<StreamSent> stream = segment.StreamAsync(trial, group, 1000);
        await segment.UnderWayAsync(trial);
        await segment.ActAsync("m03", GroupAct.SiblingLeaves, group);
        StreamSent sent = await stream;

        if (!lost) await Eventually.UntilAsync(() => segment.Seen("m03", trial)?.Packets >= sent.Sent, () => $"{segment.Seen("m03", trial)} of {sent.Sent}");
        TrialSighting came = segment.Seen("m03", trial)!;
        if (lost) Assert.InRange(came.Packets, 1, sent.Sent - 50);
        else Assert.Equal(sent.Sent, came.Packets);
        Assert.NotEqual(0, segment.SaidAtNs("m03", group, leave: true));
        Assert.Contains(segment.At("m03").Memberships, m => m.Leave && m.Group == group.ToString() && m.Source == "198.18.0.14" && m.Version == 2);
    }

    [Fact]
    public async Task A_report_made_by_hand_opens_a_port_and_a_broken_one_does_not()
    {
        (int good, IPAddress goodGroup) = segment.Next();
        (int broken, IPAddress brokenGroup) = segment.Next();
        Task<StreamSent>[] streams = [segment.StreamAsync(good, goodGroup, 1000), segment.StreamAsync(broken, brokenGroup, 1000)];
        await segment.UnderWayAsync(good);
        GroupActDone reported = await segment.ActAsync("m02", GroupAct.ReportByV2, goodGroup);
        await segment.ActAsync("m02", GroupAct.BrokenReport, brokenGroup);
        StreamSent[] sent = await Task.WhenAll(streams);

        Assert.Equal(2, reported.IgmpVersion);
        Assert.InRange(segment.Seen("m02", good)!.FirstNs, segment.SaidAtNs("m02", goodGroup), sent[0].EndNs);
        Assert.Contains(segment.At("m02").Memberships, m => m.Group == goodGroup.ToString() && m.Version == 2 && m.Direction == PortDirection.Out);
        Assert.Null(segment.Seen("m02", broken));
        Assert.DoesNotContain(segment.At("m02").Memberships, m => m.Group == brokenGroup.ToString());
    }

    [Fact]
    public async Task An_unknown_type_of_igmp_is_told_where_it_arrives()
    {
        (_, IPAddress group) = segment.Next();
        segment.OnSwitch("link set dev m01 type bridge_slave mcast_router 2");
        await segment.ActAsync("m03", GroupAct.UnknownType, group);
        Assert.True(SpinWait.SpinUntil(() => segment.At("m01").Controls.Any(c => c is { Kind: "igmp 0xf0", Source: "198.18.0.13" }), Eventually.Limit));
        Assert.DoesNotContain(segment.At("m02").Controls, c => c.Kind == "igmp 0xf0");
        segment.OnSwitch("link set dev m01 type bridge_slave mcast_router 1");
    }

    [Fact]
    public async Task One_endpoint_joins_more_groups_than_a_socket_may()
    {
        (int Trial, IPAddress Group)[] all = [.. Enumerable.Range(0, 45).Select(_ => segment.Next())];
        foreach ((_, IPAddress group) in all) await segment.ActAsync("m02", GroupAct.Join, group);
        StreamSent[] sent = await Task.WhenAll(all.Select(t => segment.StreamAsync(t.Trial, t.Group, 40)));
        Assert.All(sent, s => Assert.Equal(20, s.Sent));
        await Eventually.UntilAsync(() => all.All(t => segment.Seen("m02", t.Trial) is not null));
    }

    [Fact]
    public async Task Many_streams_at_a_time_keep_their_pace()
    {
        (int Trial, IPAddress Group)[] all = [.. Enumerable.Range(0, 100).Select(_ => segment.Next())];
        StreamSent[] sent = await Task.WhenAll(all.Select(t => segment.Bench.StreamAsync(
            new TrialStream { Trial = t.Trial, Sender = "m01", To = t.Group, Port = SnoopingSegment.Port, Count = 50, Interval = TimeSpan.FromMilliseconds(10), Ttl = 1 },
            TestContext.Current.CancellationToken)));
        Assert.All(sent, s => Assert.Equal((50, ""), (s.Sent, s.Error)));
        // None goes faster; how much slower, of what a hundredth of a processor sends, is the machine's affair.
        Assert.All(sent, s => Assert.InRange((s.EndNs - s.StartNs) / 1e6, 350, 20_000));
    }

    [Fact]
    public async Task Datagrams_that_the_interface_cannot_hold_are_not_sent_and_the_kernels_words_are_told()
    {
        (int trial, _) = segment.Next();
        StreamSent sent = await segment.StreamAsync(trial, segment.Cluster.Members[1].Address, 100, bytes: 1501);
        Assert.Equal((0, 50, "Message too long"), (sent.Sent, sent.Refused, sent.Error));
        (int fits, _) = segment.Next();
        sent = await segment.StreamAsync(fits, segment.Cluster.Members[1].Address, 100, bytes: 1500);
        Assert.Equal((50, ""), (sent.Sent, sent.Error));
        await Eventually.UntilAsync(() => segment.Seen("m02", fits)?.Packets == 50);
    }

    [Theory]
    [InlineData("numgen inc mod 3 == 0 drop", 100)]
    [InlineData("counter reject", 0)]
    [InlineData("meta l4proto tcp drop", 150)]
    public async Task What_the_senders_own_firewall_refuses_is_not_sent_and_the_stream_goes_on(string rule, int expected)
    {
        (int trial, IPAddress group) = segment.Next();
        await segment.ActAsync("m02", GroupAct.Join, group);
        segment.Ends[0].Namespace.Run(() => Net.Tools.Tool.Run("nft", ["-f", "-"], $"table ip own {{ chain out {{ type filter hook output priority 0; ip daddr {group} {rule}; }}; }}"));
        try
        {
            StreamSent sent = await segment.StreamAsync(trial, group, 300);
            Assert.Equal((expected, 150 - expected, expected == 150 ? "" : "Operation not permitted: refused by this host's own firewall"), (sent.Sent, sent.Refused, sent.Error));
            // The last one may still be under way, and the first ones may come before the switch has learned of the join.
            SpinWait.SpinUntil(() => segment.Seen("m02", trial)?.Packets >= expected, TimeSpan.FromSeconds(3 * Math.Sign(expected)));
            Assert.InRange(segment.Seen("m02", trial)?.Packets ?? 0, Math.Sign(expected), expected);
        }
        finally
        {
            segment.Ends[0].Namespace.Run(() => Net.Tools.Tool.Run("nft", ["delete", "table", "ip", "own"]));
        }
    }

    [Fact]
    public async Task What_cannot_be_sent_is_told_and_not_thrown()
    {
        (int trial, IPAddress group) = segment.Next();
        await Assert.ThrowsAsync<KeyNotFoundException>(() => segment.StreamAsync(trial, group, 10, sender: "nobody"));
        using var elsewhere = new SnoopingSegment();
        elsewhere.Ends[0].Namespace.Run(() => Net.Tools.Tool.IpBatch(["addr flush dev eth0"]));
        StreamSent sent = await elsewhere.StreamAsync(trial, group, 10);
        Assert.Equal(0, sent.Sent);
        Assert.Contains("does not have the address 198.18.0.11", sent.Error);
    }
}
