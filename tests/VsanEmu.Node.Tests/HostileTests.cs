using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Lab.Faults;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Udp;

namespace VsanEmu.Node.Tests;

/// <summary>A stranger who gets through to TCP 2233 and to the groups, and does what it likes: it is cut off and counted, and nobody's heartbeats suffer.</summary>
public sealed class HostileTests
{
    private const string Stray = "198.18.0.201";
    private static readonly MemberId Victim = new(1);
    private static readonly IPEndPoint Target = new(Clusters.At(1), 2233);

    [Fact]
    public async Task Misbehaving_peers_are_cut_off_while_heartbeats_keep_their_cadence()
    {
        // Three members run; the fourth's port is where the heartbeats are watched.
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(4), new NoAcl());
        await cluster.FormAsync(members: 3);
        long term = cluster[Victim].View.Term;
        NetworkNamespace at = cluster.Fabric.Namespace("stray");
        using Cadence cadence = Cadence.Watch(cluster.Fabric.Namespace("m04"), Clusters.At(4), of: Clusters.At(1));

        Socket[] silent = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ConnectAsync(at)));
        using Socket garbage = await ConnectAsync(at);
        await garbage.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        using Socket tooLong = await ConnectAsync(at);
        byte[] prefix = [.. MessageHeader.MagicBytes, MessageHeader.Version, (byte)MessageKind.Hello, 0xff, 0xff, 0xff, 0x7f];
        await tooLong.SendAsync(prefix);
        // A Hello of another cluster: whole and intact, and still none of ours.
        using Socket foreign = await ConnectAsync(at);
        await foreign.SendAsync(Frame(Guid.AllBitsSet, new MemberId(2)));
        // A frame of this cluster that claims to be member 2, from an address that is not member 2's.
        using Socket impostor = await ConnectAsync(at);
        await impostor.SendAsync(Frame(cluster.Spec.ClusterId, new MemberId(2)));
        using Socket talker = at.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        talker.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Parse(Stray).GetAddressBytes());
        SocketAddress agents = new IPEndPoint(cluster.Spec.Channels.AgentGroup!, cluster.Spec.Channels.AgentPort).Serialize();
        for (int i = 0; i < 500; i++) talker.SendTo("not a message"u8, SocketFlags.None, agents);
        talker.SendTo(Frame(cluster.Spec.ClusterId, new MemberId(2)), SocketFlags.None, agents);

        foreach (Socket s in (Socket[])[garbage, tooLong, foreign, impostor, .. silent]) await EndsAsync(s);
        // Enough heartbeats for a mean; and the end of a connection is seen here before the node has counted it.
        await cadence.HasAsync(10);
        IReadOnlyDictionary<string, long> Counters() => cluster[Victim].Report().Node.Counters;
        await Eventually.UntilAsync(() => Counters().GetValueOrDefault("connections_cut.NoHello") >= 3 && Counters().GetValueOrDefault("broken_datagrams.BadMagic") >= 500, () => string.Join(", ", Counters()));
        IReadOnlyDictionary<string, long> counters = Counters();
        Assert.Equal(3, counters["connections_cut.NoHello"]);
        Assert.Equal(1, counters["connections_cut.Garbage.BadMagic"]);
        Assert.Equal(1, counters["connections_cut.BadLength.TooLong"]);
        Assert.Equal(1, counters["address_mismatch.frames"]);
        Assert.Equal(1, counters["address_mismatch.datagrams"]);
        Assert.Equal(500, counters["broken_datagrams.BadMagic"]);
        Assert.Equal(7, counters[$"strangers.{Stray}"]);
        cadence.AssertKept(cluster.Spec.Timers.Heartbeat);
        // Nobody was taken for dead, nor elected anew.
        Assert.All(cluster.Runners, r => Assert.Equal((3, term), (r.View.Members.Count, r.View.Term)));
    }

    [Fact]
    public async Task A_stranger_that_opens_many_connections_gets_a_few_and_members_still_get_in()
    {
        // Those that got in stay silent for longer than anybody waits.
        ClusterSpec spec = Clusters.Of(3);
        await using RunningCluster cluster = await RunningCluster.BuildAsync(spec with { Timers = spec.Timers with { TcpIdle = 3 * Eventually.Limit } }, new NoAcl());
        NodeRunner victim = cluster.Add(Victim);
        await victim.StartAsync(default);
        NetworkNamespace at = cluster.Fabric.Namespace("stray");
        Task<Socket>[] all = [.. Enumerable.Range(0, 60).Select(_ => ConnectAsync(at))];
        await Task.WhenAll(all).ContinueWith(_ => { }, TaskScheduler.Default); // The handshakes succeed; a reset may follow faster than connect() tells.
        await Eventually.UntilAsync(
            () => victim.Report().Node.Counters.GetValueOrDefault("connections_refused.limit") >= 60 - 16, () => string.Join(", ", victim.Report().Node.Counters));
        await Task.WhenAll(cluster.Add(new MemberId(2)).StartAsync(default), cluster.Add(new MemberId(3)).StartAsync(default));
        await RunningCluster.RestAsync(cluster.Runners);
        foreach (Task<Socket> s in all.Where(s => s.IsCompletedSuccessfully)) (await s).Dispose();
    }

    private static async Task<Socket> ConnectAsync(NetworkNamespace at)
    {
        Socket socket = at.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(Target).WaitAsync(Eventually.Limit);
        return socket;
    }

    private static async Task EndsAsync(Socket socket)
    {
        try
        {
            // Nothing is said to a stranger but the end.
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).WaitAsync(Eventually.Limit));
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }

        socket.Dispose();
    }

    private static byte[] Frame(Guid cluster, MemberId sender)
    {
        byte[] buffer = new byte[MessageHeader.Overhead];
        return buffer[..new MessageHeader(MessageKind.Hello, cluster, sender, 1, 1).Seal(buffer, 0)];
    }

    /// <summary>When one member's datagrams arrived in the Agent Group at another port.</summary>
    private sealed class Cadence(uint of) : IDatagramHandler, IDisposable
    {
        private readonly List<long> _arrivals = [];
        private GroupSocket? _socket;

        public static Cadence Watch(NetworkNamespace at, IPAddress address, IPAddress of)
        {
            var cadence = new Cadence(Ipv4Endpoint.Number(of));
            cadence._socket = at.Run(() => new GroupSocket(LocalInterface.Find("eth0", address), IPAddress.Parse("224.2.3.5"), 23451, 5));
            cadence._socket.StartReceiving(new ReceiveLoop(), cadence);
            Assert.Equal(SocketError.Success, cadence._socket.Join());
            return cadence;
        }

        public void OnDatagram(DatagramSocket socket, Ipv4Endpoint source, ReadOnlySpan<byte> datagram)
        {
            lock (_arrivals)
                if (source.Address == of) _arrivals.Add(TimeProvider.System.GetTimestamp());
        }

        public Task HasAsync(int heartbeats) => Eventually.UntilAsync(() =>
        {
            lock (_arrivals) return _arrivals.Count >= heartbeats;
        });

        public void AssertKept(TimeSpan heartbeat)
        {
            lock (_arrivals)
            {
                double[] gaps = [.. _arrivals.Zip(_arrivals.Skip(1), (a, b) => TimeProvider.System.GetElapsedTime(a, b).TotalMilliseconds)];
                // In the mean: a single one may be held up by the machine, here or there.
                Assert.InRange(gaps.Average(), heartbeat.TotalMilliseconds * 0.5, heartbeat.TotalMilliseconds * 2);
            }
        }

        public void Dispose() => _socket?.Dispose();
    }
}
