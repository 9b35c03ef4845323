using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Load;

/// <summary>What a load means: whether it passed, and who was the limit, by what its hosts counted.</summary>
public sealed class LoadVerdictTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(LoadProfile.Pair, 50e6)]
    [InlineData(LoadProfile.Pair, 0)]
    [InlineData(LoadProfile.Ring, 50e6)]
    [InlineData(LoadProfile.Ring, 0)]
    [InlineData(LoadProfile.Multicast, 0)]
    public void Where_nothing_arrives_the_load_fails_and_no_machine_is_blamed(LoadProfile profile, double rate)
    {
        LoadResult result = Carried(profile, rate, delivered: (_, _) => 0, busy: true);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric, ""), (result.Verdict.Outcome, result.Verdict.Limit, result.GeneratorLimit));
        Assert.DoesNotContain("machine", result.Verdict.Note);
        Assert.Contains("m02 got nothing of what m01 sent", string.Join('\n', result.Verdict.Reasons));
    }

    [Theory]
    [InlineData(LoadProfile.Multicast)]
    [InlineData(LoadProfile.Mesh)]
    public void One_receiver_of_many_that_got_nothing_fails_it(LoadProfile profile)
    {
        LoadResult result = Carried(profile, 0, delivered: (f, to) => f.From == "m01" && to == "m03" ? 0 : 1);
        Assert.Equal(CheckOutcome.Fail, result.Verdict.Outcome);
        Assert.StartsWith("m03 got nothing of what m01 sent", Assert.Single(result.Verdict.Reasons, r => r.Contains("nothing")));
        Assert.Contains("m01 to m03", result.Verdict.Note);
    }

    [Theory]
    [InlineData(50e6, null, 0.996, CheckOutcome.Pass)]
    [InlineData(50e6, null, 0.99, CheckOutcome.Fail)]
    [InlineData(50e6, 2.0, 0.99, CheckOutcome.Pass)]
    [InlineData(50e6, 0.0, 0.999, CheckOutcome.Fail)]
    [InlineData(0, null, 0.3, CheckOutcome.Pass)] // as fast as it goes overruns something
    [InlineData(0, 5.0, 0.9, CheckOutcome.Fail)]
    public void More_loss_than_the_bound_fails_a_rate_that_was_asked_for(double rate, double? bound, double share, CheckOutcome expected)
    {
        LoadResult result = Carried(LoadProfile.Pair, rate, delivered: (_, _) => share, bound: bound);
        Assert.Equal(expected, result.Verdict.Outcome);
        if (expected == CheckOutcome.Fail) Assert.Contains(FormattableString.Invariant($"m02 lost {(long)Math.Round(1000 * (1 - share))} of 1000"), result.Verdict.Reasons[0]);
    }

    [Fact]
    public void What_had_no_room_in_the_receivers_socket_is_the_receivers_loss()
    {
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0.5, dropped: 500);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Receiver), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Contains("500 datagrams found no room", result.Verdict.Note);
        LoadResult bursts = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0.5, dropped: 12, joined: 46);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Receiver), (bursts.Verdict.Outcome, bursts.Verdict.Limit));
        Assert.Contains("12 bursts of up to 46 datagrams found no room", bursts.Verdict.Note);
    }

    [Theory]
    [InlineData(50e6, CheckOutcome.Fail)]
    [InlineData(0, CheckOutcome.Pass)]
    public void What_a_socket_had_no_room_for_does_not_hide_a_loss_that_is_far_larger(double rate, CheckOutcome expected)
    {
        LoadResult result = Carried(LoadProfile.Pair, rate, delivered: (_, _) => 0.5, dropped: 7);
        Assert.Equal((expected, LoadLimit.Fabric), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Contains("500 of 1000 were lost, and 7 of them found no room in its socket: the fabric lost the others", result.Verdict.Note);
    }

    [Theory]
    [InlineData(LoadProfile.Ring, 0)]
    [InlineData(LoadProfile.Ring, 50e6)]
    [InlineData(LoadProfile.Mesh, 50e6)]
    [InlineData(LoadProfile.Multicast, 0)]
    public void A_flow_that_stops_in_the_middle_fails_by_name_however_much_came_before(LoadProfile profile, double rate)
    {
        string from = profile == LoadProfile.Multicast ? "m01" : "m02";
        LoadResult result = Carried(profile, rate, delivered: (f, to) => f.From == from && to == "m03" ? 0.45 : 1, lastNs: (f, to) => f.From == from && to == "m03" ? 400_000_000 : Second, tcp: new(Second / 1000, 0, 0, 1_000_000_000, 450_000_000, 90_000, 1448));
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.StartsWith($"{from} to m03 stopped at 0.4 s", Assert.Single(result.Verdict.Reasons));
        Assert.True(Assert.Single(result.Flows, f => f.Stopped) is { To: "m03" } stopped && stopped.From == from);
        Assert.All(result.Checks, c => Assert.Equal(CheckOutcome.Fail, c.Outcome));
    }

    [Theory]
    [InlineData(LoadProfile.Pair, 550, 1.0)] // no less than half a second
    [InlineData(LoadProfile.Pair, 450, 0.45)] // its sender had stopped as well
    public void A_flow_with_nothing_more_to_come_has_not_stopped(LoadProfile profile, long lastMs, double sentUntil)
    {
        LoadResult result = Carried(profile, 0, delivered: (_, _) => 0.9, lastNs: (_, _) => lastMs * 1_000_000, sentUntil: sentUntil);
        Assert.Equal((CheckOutcome.Pass, false), (result.Verdict.Outcome, result.Flows[0].Stopped));
    }

    [Theory]
    [InlineData(50e6, 1000, 0, CheckOutcome.Inconclusive, "1000 of 1000 datagrams from m01 to m02 were refused by this host's own firewall")]
    [InlineData(0, 1000, 0, CheckOutcome.Inconclusive, "1000 of 1000 datagrams from m01 to m02 were refused by this host's own firewall")]
    [InlineData(50e6, 100, 900, CheckOutcome.Inconclusive, "100 of 1000 datagrams from m01 to m02 were refused by this host's own firewall")]
    [InlineData(50e6, 1, 999, CheckOutcome.Pass, "1 of 1000 datagrams from m01 to m02 were refused by this host's own firewall")]
    [InlineData(0, 500, 500, CheckOutcome.Pass, "500 of 1000 datagrams from m01 to m02 were refused by this host's own firewall")]
    public void What_the_senders_own_firewall_refuses_was_not_offered_and_is_nobody_elses_loss(double rate, long refused, long sent, CheckOutcome expected, string said)
    {
        LoadResult result = Carried(LoadProfile.Pair, rate, delivered: (_, _) => 1, units: sent, offered: sent / 1000.0, refused: refused);
        Assert.Equal((expected, LoadLimit.Sender), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Contains(said, result.Verdict.Note);
    }

    [Theory]
    [InlineData(0.96, 0.0, CheckOutcome.Pass)]
    [InlineData(0.75, 0.25, CheckOutcome.Fail)] // no room for what was due: it is not acknowledged
    [InlineData(0.75, 0.0, CheckOutcome.Pass)] // its sender had no time: nobody else's loss
    public void A_stream_that_the_fabric_keeps_from_its_rate_fails(double share, double held, CheckOutcome expected)
    {
        LoadResult result = Carried(LoadProfile.Ring, 5e6, delivered: (_, _) => 1, offered: share, held: held, tcp: new(Second / 1000, 0, 0, 1_000_000, 950_000, 50_000, 1448));
        Assert.Equal(expected, result.Verdict.Outcome);
        if (expected == CheckOutcome.Fail) Assert.Contains("m02 got 3.75 of 5 Mbit/s that were asked for from m01", result.Verdict.Reasons);
        Assert.All(result.Checks, c => Assert.Contains("of 5 Mbit/s that were asked for", c.Seen));
    }

    [Fact]
    public void A_stream_of_single_bytes_that_never_waits_is_limited_by_who_writes_them()
    {
        LoadResult result = Carried(LoadProfile.Ring, 50e6, delivered: (_, _) => 1, offered: 0.04, tcp: new(Second / 1000, 0, 0, 1_000_000, 1_000_000, 0, 1448));
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.StartsWith("the generator was the limit: 2 of 50 Mbit/s were sent from m01", result.Verdict.Note);
    }

    [Theory]
    [InlineData(6_300_000, 6_300_000, LoadLimit.Receiver)] // it came to the interface
    [InlineData(6_300_000, 100, LoadLimit.Fabric)]
    [InlineData(100, 0, LoadLimit.Sender)] // it did not leave
    public void Interfaces_tell_on_which_way_all_was_lost(long left, long came, LoadLimit expected)
    {
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0, interfaces: [new("m01", 0, left), new("m02", came, 0)]);
        Assert.Equal((expected == LoadLimit.Sender ? CheckOutcome.Inconclusive : CheckOutcome.Fail, expected), (result.Verdict.Outcome, result.Verdict.Limit));
    }

    // Of 1000 datagrams of 6250 bytes half is lost; each has a frame of its own, with headers.
    [Theory]
    [InlineData(1000, 1000, CheckOutcome.Fail, LoadLimit.Receiver, "came to the interface of m02: its own host throws them away")]
    [InlineData(1000, 500, CheckOutcome.Fail, LoadLimit.Fabric, "the fabric lost them")]
    [InlineData(500, 500, CheckOutcome.Inconclusive, LoadLimit.Sender, "left the interface of m01")]
    public void Interfaces_tell_on_which_way_a_part_was_lost(long left, long came, CheckOutcome outcome, LoadLimit limit, string said)
    {
        const long frame = 6250 + 42;
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0.5, interfaces: [new("m01", 0, left * frame) { LeftFrames = left }, new("m02", came * frame, 0) { CameFrames = came }]);
        Assert.Equal((outcome, limit), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Contains(said, result.Verdict.Note);
    }

    [Fact]
    public void What_its_own_host_does_not_let_out_is_the_senders_limit_and_an_address_that_nobody_answers_for_the_fabrics()
    {
        LoadResult refused = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0, error: "Permission denied");
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (refused.Verdict.Outcome, refused.Verdict.Limit));
        Assert.Contains("the generator was the limit: Permission denied", refused.Verdict.Note);
        LoadResult nobody = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0, error: "No route to host", unreachable: true);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (nobody.Verdict.Outcome, nobody.Verdict.Limit));
    }

    [Fact]
    public void A_receiver_that_failed_is_named_and_nothing_else_blamed()
    {
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 1, receiverError: "the receiver on UDP 12321 failed: Bad address");
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Receiver), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Equal("m02: the receiver on UDP 12321 failed: Bad address", result.Verdict.Note);
    }

    [Theory]
    [InlineData(0.995, CheckOutcome.Pass, "")]
    [InlineData(0.8, CheckOutcome.Pass, "the generator was the limit: 40 of 50 Mbit/s were sent from m01 on host of m01")]
    [InlineData(0.2, CheckOutcome.Inconclusive, "the generator was the limit: 10 of 50 Mbit/s were sent from m01 on host of m01")]
    public void What_was_not_offered_is_told_with_what_was(double share, CheckOutcome expected, string note)
    {
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 1, offered: share);
        Assert.Equal((expected, note, share), (result.Verdict.Outcome, result.Verdict.Note, Math.Round(result.OfferedShare, 3)));
    }

    [Fact]
    public void A_burst_that_its_time_cut_short_was_not_offered()
    {
        LoadResult result = Carried(LoadProfile.Pair, 0, delivered: (_, _) => 1, burst: 4000);
        Assert.Equal((0.25, "the generator was the limit: 1000 of 4000 datagrams were sent from m01 on host of m01"), (result.OfferedShare, result.Verdict.Note));
    }

    [Fact]
    public void Interrupted_before_anything_was_sent_nothing_is_known()
    {
        LoadResult result = Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0, units: 0, completed: false);
        Assert.Equal(CheckOutcome.Inconclusive, result.Verdict.Outcome);
        Assert.Equal(CheckOutcome.Fail, Carried(LoadProfile.Pair, 50e6, delivered: (_, _) => 0, completed: false).Verdict.Outcome);
    }

    [Fact]
    public void What_nothing_was_sent_of_did_not_pass_and_is_not_the_fabrics_fault()
    {
        LoadResult result = Carried(LoadProfile.Pair, 0, delivered: (_, _) => 0, units: 0);
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Equal("the generator was the limit: nothing was sent from m01 to m02", result.Verdict.Note);
    }

    [Fact]
    public void A_stream_that_the_fabric_held_back_to_less_than_half_of_its_rate_fails()
    {
        LoadResult result = Carried(LoadProfile.Ring, 50e6, delivered: (_, _) => 1, offered: 0.3, held: 0.7, tcp: new(Second / 1000, 0, 0, 1_000_000, 900_000, 100_000, 1448));
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (result.Verdict.Outcome, result.Verdict.Limit));
    }

    [Theory]
    [InlineData(1_000_000, 900_000, 0, 1_000_000, 1_000_000, 0, LoadLimit.PeerWindow)]
    [InlineData(1_000_000, 0, 0, 1_000_000, 900_000, 100_000, LoadLimit.Fabric)] // sent again
    [InlineData(1_000_000, 0, 0, 14_600, 9, 14_600, LoadLimit.Fabric)] // nothing acknowledged
    [InlineData(1_000_000, 0, 900_000, 1_000_000, 1_000_000, 0, LoadLimit.Sender)] // its own buffer
    [InlineData(100_000, 0, 0, 1_000_000, 1_000_000, 0, LoadLimit.Sender)] // nothing to send
    [InlineData(1_000_000, 0, 0, 1_000_000, 1_000_000, 0, LoadLimit.Fabric)]
    public void Tcp_knows_who_held_a_stream_up(long busy, long window, long buffer, long sent, long acked, long again, LoadLimit expected)
    {
        (LoadLimit limit, string why) = new TcpFacts(busy, window, buffer, sent, acked, again, 1448).Limit(Second);
        Assert.Equal(expected, limit);
        Assert.NotEmpty(why);
    }

    [Fact]
    public void A_stream_that_fell_short_since_the_fabric_lost_packets_is_the_fabrics_limit()
    {
        LoadResult result = Carried(LoadProfile.Ring, 50e6, delivered: (_, _) => 1, offered: 0.6, held: 0.4, tcp: new(Second / 1000, 0, 0, 1_000_000, 900_000, 100_000, 1448));
        Assert.Equal((LoadLimit.Fabric, ""), (result.Verdict.Limit, result.GeneratorLimit));
        Assert.Contains("100000 of 1000000 bytes were sent again", result.Verdict.Note);
    }

    [Fact]
    public void Percentiles_of_many_hosts_are_those_of_all_their_datagrams_together()
    {
        // Each host's own median is another: 1 and 9 µs; of all it is 1 µs, and only the last in ten are 9.
        LoadResult result = Carried(LoadProfile.Multicast, 50e6, delivered: (_, _) => 1, delays: to => to == "m02" ? [new(1000, 900), new(2000, 50)] : [new(2000, 20), new(9000, 80)]);
        Assert.Equal(new DelaySummary(1050, 1000, 1000, 2000, 9000, 9000, 9000), result.Delay);
    }

    [Fact]
    public void Of_a_group_all_its_receivers_are_expected_to_get_what_was_sent_once()
    {
        LoadInterval total = Carried(LoadProfile.Multicast, 50e6, delivered: (_, to) => to == "m03" ? 0.5 : 1, members: 4).Total;
        Assert.Equal((1000L, 3000L, 2500L), (total.Sent, total.Expected, total.Delivered));
    }

    [Fact]
    public void Bursts_cross_uncut_only_where_they_leave_so_and_come_so()
    {
        Assert.True(Carried(LoadProfile.Pair, 0, (_, _) => 1, joined: 12).Means.CrossesUncut);
        Assert.True(Carried(LoadProfile.Pair, 0, (_, _) => 1, joined: 0).Means.CrossesUncut); // not known
        Assert.False(Carried(LoadProfile.Pair, 0, (_, _) => 1, joined: 1).Means.CrossesUncut);
        Assert.False(Carried(LoadProfile.Pair, 0, (_, _) => 1, joined: 12, uncut: false).Means.CrossesUncut);
    }

    [Theory]
    [InlineData(1472, 1500, 1)]
    [InlineData(1473, 1500, 2)]
    [InlineData(2952, 1500, 2)]
    [InlineData(2953, 1500, 3)]
    [InlineData(8972, 9000, 1)]
    [InlineData(8973, 0, 1)]
    public void A_datagram_that_is_longer_than_the_interface_allows_is_cut(int payload, int mtu, int fragments) =>
        Assert.Equal(fragments, LoadPlan.Fragments(payload, mtu));

    [Fact]
    public void A_ping_pong_fails_without_answers_and_when_too_many_are_missing()
    {
        RoundTripResult good = new() { From = "m01", To = "m02", Payload = 64, Sent = 1000, Lost = 4, RoundTrip = new(996, 1, 1, 1, 1, 1, 1) };
        Assert.Equal(CheckOutcome.Pass, RoundTripJudge.Verdict(good, 0.5, completed: true).Outcome);
        Assert.Equal(CheckOutcome.Fail, RoundTripJudge.Verdict(good with { Lost = 6 }, 0.5, completed: true).Outcome);
        Assert.Equal(CheckOutcome.Pass, RoundTripJudge.Verdict(good with { Lost = 600 }, null, completed: true).Outcome);
        Assert.Equal(CheckOutcome.Fail, RoundTripJudge.Verdict(good with { Lost = 1000, RoundTrip = null }, null, completed: true).Outcome);
        LoadVerdict mute = RoundTripJudge.Verdict(good with { Sent = 0, Lost = 0, RoundTrip = null }, null, completed: true);
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (mute.Outcome, mute.Limit));
        Assert.Equal(CheckOutcome.Inconclusive, RoundTripJudge.Verdict(good with { Sent = 0, Lost = 0, RoundTrip = null }, null, completed: false).Outcome);
    }

    [Theory]
    [InlineData(0, 0, false, CheckOutcome.Fail)] // none of 32 ended
    [InlineData(500, 500, false, CheckOutcome.Pass)]
    [InlineData(500, 500, true, CheckOutcome.Fail)] // the second copy stands still
    public void VMs_fail_whose_operations_do_not_end_and_the_queue_is_not_blamed(long reads, long writes, bool stalled, CheckOutcome expected)
    {
        VmCopyResult copy = new("m02", 600, 600, Stalled: false, null);
        var vm = new VmResult
        {
            Vm = 1,
            Host = "m01",
            Copies = ["m02", "m03"],
            Begun = reads + writes + 32,
            Reads = reads,
            Writes = writes,
            Forgone = reads + writes == 0 || stalled ? 900 : 0,
            ReadLatency = null,
            WriteLatency = null,
            ByCopy = [copy, copy with { Member = "m03", Answered = stalled ? 3 : 600, Stalled = stalled }],
        };
        var parts = new Dictionary<string, LoadPart.OfVms> { [""] = new([new(vm, 0, [], [])], 0, 2) };
        VmLoadResult result = LoadParts.Join(parts, new VmLoadResult
        {
            ToolVersion = "test",
            Started = "",
            Options = new(),
            MeasuredNs = Second,
            Completed = true,
            Intervals = [],
            Vms = [],
            ReadLatency = null,
            WriteLatency = null,
            Processors = 0,
            GeneratorLimit = "",
        });
        Assert.Equal(expected, result.Verdict.Outcome);
        if (stalled) Assert.Contains("m03 answered 3 of 600 operations", result.Verdict.Reasons[0]);
        if (stalled) Assert.DoesNotContain("queue", result.Verdict.Note);
    }

    // One second of a load whose flows each send so many units, of which each receiver gets a share.
    private static LoadResult Carried(
        LoadProfile profile, double rate, Func<LoadFlow, string, double> delivered, long units = 1000, int members = 3, double? bound = null, double offered = 1, long burst = 0, bool completed = true, bool busy = false,
        long dropped = 0, string error = "", bool unreachable = false, string receiverError = "", TcpFacts? tcp = null, InterfaceBytes[]? interfaces = null, Func<string, DelayCount[]>? delays = null, int joined = 0, bool uncut = true,
        Func<LoadFlow, string, long>? lastNs = null, double sentUntil = 1, long refused = 0, double held = 0)
    {
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(LabSpec.Create(members), new LoadOptions { Profile = profile, BitsPerSecond = rate });
        long Bytes(LoadFlow f) => f.BitsPerSecond > 0 && units > 0 ? (long)(offered * f.BitsPerSecond / 8) : units * f.Payload;
        var parts = flows.SelectMany(f => f.To.Prepend(f.From)).Distinct().ToDictionary(m => $"host of {m}", m => new LoadPart.OfFlows(
            [.. flows.Where(f => f.From == m).Select(f => new SenderCounts(f.Id, units, Bytes(f), 0, 0, 8, true, 0, 0, error) { LastNs = (long)(sentUntil * Second), Refused = refused, HeldNs = (long)(held * Second), Unreachable = unreachable, Tcp = f.Transport == LoadTransport.Tcp ? tcp ?? Idle(delivered(f, f.To[0])) : null })],
            [.. flows.Where(f => f.To.Contains(m)).Select(f => Received(f, m))], uncut, busy ? 2 : 0.1, 2)
        {
            Interfaces = [.. (interfaces ?? []).Where(i => i.Member == m)],
        });
        return LoadParts.Join(flows, parts, new LoadResult
        {
            Profile = profile,
            ToolVersion = "test",
            Started = "",
            MeasuredNs = Second,
            Completed = completed,
            Intervals = [],
            Flows = [],
            Processors = 0,
            GeneratorLimit = "",
            MaxLossPercent = bound,
            BurstDatagrams = burst,
            Payload = flows[0].Payload,
            Means = new() { SegmentsByKernel = false, JoinsByKernel = false, Burst = 0, CrossesUncut = false },
        });

        ReceiverCounts Received(LoadFlow flow, string to)
        {
            double share = delivered(flow, to);
            var result = new FlowResult
            {
                Flow = flow.Id,
                From = flow.From,
                To = to,
                Transport = flow.Transport,
                Sent = 0,
                SentBytes = 0,
                Delivered = flow.Transport == LoadTransport.Udp ? (long)Math.Round(share * units) : 0,
                DeliveredBytes = (long)(share * Bytes(flow)),
                DroppedAtSocket = dropped,
                Error = receiverError,
            };
            return new(result, share == 0 ? 0 : lastNs?.Invoke(flow, to) ?? Second, true, 0, delays?.Invoke(to) ?? []) { LongestJoined = joined };
        }
    }

    private static TcpFacts Idle(double delivered) => new(Second / 1000, 0, 0, 1_000_000, delivered == 0 ? 9 : 1_000_000, delivered == 0 ? 500_000 : 0, 1448);
}
