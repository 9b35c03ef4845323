using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Tools;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic.Tests;

/// <summary>Loads on the lab's switch, with rules in it that lose, double or delay what passes: the figures are right, to the datagram.</summary>
public sealed class LoadRunTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(LoadProfile.Multicast, true)]
    [InlineData(LoadProfile.Multicast, false)]
    [InlineData(LoadProfile.MulticastAll, true)]
    [InlineData(LoadProfile.Mixed, true)]
    public async Task On_a_good_fabric_all_that_is_sent_is_delivered_once(LoadProfile profile, bool offload)
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = profile, Duration = Short, Transport = LoadTransport.Udp, Offload = offload });
        Assert.True(result.Completed);
        Assert.All(result.Flows, f =>
        {
            Assert.True(f.Sent > 100);
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
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Payload = 4000 });
        Assert.False(result.Means.SegmentsByKernel);
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal(("", flow.Sent), (flow.Error, flow.Delivered));
        Assert.True(flow.Sent > 100);
    }

    [Fact]
    public async Task Without_a_rate_a_sender_does_not_overrun_its_own_receivers()
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Multicast, Duration = Short, BitsPerSecond = 0, WarmUp = Short / 4 });
        Assert.All(result.Flows, f => Assert.Equal(0, f.Lost));
        Assert.True(result.Total.BitsPerSecond > LoadOptions.DefaultTotalRate);
    }

    [Fact]
    public async Task A_known_loss_is_measured_within_its_binomial_interval()
    {
        const double rate = 0.05, deviates = 3.89; // 99.99 %
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = 50_000_000, Offload = false }, "numgen random mod 20 == 0 drop");
        FlowResult flow = Assert.Single(result.Flows);
        double margin = deviates * Math.Sqrt(flow.Sent * rate * (1 - rate));
        Assert.InRange(flow.Lost, (flow.Sent * rate) - margin, (flow.Sent * rate) + margin);
        Assert.Equal(flow.Sent, flow.Delivered + flow.Lost);
    }

    [Fact]
    public async Task What_the_fabric_doubles_is_counted_exactly()
    {
        // A copy of every tenth frame goes to the receiver's port past the bridge.
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 10_000_000, Offload = false }, "numgen inc mod 10 == 0 dup to \"{port}\"", "netdev");
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal((flow.Sent, flow.Sent), (flow.Delivered, flow.Delivered));
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
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 20_000_000, Offload = offload };
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

        Assert.Equal((flow.Sent, late, 3, 0), (flow.Delivered, flow.Reordered, flow.LongestExtent, flow.Duplicates));
        Assert.True(late > 100);
    }

    [Fact]
    public async Task Interrupted_it_ends_within_a_second_and_its_figures_add_up()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.CancelAfter(TimeSpan.FromSeconds(1.5));
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.MulticastAll, Duration = TimeSpan.FromMinutes(5), BitsPerSecond = 0 }, cancellation: cancellation.Token);
        Assert.False(result.Completed);
        Assert.All(result.Flows, f => Assert.Equal(f.Sent, f.Delivered + f.Lost));
        Assert.Equal(0, result.Flows.Sum(f => f.Lost));
        Assert.True(result.MeasuredNs < 10_000_000_000);
    }

    [Theory]
    [InlineData(LoadProfile.Pair, 0)] // a datagram in 112 s
    [InlineData(LoadProfile.Ring, 3600)] // the second byte after two minutes
    public async Task A_sender_with_minutes_between_what_it_sends_ends_when_it_is_told_to(LoadProfile profile, int ramp)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.CancelAfter(TimeSpan.FromSeconds(1.5));
        var options = new LoadOptions { Profile = profile, Duration = TimeSpan.FromMinutes(5), BitsPerSecond = ramp > 0 ? 4 : 100, Ramp = TimeSpan.FromSeconds(ramp) };
        LoadResult result = await RunAsync(options, cancellation: cancellation.Token).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
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
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = TimeSpan.FromMinutes(5) };
        Task<LoadResult> load = new LoadRun(loads.Stage("test"), options).RunAsync(null, TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<LoadFailedException>(() => load.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
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
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = 20_000_000 };
        void Hold()
        {
            if (++calls == 500) Thread.Sleep(200);
        }

        using var loads = Loads.On(fabric, LabSpec.Create(3), new LoadHooks { BeforeReceive = Hold });
        FlowResult flow = Assert.Single((await new LoadRun(loads.Stage("test"), options).RunAsync(null, default)).Flows);
        Assert.True(calls > 500);
        Assert.Equal((0, flow.Delivered), (flow.Lost, flow.Delay!.Count));
        Assert.InRange(flow.Delay.Max, 195_000_000, 400_000_000);
        Assert.InRange(flow.Delay.P50, 1, 50_000_000);
    }

    [Fact]
    public async Task No_second_holds_more_than_a_hundredth_above_the_rate()
    {
        const long rate = 50_000_000;
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = 3 * Short, BitsPerSecond = rate });
        Assert.Equal(3, result.Intervals.Count);
        Assert.All(result.Intervals, i => Assert.InRange(8 * i.SentBytes / i.Seconds, 0, 1.01 * rate));
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
        if (rate > 0) Assert.All(result.Flows, f => Assert.InRange(8 * f.SentBytes, 0.9 * rate, 1.01 * rate));
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(100, 30)]
    public async Task Each_of_many_groups_is_counted_for_itself(int groups, int blocked)
    {
        // The last groups do not leave the switch at the port of m02.
        string? rule = blocked == 0 ? null : $"ip daddr 239.255.42.{groups - blocked}-239.255.42.{groups - 1} drop";
        LoadResult result = await RunAsync(new LoadOptions { Groups = groups, Duration = Short, PacketsPerSecond = 5000, Payload = 200 }, rule, match: "udp dport 23451");
        Assert.All(result.Flows, f => Assert.Equal(f.To == "m02" ? blocked : 0, f.SilentGroups));
        Assert.All(result.Flows, f => Assert.Equal(f.Sent, f.Delivered + f.Lost));
        Assert.Equal(0, result.Flows.Where(f => f.To != "m02").Sum(f => f.Lost));
        FlowResult held = result.Flows.Single(f => f.To == "m02");
        Assert.Equal(held.Sent * blocked / groups, held.Lost, tolerance: groups);
    }

    [Fact]
    public async Task A_burst_ends_by_itself_and_the_longest_that_a_queue_holds_is_found()
    {
        LoadResult burst = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 0, BurstDatagrams = 1000 });
        Assert.Equal((1000, 1000), (burst.Flows[0].Sent, burst.Flows[0].Delivered));

        // A port of 50 Mbit/s with room for 200 frames: what goes beyond them while the burst lasts is lost.
        await using Fabric fabric = await BuildAsync();
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "50mbit", "burst", "2k", "limit", $"{200 * 1442}"]));
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var asked = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, Offload = false };
        BackToBackResult found = await new BackToBackTrials(asked, 4000, repeats: 1, (options, cancel) => new LoadRun(loads.Stage("test"), options).RunAsync(null, cancel)).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.InRange(found.Datagrams, 150, 1000);
    }

    [Fact]
    public async Task With_a_rate_round_trips_count_from_when_they_were_due()
    {
        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var run = new RoundTripRun(loads.Stage("test"), new LoadOptions { Duration = Short, PacketsPerSecond = 500 });
        RoundTripResult paced = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.Equal((500L, 0L), (paced.Sent + paced.Forgone, paced.Lost));
        Assert.Equal(paced.Sent, paced.RoundTrip!.Count);
        // A port that passes a question each 50 ms; what comes due meanwhile waits: twenty are asked, each later than the one before.
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "17kbit", "burst", "200", "limit", "20000"]));
        RoundTripResult slow = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.InRange(slow.RoundTrip!.P50, 200_000_000, 2_000_000_000);
        Assert.Equal(500, slow.Sent + slow.Forgone);
        Assert.InRange(slow.Sent, 5, 25);
    }

    [Fact]
    public async Task Under_load_a_queue_shows_in_the_round_trip()
    {
        await using Fabric fabric = await BuildAsync();
        fabric.SwitchNamespace.Run(() => Tool.Run("tc", ["qdisc", "add", "dev", fabric.Plan.Port("m02"), "root", "tbf", "rate", "50mbit", "burst", "5k", "latency", "30ms"]));
        var options = new LoadOptions { Profile = LoadProfile.Multicast, Duration = Short, BitsPerSecond = 60_000_000 };
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        LatencyResult result = await new LatencyUnderLoad(loads.Stage("test"), options, 64).RunAsync(null, default);
        Assert.Equal((0, result.Idle.Sent), (result.Idle.Lost, result.Idle.RoundTrip!.Count));
        // The queue's 30 ms are there only under load.
        Assert.InRange(result.Idle.RoundTrip.P50, 1, 10_000_000);
        Assert.InRange(result.Loaded.RoundTrip!.P50, 10_000_000, 200_000_000);
        Assert.Contains(result.Load.Flows, f => f.Lost > 0);
    }

    [Fact]
    public async Task What_is_sent_bears_the_code_point_that_was_asked_for()
    {
        // All that does not is thrown away.
        LoadResult good = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Dscp = 34 }, "ip dscp != 34 drop");
        Assert.Equal((0, true), (good.Flows[0].Lost, good.Flows[0].Sent > 0));
        LoadResult other = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Dscp = 33 }, "ip dscp != 34 drop");
        Assert.Equal(0, other.Flows[0].Delivered);
    }

    [Fact]
    public async Task A_round_trip_is_measured_and_a_deaf_end_is_told()
    {
        await using Fabric fabric = await BuildAsync();
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        var run = new RoundTripRun(loads.Stage("test"), new LoadOptions { Duration = Short / 2 });
        RoundTripResult good = await run.RunAsync("m01", "m02", 64, TestContext.Current.CancellationToken);
        Assert.Equal((0, good.Sent), (good.Lost, good.RoundTrip!.Count));
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

    private static async Task<LoadResult> RunAsync(LoadOptions options, string? rule = null, string family = "bridge", string match = "udp dport 12321", CancellationToken cancellation = default)
    {
        await using Fabric fabric = await BuildAsync();
        if (rule is not null) Apply(fabric, rule, family, match);
        using var loads = Loads.On(fabric, LabSpec.Create(3));
        return await new LoadRun(loads.Stage("test"), options).RunAsync(null, cancellation);
    }

    private static async Task<Fabric> BuildAsync()
    {
        Fabric fabric = await Fabric.BuildAsync(LabSpec.Create(3), new FabricOptions(), TestContext.Current.CancellationToken);
        await fabric.WaitReadyAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
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
