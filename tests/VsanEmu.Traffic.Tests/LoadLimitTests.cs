using System.Net.Sockets;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Traffic.Shares;
using VsanEmu.Traffic.Vm;

namespace VsanEmu.Traffic.Tests;

/// <summary>Loads on fabrics that lose, and with ends that do: what fails, who is named, and what interfaces do to datagrams.</summary>
public sealed class LoadLimitTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.5);

    private readonly ClusterSpec _cluster = LabSpec.Create(3);
    private Fabric _fabric = null!;
    private LocalLoads _loads = null!;

    public async ValueTask InitializeAsync()
    {
        _fabric = await Fabric.BuildAsync(_cluster, new FabricOptions(), TestContext.Current.CancellationToken);
        await _fabric.WaitReadyAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        _loads = Loads.On(_fabric, _cluster);
    }

    public async ValueTask DisposeAsync()
    {
        _loads.Dispose();
        await _fabric.DisposeAsync();
    }

    [Fact]
    public async Task Where_nothing_comes_through_every_load_fails_by_the_fabric()
    {
        Forward("udp dport { 12321, 23451 } drop");
        foreach ((LoadProfile profile, double? rate) in ((LoadProfile, double?)[])[(LoadProfile.Multicast, null), (LoadProfile.Pair, 0), (LoadProfile.Ring, 5e6), (LoadProfile.Mesh, null)])
        {
            LoadResult result = await RunAsync(new LoadOptions { Profile = profile, Transport = LoadTransport.Udp, Duration = Short, BitsPerSecond = rate });
            Assert.True((CheckOutcome.Fail, LoadLimit.Fabric, "") == (result.Verdict.Outcome, result.Verdict.Limit, result.GeneratorLimit), $"{profile}: {result.Verdict.Limit} {result.Verdict.Note}");
        }
    }

    [Fact]
    public async Task One_receiver_of_a_group_that_got_nothing_fails_the_load_and_is_named()
    {
        Forward($"oifname \"{_fabric.Plan.Port("m03")}\" udp dport 23451 drop");
        LoadResult result = await RunAsync(new LoadOptions { Duration = Short, BitsPerSecond = 2e6 });
        Assert.Equal(CheckOutcome.Fail, result.Verdict.Outcome);
        Assert.Contains(result.Verdict.Reasons, r => r.StartsWith("m03 got nothing of what m01 sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_an_MTU_that_is_smaller_than_it_seems_streams_and_VMs_fail_by_the_fabric()
    {
        Forward("tcp dport 2233 meta length > 1000 drop");
        foreach (LoadProfile profile in (LoadProfile[])[LoadProfile.Ring, LoadProfile.Pair])
        {
            LoadResult result = await RunAsync(new LoadOptions { Profile = profile, Transport = LoadTransport.Tcp, Duration = Short });
            Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (result.Verdict.Outcome, result.Verdict.Limit));
            Assert.Contains("packets of that length do not come through", result.Verdict.Note);
        }

        VmLoadResult vms = await new VmLoadRun(_loads.Stage("test"), new LoadOptions { Duration = Short }, new VmOptions { ReadShare = 0 }).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (vms.Verdict.Outcome, vms.Verdict.Limit));
        Assert.DoesNotContain("queue", vms.Verdict.Note);
    }

    [Fact]
    public async Task A_host_that_throws_away_what_comes_to_it_is_the_limit_and_one_that_lets_nothing_out()
    {
        Loads.Ends(_fabric)["m02"].Namespace.Run(() => Tool.Run("nft", ["table ip load { chain c { type filter hook input priority 0; udp dport 12321 drop; }; }"]));
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 5e6 };
        LoadResult deaf = await RunAsync(options);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Receiver), (deaf.Verdict.Outcome, deaf.Verdict.Limit));
        Loads.Ends(_fabric)["m01"].Namespace.Run(() => Tool.Run("nft", ["table ip load { chain c { type filter hook output priority 0; udp dport 12321 drop; }; }"]));
        LoadResult mute = await RunAsync(options);
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (mute.Verdict.Outcome, mute.Verdict.Limit));
        Assert.Contains("were refused by this host's own firewall", mute.Verdict.Note);
        LoadResult haste = await RunAsync(options with { BitsPerSecond = 0 });
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (haste.Verdict.Outcome, haste.Verdict.Limit));
    }

    [Fact]
    public async Task What_its_own_firewall_refuses_now_and_then_is_counted_and_the_sender_goes_on()
    {
        Own("m01", "table ip load { chain c { type filter hook output priority 0; udp dport 12321 numgen inc mod 4 == 0 drop; }; }");
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = Loads.Gentle, Offload = false });
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal((0, flow.Sent, ""), (flow.Lost, flow.Delivered, flow.Error));
        // One that is refused behind others in a call is tried again at once, and let out.
        Assert.InRange((double)flow.Refused / (flow.Sent + flow.Refused), 0.05, 0.27);
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (result.Verdict.Outcome, result.Verdict.Limit));
        NoDropResult search = await new NoDropTrials(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = Loads.Gentle }, new NoDropOptions(0.1, 0, 1), (options, _) => RunAsync(options)).RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal((CheckOutcome.Inconclusive, 1), (search.Verdict.Outcome, search.Trials.Count));
    }

    [Fact]
    public async Task A_part_that_the_receivers_or_the_senders_own_host_throws_away_is_not_the_fabrics_loss()
    {
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 2 * Short, BitsPerSecond = Loads.Gentle };
        Own("m02", "table ip load { chain c { type filter hook input priority 0; udp dport 12321 numgen inc mod 2 == 0 drop; }; }");
        LoadResult deaf = await RunAsync(options);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Receiver), (deaf.Verdict.Outcome, deaf.Verdict.Limit));
        Assert.Contains("its own host throws them away", deaf.Verdict.Note);
        Own("m02", "delete table ip load");
        Forward("udp dport 12321 numgen inc mod 2 == 0 drop");
        LoadResult lossy = await RunAsync(options with { WarmUp = 2 * Short });
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (lossy.Verdict.Outcome, lossy.Verdict.Limit));
    }

    [Theory]
    [InlineData(LoadProfile.Ring, LoadTransport.Tcp, 0.0)]
    [InlineData(LoadProfile.Ring, LoadTransport.Tcp, 5e6)]
    [InlineData(LoadProfile.Ring, LoadTransport.Udp, 0.0)]
    [InlineData(LoadProfile.Multicast, LoadTransport.Udp, 0.0)]
    public async Task A_direction_that_dies_in_the_middle_fails_the_load_by_name(LoadProfile profile, LoadTransport transport, double rate)
    {
        (string from, string port) = profile == LoadProfile.Multicast ? ("m01", _fabric.Plan.Port("m03")) : ("m02", _fabric.Plan.Port("m03"));
        var options = new LoadOptions { Profile = profile, Transport = transport, Duration = 5 * Short, BitsPerSecond = rate, Interval = Short };
        LoadResult result = await new LoadRun(_loads.Stage("test"), options).RunAsync(Loads.AtFirstInterval(() => Forward($"oifname \"{port}\" ip protocol {{ tcp, udp }} drop")), TestContext.Current.CancellationToken);
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (result.Verdict.Outcome, result.Verdict.Limit));
        Assert.Contains(result.Verdict.Reasons, r => r.StartsWith($"{from} to m03 stopped at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Streams_that_loss_keeps_from_their_rate_fail_and_streams_of_single_bytes_are_their_senders_limit()
    {
        LoadResult bytes = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Transport = LoadTransport.Tcp, Payload = 1, Duration = Short });
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (bytes.Verdict.Outcome, bytes.Verdict.Limit));
        // What a sender that gets little time hands over in one would be lost, or not, as one.
        foreach (FabricEnd end in _fabric.Ends) end.Namespace.Run(() => Tool.Run("ip", ["link", "set", "dev", end.Interface, "gso_max_segs", "1"]));
        Forward("tcp dport 2233 meta length > 200 numgen random mod 2 == 0 drop");
        LoadResult lossy = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Transport = LoadTransport.Tcp, Duration = 4 * Short, BitsPerSecond = 50e6 });
        Assert.Equal((CheckOutcome.Fail, LoadLimit.Fabric), (lossy.Verdict.Outcome, lossy.Verdict.Limit));
    }

    [Fact]
    public async Task A_congestion_control_that_the_kernel_does_not_have_is_refused_with_those_that_it_has()
    {
        var options = new LoadOptions { Profile = LoadProfile.Ring, Duration = Short, Congestion = "nope" };
        Assert.Matches("^--congestion nope: this kernel has .*reno", (await Assert.ThrowsAsync<LoadException>(() => RunAsync(options))).Message);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_told_and_the_load_does_not_pass()
    {
        int calls = 0;
        using var loads = Loads.On(_fabric, _cluster, new LoadHooks
        {
            BeforeReceive = () =>
            {
                if (++calls == 5) throw new SocketException((int)SocketError.NetworkDown);
            },
        });
        LoadResult result = await new LoadRun(loads.Stage("test"), new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 5e6 }).RunAsync(null, default);
        Assert.NotEqual(CheckOutcome.Pass, result.Verdict.Outcome);
        Assert.Equal(LoadLimit.Receiver, result.Verdict.Limit);
        Assert.StartsWith("m02: the receiver on UDP 12321 failed: ", result.Verdict.Note);
    }

    [Fact]
    public async Task What_a_receivers_socket_has_no_room_for_is_counted_there_and_named()
    {
        int calls = 0;
        void Hold()
        {
            if (++calls == 1) Thread.Sleep(TimeSpan.FromSeconds(4));
        }

        using var loads = Loads.On(_fabric, _cluster, new LoadHooks { BeforeReceive = Hold });
        var options = new LoadOptions { Profile = LoadProfile.Pair, Duration = 20 * Short, BitsPerSecond = 0, BurstDatagrams = 60_000, Offload = false };
        LoadResult result = await new LoadRun(loads.Stage("test"), options).RunAsync(null, default);
        Assert.InRange(result.Flows[0].DroppedAtSocket, 1, result.Flows[0].Lost);
        // What had room was taken, however late.
        Assert.InRange(result.Flows[0].Delivered, 1000, 60_000);
        Assert.Contains("found no room in their receiver's socket", result.Verdict.Note);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    [InlineData(20_000_000)]
    public async Task A_stream_is_offered_its_rate_however_low_it_is(double rate)
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Transport = LoadTransport.Tcp, Duration = 2 * Short, BitsPerSecond = rate });
        FlowResult flow = Assert.Single(result.Flows);
        Assert.Equal((CheckOutcome.Pass, flow.SentBytes), (result.Verdict.Outcome, flow.DeliveredBytes));
        Assert.InRange(8 * flow.SentBytes / result.Total.Seconds, 0.5 * rate, 1.02 * rate);
    }

    [Theory]
    [InlineData(1472, 1)]
    [InlineData(1473, 2)]
    public async Task A_datagram_that_is_longer_than_the_interface_allows_is_told(int payload, int fragments)
    {
        LoadResult result = await RunAsync(new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, Payload = payload, BitsPerSecond = 5e6 });
        Assert.Equal((1500, fragments, CheckOutcome.Pass), (result.Means.Mtu, result.Means.Fragments, result.Verdict.Outcome));
    }

    [Fact]
    public async Task Whether_bursts_cross_uncut_is_asked_of_the_interface_and_seen_at_the_receiver()
    {
        var fast = new LoadOptions { Profile = LoadProfile.Pair, Duration = Short, BitsPerSecond = 0 };
        LoadResult whole = await RunAsync(fast);
        Assert.True(whole.Means is { CrossesUncut: true, Burst: > 1 }, $"{whole.Means}");
        _fabric.SwitchNamespace.Run(() => Tool.Run("ethtool", ["-K", _fabric.Plan.Port("m02"), "tx-udp-segmentation", "off"]));
        Assert.False((await RunAsync(fast)).Means.CrossesUncut);
        _fabric.SwitchNamespace.Run(() => Tool.Run("ethtool", ["-K", _fabric.Plan.Port("m02"), "tx-udp-segmentation", "on"]));
        Net.Probing.ProbeSource sender = Loads.Ends(_fabric)["m01"];
        sender.Namespace.Run(() => Tool.Run("ethtool", ["-K", sender.Interface, "tx-udp-segmentation", "off"]));
        Assert.False(SendingInterface.Of(new ShareSetup(_cluster, Loads.Ends(_fabric), 2, 0) { IsVirtual = _ => true }, "m01").Uncut);
        Assert.False((await RunAsync(fast)).Means.CrossesUncut);
    }

    private Task<LoadResult> RunAsync(LoadOptions options) => new LoadRun(_loads.Stage("test"), options).RunAsync(null, TestContext.Current.CancellationToken);

    private void Own(string member, string rules) => Loads.Ends(_fabric)[member].Namespace.Run(() => Tool.Run("nft", [rules]));

    private void Forward(string rule) =>
        _fabric.SwitchNamespace.Run(() => Tool.Run("nft", [$"table bridge load {{ chain c {{ type filter hook forward priority 0; {rule}; }}; }}"]));
}
