using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Trials;

namespace VsanEmu.Node.Tests;

/// <summary>A9: a member's listener keeps a connection whose silence was announced, for as long as was announced, and no other.</summary>
public sealed class IdleConnectionTests
{
    [Fact]
    public async Task An_announced_silence_is_kept_and_one_that_a_device_cuts_is_told()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(4));
        await cluster.FormAsync();
        using var captures = new CaptureSet(cluster.Spec.Channels, Stopwatch.GetTimestamp());
        using var bench = new TrialBench(captures, new LocalPorts(captures, cluster.Fabric.Ends), cluster.Fabric.Ends, cluster.Spec);
        TimeSpan idle = cluster.Spec.Timers.TcpIdle + TimeSpan.FromSeconds(1.5);

        IdleObservation[] seen = await Task.WhenAll(bench.IdleAsync("m04", "m03", idle, default), bench.IdleAsync("m01", "m04", idle, default));
        Assert.All(seen, i => Assert.Equal(("answered", true, (long)idle.TotalNanoseconds), (i.How, i.Survived, i.IdleNs)));
        Assert.Equal(("m04", "m03"), (seen[0].From, seen[0].To));
        Assert.Equal(2, cluster[new(3)].Report().Node.Counters["idle_probes"]);
        Assert.All(cluster.Runners, r => Assert.Equal((4, true), (r.View.Members.Count, r.View.AtRest)));

        Task<IdleObservation> cut = bench.IdleAsync("m04", "m03", idle, default);
        await Task.Delay(idle / 2);
        await cluster.Fabric.SplitAsync(new Dictionary<string, int> { ["m04"] = 1 });
        IdleObservation lost = await cut;
        Assert.Equal(("no answer", false), (lost.How, lost.Survived));
        Assert.Equal("never opened", (await bench.IdleAsync("m04", "m03", idle, default)).How);
    }

    [Fact]
    public async Task Nobody_is_kept_longer_than_announced_nor_after_saying_anything_else()
    {
        ClusterSpec spec = Clusters.Of(2);
        await using RunningCluster cluster = await RunningCluster.BuildAsync(spec);
        await cluster.Add(new(1)).StartAsync(default);
        using Socket announced = await OpenAsync(cluster, Idle(spec, 2, seconds: 1)), talker = await OpenAsync(cluster, Idle(spec, 2, seconds: 600));
        using Socket tooLong = await OpenAsync(cluster, Idle(spec, 2, WireLimits.MaxIdleSeconds + 1)), impostor = await OpenAsync(cluster, Idle(spec, 1, 1));
        Assert.Equal(MessageHeader.Overhead + IdleProbe.Size, await announced.ReceiveAsync(new byte[256]));
        Assert.Equal(MessageHeader.Overhead + IdleProbe.Size, await talker.ReceiveAsync(new byte[256]));
        await talker.SendAsync(KeepAlive(spec, 2));

        long started = Stopwatch.GetTimestamp();
        // That these did not end by their silence is told by what the node counts.
        foreach (Socket s in (Socket[])[talker, tooLong, impostor]) await EndsAsync(s);
        await EndsAsync(announced);
        Assert.True(Stopwatch.GetElapsedTime(started).TotalSeconds > spec.Timers.TcpIdle.TotalSeconds);
        IReadOnlyDictionary<string, long> counters = cluster[new(1)].Report().Node.Counters;
        // The end of a connection is seen here before the node has counted it.
        await Eventually.UntilAsync(() => (counters = cluster[new(1)].Report().Node.Counters).ContainsKey("connections_cut.Idle"));

        Assert.Equal((2, 1, 1), (counters["idle_probes"], counters["connections_cut.Idle"], counters["address_mismatch.frames"]));
        Assert.Equal(2, counters["connections_cut.Garbage.BadContent"]);
    }

    private static async Task<Socket> OpenAsync(RunningCluster cluster, byte[] frame)
    {
        Socket socket = cluster.Fabric.Namespace("m02").Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(new IPEndPoint(Clusters.At(1), 2233)).WaitAsync(Eventually.Limit);
        await socket.SendAsync(frame);
        return socket;
    }

    private static async Task EndsAsync(Socket socket)
    {
        try
        {
            Assert.Equal(0, await socket.ReceiveAsync(new byte[256]).WaitAsync(Eventually.Limit));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
    }

    private static byte[] Idle(ClusterSpec spec, ushort sender, int seconds)
    {
        byte[] frame = new byte[MessageHeader.Overhead + IdleProbe.Size];
        new IdleProbe(7, (uint)seconds).Write(frame.AsSpan(MessageHeader.Size));
        new MessageHeader(MessageKind.IdleProbe, spec.ClusterId, new(sender), 1, 0).Seal(frame, IdleProbe.Size);
        return frame;
    }

    private static byte[] KeepAlive(ClusterSpec spec, ushort sender)
    {
        byte[] frame = new byte[MessageHeader.Overhead];
        new MessageHeader(MessageKind.KeepAlive, spec.ClusterId, new(sender), 2, 0).Seal(frame, 0);
        return frame;
    }
}
