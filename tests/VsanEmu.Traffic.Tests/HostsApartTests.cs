using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Tools;
using VsanEmu.Traffic.Shares;
using VsanEmu.Traffic.Vm;

namespace VsanEmu.Traffic.Tests;

/// <summary>Loads of hosts that share nothing but the fabric: each counts its own part, and goes by a clock of its own.</summary>
public sealed class HostsApartTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromMilliseconds(50);

    private readonly ClusterSpec _cluster = LabSpec.Create(3);
    private TimeSpan _rest = TimeSpan.Zero;
    private Fabric _fabric = null!;
    private LocalLoads[] _hosts = [];

    public async ValueTask InitializeAsync()
    {
        _fabric = await Fabric.BuildAsync(_cluster, new FabricOptions(), TestContext.Current.CancellationToken);
        await _fabric.WaitReadyAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        _hosts = Loads.Apart(_fabric, _cluster, Ahead, new LoadHooks { BeforeReceive = () => Thread.Sleep(_rest) });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LocalLoads host in _hosts) host.Dispose();
        await _fabric.DisposeAsync();
    }

    [Fact]
    public async Task Clocks_that_are_apart_are_compared_over_the_fabric_and_delays_are_told_by_what_was_found()
    {
        LoadStage stage = await ComparedAsync(_hosts);
        ClockComparison before = stage.Clocks!.Latest;
        Assert.Equal([("m02", "m01"), ("m03", "m01")], before.Offsets.Select(o => (o.Member, o.Than)));
        Assert.InRange(before.ErrorNs, 1, (long)Ahead.TotalNanoseconds / 2);
        for (int i = 1; i < 3; i++)
            Assert.InRange(stage.Clocks.AheadNs(_hosts[i].Name), (i * Ahead.TotalNanoseconds) - before.ErrorNs, (i * Ahead.TotalNanoseconds) + before.ErrorNs);

        // Receivers that look every 8 ms, where a datagram comes every 2: half of that is the delay, and nobody's clock adds to it or takes of it.
        _rest = TimeSpan.FromMilliseconds(8);
        LoadResult result = await new LoadRun(stage, new LoadOptions { Duration = 2 * Short, BitsPerSecond = Loads.Gentle }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(before.Offsets, result.Clocks);
        Assert.NotSame(before, stage.Clocks.Latest);
        Assert.InRange(result.ClockErrorNs, before.ErrorUntil(stage.Clocks.Latest, stage.NowNs()), (long)Ahead.TotalNanoseconds);
        Assert.All(result.Flows, f => Assert.InRange(f.Delay!.P50, 1_000_000, (long)Ahead.TotalNanoseconds * 3 / 4));
    }

    [Fact]
    public async Task Clocks_that_drift_during_a_load_leave_no_delay_that_they_may_have_made()
    {
        // From one comparison to the next this host's clock gains 40 ms: far more than the way takes, and no measuring error.
        const long gain = 40_000_000;
        ILoadHost[] hosts = [_hosts[0], new Drifting(_hosts[1], gain), _hosts[2]];
        LoadStage stage = await ComparedAsync(hosts);
        LoadResult result = await new LoadRun(stage, new LoadOptions { Duration = Short }).RunAsync(null, TestContext.Current.CancellationToken);
        // Three comparisons at most, and how long their questions took.
        Assert.InRange(result.ClockErrorNs, gain / 2, 25 * gain);
        Assert.Equal((null, null), (result.Delay, result.Flows[0].Delay));
    }

    [Fact]
    public async Task Where_questions_get_no_answer_what_was_known_stays_and_an_allowance_is_made_for_drift()
    {
        _fabric.SwitchNamespace.Run(() => Tool.Run("nft", ["table bridge load { chain c { type filter hook forward priority 0; udp dport 12321 drop; }; }"]));
        var stage = Loads.Stage(_cluster, _hosts) with { Clocks = new HostClocks(Places, Known) };
        Assert.Null(await stage.Clocks.CompareAsync(stage, TestContext.Current.CancellationToken));
        Assert.Same(Known, stage.Clocks.Latest);
        LoadResult result = await new LoadRun(stage, new LoadOptions { Duration = Short }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.InRange(result.ClockErrorNs, Known.ErrorNs + (Short.TotalNanoseconds * ClockComparison.DriftPpm / 1e6), Ahead.TotalNanoseconds / 2);
        // The clocks are further apart, and nobody knows until something comes before it was sent.
        result = await new LoadRun(stage, new LoadOptions { Profile = LoadProfile.MulticastAll, Duration = Short }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.InRange(result.ClockErrorNs, Ahead.TotalNanoseconds, (3 * Ahead).TotalNanoseconds);
    }

    [Theory]
    [InlineData(LoadProfile.MulticastAll, LoadTransport.Udp)]
    [InlineData(LoadProfile.Mesh, LoadTransport.Tcp)]
    public async Task What_one_host_sends_the_others_count(LoadProfile profile, LoadTransport transport)
    {
        LoadStage stage = await ComparedAsync();
        var options = new LoadOptions { Profile = profile, Transport = transport, Duration = Short, WarmUp = 2 * Short, BitsPerSecond = Loads.Gentle };
        LoadResult result = await new LoadRun(stage, options).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(6, result.Flows.Count);
        Assert.All(result.Flows, f =>
        {
            Assert.Equal(("", 0L), (f.Error, f.Lost));
            Assert.True(f.SentBytes > 0);
            // A byte stream's sender and receiver each see the warm-up end when they look; one that counts it as measured has three times as much.
            if (transport == LoadTransport.Tcp) Assert.InRange(f.DeliveredBytes, 0.5 * f.SentBytes, 2 * f.SentBytes);
            else Assert.Equal(f.SentBytes, f.DeliveredBytes);
        });
    }

    [Fact]
    public async Task Live_figures_name_the_loss_that_receivers_see_and_say_nothing_of_what_no_receiver_hears()
    {
        LoadStage stage = await ComparedAsync();
        LoadInterval[] lossy = await IntervalsAsync("numgen inc mod 4 == 0 drop");
        Assert.All(lossy, i => Assert.InRange(1 - ((double)i.Delivered / i.Expected), 0.2, 0.3));
        LoadInterval[] silent = await IntervalsAsync("drop");
        Assert.All(silent, i => Assert.Equal((0, 0), (i.Delivered, i.Expected)));

        async Task<LoadInterval[]> IntervalsAsync(string rule)
        {
            _fabric.SwitchNamespace.Run(() => Tool.Run("nft", [$"table bridge load; delete table bridge load; table bridge load {{ chain c {{ type filter hook forward priority 0; udp dport 12321 {rule}; }}; }}"]));
            var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = Loads.Gentle, Offload = false };
            LoadResult result = await new LoadRun(stage, options).RunAsync(null, TestContext.Current.CancellationToken);
            Assert.NotEmpty(result.Intervals);
            return [.. result.Intervals];
        }
    }

    [Fact]
    public async Task VMs_read_and_write_at_other_hosts()
    {
        LoadStage stage = await ComparedAsync();
        VmLoadResult result = await new VmLoadRun(stage, new LoadOptions { Duration = Short }, new VmOptions { OperationsPerSecond = 400 }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(["m01", "m02", "m03"], result.Vms.Select(v => v.Host));
        Assert.All(result.Vms, v =>
        {
            Assert.Equal(("", 400), (v.Error, v.Begun + v.Forgone));
            Assert.InRange(v.Reads + v.Writes, 1, v.Begun - v.Unfinished);
        });
        Assert.Equal((result.Vms.Sum(v => v.Reads), result.Vms.Sum(v => v.Writes)), (result.ReadLatency!.Count, result.WriteLatency!.Count));
    }

    [Fact]
    public async Task A_round_trip_takes_no_clock_but_its_own()
    {
        RoundTripResult result = await new RoundTripRun(Loads.Stage(_cluster, _hosts), new LoadOptions { Duration = Short, PacketsPerSecond = 100 }).RunAsync("m02", "m03", 64, TestContext.Current.CancellationToken);
        Assert.Equal((100L, result.Sent - result.Lost), (result.Sent + result.Forgone, result.RoundTrip!.Count));
        Assert.InRange(result.RoundTrip.Min, 1, (long)Ahead.TotalNanoseconds / 2);
    }

    [Fact]
    public async Task A_host_refuses_a_third_load_and_one_that_it_does_not_know()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var work = new LoadWork.Flows(new LoadOptions { Duration = Short });
        await _hosts[0].OpenAsync(work, 2, 0, cancellation);
        await _hosts[0].OpenAsync(new LoadWork.RoundTrips(work.Options, ["m01"], "m02", 64), 4, 0, cancellation);
        Assert.Contains("no more than 2", (await Assert.ThrowsAsync<LoadFailedException>(() => _hosts[0].OpenAsync(work, 6, 0, cancellation))).Message);
        Assert.Contains("no load 8", (await Assert.ThrowsAsync<LoadFailedException>(() => _hosts[0].CountAsync(8, cancellation))).Message);
    }

    [Fact]
    public async Task A_host_refuses_what_cannot_be_and_says_what_is_allowed()
    {
        var work = new LoadWork.RoundTrips(new LoadOptions { Duration = Short }, ["m01"], "m02", 8);
        string said = (await Assert.ThrowsAsync<LoadException>(() => _hosts[0].OpenAsync(work, 2, 0, TestContext.Current.CancellationToken))).Message;
        Assert.Equal("this load cannot be: payload 8: allowed are 32 to 8972", said);
    }

    private static Dictionary<string, string> Places => Enumerable.Range(1, 3).ToDictionary(i => $"m0{i}", i => $"host of m0{i}");

    private static readonly ClockComparison Known = new(0, [new("m01", "the controller", 0, 7), new("m02", "the controller", 0, 9)], "nothing");

    private Task<LoadStage> ComparedAsync() => ComparedAsync(_hosts);

    private async Task<LoadStage> ComparedAsync(ILoadHost[] hosts)
    {
        LoadStage stage = new(_cluster, hosts, _hosts[0].Stage("test").NowNs, "test") { Clocks = new HostClocks(Places, Known) };
        Assert.NotNull(await stage.Clocks.CompareAsync(stage, TestContext.Current.CancellationToken));
        return stage;
    }

    // Its clock is further ahead each time that it is asked for the time.
    private sealed class Drifting(ILoadHost host, long gainNs) : ILoadHost
    {
        private long _gained;

        public string Name => host.Name;

        public Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation)
        {
            if (work is LoadWork.RoundTrips) _gained -= gainNs;
            return host.OpenAsync(work, run, aheadNs + _gained, cancellation);
        }

        public Task ConnectAsync(uint run, CancellationToken cancellation) => host.ConnectAsync(run, cancellation);

        public Task BeginAsync(uint run, long atNs, CancellationToken cancellation) => host.BeginAsync(run, atNs, cancellation);

        public Task<PartCounts> CountAsync(uint run, CancellationToken cancellation) => host.CountAsync(run, cancellation);

        public Task StopAsync(uint run, CancellationToken cancellation) => host.StopAsync(run, cancellation);

        public Task<LoadPart> EndAsync(uint run, CancellationToken cancellation) => host.EndAsync(run, cancellation);
    }
}
