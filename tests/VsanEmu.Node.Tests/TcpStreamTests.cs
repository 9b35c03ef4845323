using System.Diagnostics;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Building;
using VsanEmu.Lab.Faults;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Trials;

namespace VsanEmu.Node.Tests;

/// <summary>P3 by TCP: a stream to a member's listener, and what both kernels and the captures say of it.</summary>
public sealed class TcpStreamTests
{
    private static readonly TcpStream Order = new("m01", "m02", 1000, 1200, TimeSpan.FromMilliseconds(0.5));

    [Fact]
    public async Task On_a_whole_fabric_every_segment_arrives_and_the_cluster_does_not_notice()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(3));
        await cluster.FormAsync();
        (TcpStreamObservation seen, IReadOnlyList<PortCapture> ports) = await SendAsync(cluster);
        Assert.Equal((true, 1000, 1000L, 250, ""), (seen.Opened, seen.Planned, seen.Delivered, seen.Returned, seen.Error));
        // A busy machine may send one again; it does not lose any.
        Assert.InRange(seen.Segments, 1000, 1100);
        Assert.Equal(seen.Retransmitted, seen.Needless);
        FlowSighting sent = Row(ports, "m01", PortDirection.Out), came = Row(ports, "m02", PortDirection.In);
        Assert.InRange(sent.Tcp!.Segments, 1000, 1200);
        Assert.Equal(sent.Tcp.Repeated, came.Tcp!.Repeated);
        Assert.All(cluster.Runners, r => Assert.Equal((3, true), (r.View.Members.Count, r.View.AtRest)));
        Assert.Equal(1, cluster[new(2)].Report().Node.Counters["measured_streams"]);
        Assert.All(cluster.Runners, r => Assert.Equal(1500, r.Report().Node.Settings.Mtu));
    }

    // Of 1,000 segments 20 are lost on average: fewer than 6 once in 15,000 times.
    [Fact]
    public async Task At_a_port_that_loses_2_percent_segments_are_sent_again_and_the_captures_say_so_too()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(3), new Loss(2, "m02"));
        await cluster.FormAsync();
        (TcpStreamObservation seen, IReadOnlyList<PortCapture> ports) = await SendAsync(cluster);
        Assert.Equal((true, 1000L), (seen.Opened, seen.Delivered));
        Assert.InRange(seen.Retransmitted - seen.Needless, 6, 200);
        Assert.True(seen.OutOfOrder > 0);
        Assert.InRange(Row(ports, "m01", PortDirection.Out).Tcp!.Repeated - Row(ports, "m02", PortDirection.In).Tcp!.Repeated, 6, 200);
        Assert.True(Row(ports, "m02", PortDirection.In).Tcp!.Late > 0);
    }

    // Small packets pass, large ones with the reliable port as their source do not.
    [Fact]
    public async Task Where_nothing_large_comes_back_from_the_reliable_port_it_is_seen()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(3), new LargeLost());
        await cluster.FormAsync();
        (TcpStreamObservation seen, _) = await SendAsync(cluster);
        Assert.Equal((true, -1L, 0, seen.Segments - seen.Retransmitted), (seen.Opened, seen.Delivered, seen.Returned, seen.Acknowledged));
        Assert.NotEqual("", seen.Error);
    }

    // What waits behind a lost segment is not sent in a packet longer than the others: those have P1.
    [Fact]
    public async Task Where_long_packets_are_lost_too_a_stream_of_shorter_ones_arrives()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(3), new Loss(2, "m02"), new LongLost());
        await cluster.FormAsync();
        (TcpStreamObservation seen, _) = await SendAsync(cluster);
        Assert.Equal((true, 1000L, 250, ""), (seen.Opened, seen.Delivered, seen.Returned, seen.Error));
        Assert.InRange(seen.Segments, 1000, 1400);
    }

    [Fact]
    public async Task Where_nobody_listens_it_says_why()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(2));
        await cluster.Add(new(1)).StartAsync(default);
        (TcpStreamObservation seen, _) = await SendAsync(cluster);
        Assert.Equal((false, -1L), (seen.Opened, seen.Delivered));
        Assert.NotEqual("", seen.Error);
    }

    private static async Task<(TcpStreamObservation Seen, IReadOnlyList<PortCapture> Ports)> SendAsync(RunningCluster cluster)
    {
        ClusterSpec spec = cluster.Spec;
        using var captures = new CaptureSet(spec.Channels, Stopwatch.GetTimestamp());
        foreach (FabricEnd end in cluster.Fabric.Ends.Where(e => e.Kind == PortKind.Member))
            captures.Add(end.Name, end.Kind, end.Namespace.Run(() => PacketCapture.Open(end.Interface, spec.Channels)));
        captures.BeginPhase(Phases.Trials);
        using var bench = new TrialBench(captures, new LocalPorts(captures, cluster.Fabric.Ends), cluster.Fabric.Ends, spec);
        return (await bench.TcpAsync(Phases.Trials, Order, TestContext.Current.CancellationToken), captures.Snapshot());
    }

    private static FlowSighting Row(IReadOnlyList<PortCapture> ports, string port, PortDirection direction) =>
        ports.Single(p => p.Port == port).Flows.Single(f => f.Phase == Phases.Trials && f.Direction == direction && f is { Protocol: 6, Source: "198.18.0.1", Destination: "198.18.0.2", DestinationPort: 2233 });

    private sealed class LongLost : IFault
    {
        public string Name => "long-lost";

        public string Description => "interfaces take 9000 bytes, and the switch drops what is longer than 1500";

        public IReadOnlyList<string> MustFail => ["P1"];

        public FabricPlan Apply(FabricPlan plan) => plan with
        {
            Mtu = 9000,
            FrameRules = [.. plan.FrameRules, new(Name, FrameHook.Forward, "meta length > 1500 drop")],
        };
    }

    private sealed class LargeLost : IFault
    {
        public string Name => "large-lost";

        public string Description => "large packets from the reliable port of m02 to m01 are lost";

        public IReadOnlyList<string> MustFail => ["P3"];

        public FabricPlan Apply(FabricPlan plan) => plan with
        {
            FrameRules = [.. plan.FrameRules, new(Name, FrameHook.Forward, "ip saddr 198.18.0.2 ip daddr 198.18.0.1 tcp sport 2233 meta length > 600 drop")],
        };
    }
}
