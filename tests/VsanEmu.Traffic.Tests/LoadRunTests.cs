using System.Text.RegularExpressions;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Tools;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic.Tests;

/// <summary>
/// Loads on the lab's switch, with rules in it that lose, double or delay what passes: the figures are right, to the datagram. Where nothing may be lost but by a rule, so little is sent
/// that any machine carries it, or no more than a socket has room for.
/// </summary>
public sealed class LoadRunTests
{
    private const long Gentle = Loads.Gentle;

    // Less than a queue of the kernel's between two ports holds, and than a receiver's socket.
    private const int Burst = 500;

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(LoadProfile.Multicast, true)]
    [InlineData(LoadProfile.Multicast, false)]
    [InlineData(LoadProfile.MulticastAll, true)]
    [InlineData(LoadProfile.Mixed, true)]
    public async Task On_a_good_fabric_all_that_is_sent_is_delivered_once(LoadProfile profile, bool offload)
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = profile, Duration = Short, Transport = LoadTransport.Udp, Offload = offload, BitsPerSecond = Gentle });
        Assert.True(result.Completed);
        Assert.All(result.Flows, f =>
        {
            Assert.True(f.Sent > 10);
            Assert.Equal((f.Sent, 0, 0, 0), (f.Delivered, f.Lost, f.Duplicates, f.Reordered));
            Assert.Equal(f.Delivered, f.Delay!.Count);
            Assert.Equal(f.Sent * 1400, f.DeliveredBytes);
        });
        Assert.Equal(result.Flows.Sum(f => f.Delivered), result.Delay!.Count);
    }

    [Fact]
    public async Task What_is_too_long_to_be_cut_by_the_kernel_goes_as_it_is()
    {
        // Longer than the fabric's packets: in fragments.
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Payload = 4000, BitsPerSecond = 2 * Gentle });
        Assert.False(result.Means.SegmentsByKernel);
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal(("", flow.Sent), (flow.Error, flow.Delivered));
        Assert.True(flow.Sent > 10);
    }

    [Fact]
    public async Task Without_a_rate_a_sender_does_not_overrun_its_own_receivers()
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Multicast, Duration = Short, BitsPerSecond = 0, WarmUp = Short / 4 });
        // Without the window most of what is sent is lost; a receiver that a busy machine does not let run may lose some all the same.
        Assert.All(result.Flows, f => Assert.InRange(f.Lost, 0, f.Sent / 2));
        Assert.True(result.Total.BitsPerSecond > LoadOptions.DefaultTotalRate);
    }

    [Fact]
    public async Task A_known_loss_is_measured_to_the_datagram()
    {
        await using Fabric fabric = await BuildAsync();
        Apply(fabric, "numgen random mod 20 == 0 counter drop");
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = 2 * Gentle, Offload = false };
        FlowResult flow = Assert.Single((await new LoadRun(loads.Stage("test"), options).RunAsync(null, default)).Flows);
        // The rule's own count is the truth.
        long dropped = long.Parse(Regex.Match(fabric.SwitchNamespace.Run(() => Tool.Run("nft", ["list table bridge load"])), @"counter packets (\d+)").Groups[1].ValueSpan);
        Assert.True(dropped > 0);
        Assert.Equal((dropped, flow.Sent - dropped), (flow.Lost, flow.Delivered));
    }

    [Fact]
    public async Task What_the_fabric_doubles_is_counted_exactly()
    {
        // A copy of every tenth frame goes to the receiver's port past the bridge.
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = Gentle, Offload = false }, "numgen inc mod 10 == 0 dup to \"{port}\"", "netdev");
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal((flow.Sent, flow.Sent), (flow.Delivered, result.Intervals.Sum(i => i.Delivered)));
        Assert.Equal(flow.DeliveredBytes, result.Intervals.Sum(i => i.DeliveredBytes));
        Assert.Equal((flow.Sent + 9) / 10, flow.Duplicates, tolerance: 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_comes_out_of_order_is_counted_exactly(bool offload)
    {
        // Of every ten datagrams the fourth changes places with the seventh: that one comes first, and the fourth after three later ones.
        static long Renumber(long n) => (n % 10) switch { 3 => n + 3, 6 => n - 3, _ => n };
        await using Fabric fabric = await BuildAsync();
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 0, BurstDatagrams = Burst, Offload = offload };
        using var loads = Loads.On(fabric, LabSpec.Create(3), new LoadHooks { Renumber = Renumber });
        FlowResult flow = Assert.Single((await new LoadRun(loads.Stage("test"), options).RunAsync(null, default)).Flows);
        // A datagram is out of order when a later number came before it (RFC 4737, 3.3): the fifth, the sixth and the fourth.
        long[] numbers = [.. Enumerable.Range(0, (int)flow.Sent).Select(n => Renumber(n))];
        long highest = -1, late = 0;
        foreach (long number in numbers)
        {
            if (number < highest) late++;
            highest = Math.Max(highest, number);
        }

        Assert.Equal((Burst, late, 3, 0), (flow.Delivered, flow.Reordered, flow.LongestExtent, flow.Duplicates));
        Assert.True(late > 100);
    }

    [Fact]
    public async Task Interrupted_it_ends_soon_and_what_was_sent_until_then_is_delivered()
    {
        LoadResult result = await InterruptedAsync(new LoadOptions { Profile = LoadProfile.MulticastAll, Duration = Loads.Long, BitsPerSecond = Gentle });
        Assert.False(result.Completed);
        Assert.All(result.Flows, f =>
        {
            Assert.True(f.Sent > 0);
            Assert.Equal((f.Sent, 0, f.Sent), (f.Delivered, f.Lost, f.Delay!.Count));
        });
        Assert.InRange(result.MeasuredNs, 1, (long)Loads.Long.TotalNanoseconds / 2);
    }

    // What goes as fast as it can may be lost: no machine owes it a receiver.
    [Fact]
    public async Task Interrupted_without_a_rate_it_ends_soon_and_its_figures_add_up()
    {
        LoadResult result = await InterruptedAsync(new LoadOptions { Profile = LoadProfile.MulticastAll, Duration = Loads.Long, BitsPerSecond = 0 });
        Assert.False(result.Completed);
        Assert.Equal(6, result.Flows.Count);
        Assert.All(result.Flows, f =>
        {
            Assert.InRange(f.Delivered, 1, f.Sent);
            Assert.Equal((f.Sent - f.Delivered, 0), (f.Lost, f.Duplicates));
            Assert.Equal((f.Delivered, f.Delivered * 1400), (f.Delay!.Count, f.DeliveredBytes));
        });
        // A sender's count is one, whoever received.
        Assert.All(result.Flows.GroupBy(f => f.From), of => Assert.Single(of.Select(f => f.Sent).Distinct()));
        Assert.InRange(result.MeasuredNs, 1, (long)Loads.Long.TotalNanoseconds / 2);
    }

    [Theory]
    [InlineData(LoadProfile.Pair, 0)] // a datagram in 112 s
    [InlineData(LoadProfile.Ring, 3600)] // the second byte after two minutes
    public async Task A_sender_with_minutes_between_what_it_sends_ends_when_it_is_told_to(LoadProfile profile, int ramp)
    {
        var options = new LoadOptions { Profile = profile, Duration = Loads.Long, BitsPerSecond = ramp > 0 ? 4 : 100, Ramp = TimeSpan.FromSeconds(ramp) };
        LoadResult result = await InterruptedAsync(options);
        Assert.False(result.Completed);
    }

    [Fact]
    public async Task What_a_thread_throws_ends_the_load_and_nothing_else()
    {
        int calls = 0;
        void Break()
        {
            if (++calls == 50) throw new InvalidOperationException("the receiver is broken");
        }

        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3), new LoadHooks { BeforeReceive = Break });
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = Loads.Long };
        Task<LoadResult> load = new LoadRun(loads.Stage("test"), options).RunAsync(null, TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<LoadFailedException>(() => load.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken));
        Assert.Equal("the receiver of m02 failed: the receiver is broken", failure.Message);
    }

    [Fact]
    public async Task A_fabric_that_refuses_streams_fails_the_load_which_was_asked_for_rightly()
    {
        await using Fabric fabric = await BuildAsync();
        Loads.Ends(fabric)["m02"].Namespace.Run(() => Tool.Run("nft", ["table ip load { chain c { type filter hook input priority 0; tcp dport 2233 reject with tcp reset; }; }"]));
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        Task<LoadResult> load = new LoadRun(loads.Stage("test"), new LoadOptions { Profile = LoadProfile.Ring, Duration = Short }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.StartsWith("m01 cannot connect to m02 on TCP 2233: ", (await Assert.ThrowsAsync<LoadFailedException>(() => load)).Message);
    }

    [Fact]
    public async Task A_receiver_that_stands_still_for_200_ms_shows_in_the_longest_delay()
    {
        int calls = 0;
        await using Fabric fabric = await BuildAsync();
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = Gentle };
        void Hold()
        {
            if (++calls == 50) Thread.Sleep(200);
        }

        using var loads = Loads.On(fabric, LabSpec.Create(3), new LoadHooks { BeforeReceive = Hold });
        FlowResult flow = Assert.Single((await new LoadRun(loads.Stage("test"), options).RunAsync(null, default)).Flows);
        Assert.True(calls > 50);
        Assert.Equal((0, flow.Delivered), (flow.Lost, flow.Delay!.Count));
        // How much longer is the machine's affair; the rest of the time nobody holds it up.
        Assert.InRange(flow.Delay.Max, 180_000_000, 20_000_000_000);
        Assert.InRange(flow.Delay.P50, 1, 180_000_000);
    }

    // How it goes within a second is the pacer's, which is tested by a clock that stands still when it is told to.
    [Fact]
    public async Task At_no_time_more_than_a_hundredth_above_the_rate_has_been_sent()
    {
        const long rate = 50_000_000;
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = 3 * Short, BitsPerSecond = rate });
        Assert.NotEmpty(result.Intervals);
        long sent = 0;
        foreach (LoadInterval interval in result.Intervals)
        {
            sent += interval.SentBytes;
            Assert.InRange(8 * sent, 1, 1.01 * rate * interval.EndNs / 1e9);
        }

        Assert.InRange(8 * Assert.Single(result.Flows).SentBytes, 8 * sent, 1.01 * rate * 3);
    }

    [Theory]
    [InlineData(LoadProfile.Ring, 0)]
    [InlineData(LoadProfile.Mesh, 0)]
    [InlineData(LoadProfile.Incast, 20_000_000)]
    public async Task Every_byte_of_a_stream_arrives(LoadProfile profile, long rate)
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = profile, Duration = Short, BitsPerSecond = rate, Parallel = 2 });
        Assert.All(result.Flows, f =>
        {
            Assert.Equal("", f.Error);
            Assert.True(f.SentBytes > 0);
            Assert.Equal(f.SentBytes, f.DeliveredBytes);
        });
        // What a busy machine could not send in time it did not send.
        if (rate > 0) Assert.All(result.Flows, f => Assert.InRange(8 * f.SentBytes, 0.2 * rate, 1.01 * rate));
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(100, 30)]
    public async Task Each_of_many_groups_is_counted_for_itself(int groups, int blocked)
    {
        // The last groups do not leave the switch at the port of m02.
        string? rule = blocked == 0 ? null : $"ip daddr 239.255.42.{groups - blocked}-239.255.42.{groups - 1} drop";
        LoadResult result = await RunAsync(new LoadOptions { Groups = groups, Duration = 2 * Short, PacketsPerSecond = 500, Payload = 200 }, rule, match: "udp dport 23451");
        Assert.All(result.Flows, f => Assert.Equal(f.To == "m02" ? blocked : 0, f.SilentGroups));
        Assert.All(result.Flows, f => Assert.Equal(f.Sent, f.Delivered + f.Lost));
        Assert.Equal(0, result.Flows.Where(f => f.To != "m02").Sum(f => f.Lost));
        FlowResult held = result.Flows.Single(f => f.To == "m02");
        // By turns: what is lost differs from that by less than one turn through all of them.
        Assert.Equal(held.Sent * blocked / groups, held.Lost, tolerance: blocked);
    }

    [Fact]
    public async Task A_burst_ends_by_itself_and_the_longest_that_a_queue_holds_is_found()
    {
        foreach (bool offload in (bool[])[true, false])
        {
            LoadResult burst = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 0, BurstDatagrams = Burst, Offload = offload });
            Assert.Equal((Burst, Burst, 0, 0), (burst.Flows[0].Sent, burst.Flows[0].Delivered, burst.Flows[0].Duplicates, burst.Flows[0].Reordered));
        }

        // A port of 50 Mbit/s with room for 200 frames: what goes beyond them while the burst lasts is lost.
        await using Fabric fabric = await BuildAsync();
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "50mbit", "burst", "2k", "limit", $"{200 * 1442}"]));
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var asked = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, Offload = false };
        BackToBackResult found = await new BackToBackTrials(asked, 4000, repeats: 1, (options, cancel) => new LoadRun(loads.Stage("test"), options).RunAsync(null, cancel)).RunAsync(null, TestContext.Current.CancellationToken);
        // A sender that is held up in mid-burst leaves the queue time to empty: the more, the longer.
        Assert.InRange(found.Datagrams, 150, 2000);
    }

    [Fact]
    public async Task With_a_rate_round_trips_count_from_when_they_were_due()
    {
        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var run = new RoundTripRun(loads.Stage("test"), new LoadOptions { Duration = Short, PacketsPerSecond = 500 });
        RoundTripResult paced = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.Equal(500, paced.Sent + paced.Forgone);
        Assert.Equal(paced.Sent - paced.Lost, Answered(paced));
        // A port that passes a question each 50 ms; what comes due meanwhile waits: twenty are asked, each later than the one before.
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "17kbit", "burst", "200", "limit", "20000"]));
        RoundTripResult slow = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        // From when they were asked each takes some 50 ms.
        Assert.InRange(slow.RoundTrip!.P50, 100_000_000, 20_000_000_000);
        Assert.Equal(500, slow.Sent + slow.Forgone);
        Assert.InRange(slow.Sent, 2, 25);
    }

    [Fact]
    public async Task Under_load_a_queue_shows_in_the_round_trip()
    {
        await using Fabric fabric = await BuildAsync();
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "20mbit", "burst", "5k", "latency", "30ms"]));
        var options = new LoadOptions { Profile = LoadProfile.Multicast, Duration = 2 * Short, BitsPerSecond = 32_000_000 };
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        LatencyResult result = await new LatencyUnderLoad(loads.Stage("test"), options, 64).RunAsync(null, default);
        Assert.Equal(result.Idle.Sent - result.Idle.Lost, Answered(result.Idle));
        // The queue's 30 ms are there only under load.
        Assert.InRange(result.Loaded.RoundTrip!.P50, 10_000_000, 20_000_000_000);
        Assert.InRange(result.Idle.RoundTrip!.P50, 1, result.Loaded.RoundTrip.P50 / 2);
        Assert.Contains(result.Load.Flows, f => f.Lost > 0);
    }

    [Fact]
    public async Task What_is_sent_bears_the_code_point_that_was_asked_for()
    {
        // All that does not is thrown away.
        LoadResult good = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Dscp = 34, BitsPerSecond = Gentle }, "ip dscp != 34 drop");
        Assert.Equal((0, true), (good.Flows[0].Lost, good.Flows[0].Sent > 0));
        LoadResult other = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Dscp = 33, BitsPerSecond = Gentle }, "ip dscp != 34 drop");
        Assert.Equal(0, other.Flows[0].Delivered);
    }

    [Fact]
    public async Task A_round_trip_is_measured_and_a_deaf_end_is_told()
    {
        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var run = new RoundTripRun(loads.Stage("test"), new LoadOptions { Duration = Short / 2 });
        RoundTripResult good = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.Equal(good.Sent - good.Lost, Answered(good));
        Apply(fabric, "drop");
        RoundTripResult deaf = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.Equal((null, deaf.Sent), (deaf.RoundTrip, deaf.Lost));
    }

    [Fact]
    public async Task An_end_of_the_lab_is_known_to_be_virtual()
    {
        await using Fabric fabric = await BuildAsync();
        Net.Probing.ProbeSource end = Loads.Ends(fabric)["m01"];
        Assert.Equal(("veth", ""), end.Namespace.Run(() => (InterfaceKind.Of(end.Interface), InterfaceKind.Of("lo"))));
    }

    // Some are: an answer that comes after 100 ms, as on a machine that has other things to do, counts as none.
    private static long Answered(RoundTripResult trips)
    {
        Assert.NotNull(trips.RoundTrip);
        Assert.InRange(trips.RoundTrip.Count, 1, trips.Sent);
        return trips.RoundTrip.Count;
    }

    // Interrupted while it is under way, however long it took to begin: at the end of the first interval, or where a ramp comes before that, half a second after the word to begin.
    private static async Task<LoadResult> InterruptedAsync(LoadOptions options)
    {
        using var interruption = new CancellationTokenSource();
        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        LoadStage stage = Loads.Watched(loads.Stage("test"), out Task begun);
        Task<LoadResult> load = new LoadRun(stage, options).RunAsync(Loads.AtFirstInterval(interruption.Cancel), interruption.Token);
        if (options.Ramp > TimeSpan.Zero)
        {
            await begun.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
            interruption.CancelAfter(Short / 2);
        }

        return await load.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<LoadResult> RunAsync(LoadOptions options, string? rule = null, string family = "bridge", string match = "udp dport 12321")
    {
        await using Fabric fabric = await BuildAsync();
        if (rule is not null) Apply(fabric, rule, family, match);
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        return await new LoadRun(loads.Stage("test"), options).RunAsync(null, default);
    }

    private static async Task<Fabric> BuildAsync()
    {
        Fabric fabric = await Fabric.BuildAsync(LabSpec.Create(3), new FabricOptions(), TestContext.Current.CancellationToken);
        await fabric.WaitReadyAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        return fabric;
    }

    // What m01 sends to m02, of the load alone: as the switch takes it in, or as it forwards it.
    private static void Apply(Fabric fabric, string rule, string family = "bridge", string match = "udp dport 12321")
    {
        (string from, string to) = (fabric.Plan.Port("m01"), fabric.Plan.Port("m02"));
        string hook = family == "bridge" ? "type filter hook forward priority 0" : $"type filter hook ingress device \"{from}\" priority 0";
        string at = family == "bridge" ? $"oifname \"{to}\" " : "";
        fabric.SwitchNamespace.Run(() => Tool.Run("nft", [$"table {family} load {{ chain c {{ {hook}; {at}{match} {rule.Replace("{port}", to)}; }}; }}"]));
    }
}
