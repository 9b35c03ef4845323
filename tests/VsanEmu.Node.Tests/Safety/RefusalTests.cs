using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Tests.Segments;
using VsanEmu.Node.Safety;

namespace VsanEmu.Node.Tests.Safety;

/// <summary>A node on a segment where something else uses vSAN's groups or port: it refuses, says what it heard, and has sent nothing.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly IPAddress AgentGroup = IPAddress.Parse("224.2.3.5");
    private static readonly ClusterSpec Cluster = Clusters.Of(3);

    private readonly Segment _segment = new();
    private readonly Endpoint _member;
    private readonly Endpoint _foreign;

    public RefusalTests()
    {
        _member = _segment.Add("198.18.0.1");
        _foreign = _segment.Add("198.18.0.77");
    }

    public void Dispose() => _segment.Dispose();

    [Fact]
    public async Task A_foreign_datagram_on_a_group_is_heard_before_the_group_is_joined()
    {
        using Socket talker = _foreign.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        talker.Bind(new IPEndPoint(_foreign.Address, 23451));
        await using NodeRunner runner = Runner();
        using var wire = new Wire(_member);
        Task start = runner.StartAsync(default);
        await WhileAsync(start, () => Task.FromResult(talker.SendTo("not VSNE"u8, SocketFlags.None, new IPEndPoint(AgentGroup, 23451).Serialize())));

        ForeignTrafficException refused = await Assert.ThrowsAsync<ForeignTrafficException>(() => start);
        Assert.Matches(
            @"^m01 heard traffic that is not this tool's and did not send anything: UDP 198\.18\.0\.77:23451 to 224\.2\.3\.5:23451, not this tool's \((1 packet|\d+ packets)\)$",
            refused.Message);
        Assert.Empty(wire.SentBy(_member));
    }

    [Fact]
    public async Task A_stranger_that_tries_tcp_2233_is_heard()
    {
        await using NodeRunner runner = Runner();
        using var wire = new Wire(_member);
        Task start = runner.StartAsync(default);
        await WhileAsync(start, async () =>
        {
            using Socket knock = _foreign.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            await Assert.ThrowsAsync<SocketException>(() => knock.ConnectAsync(_member.Address, 2233));
        });

        ForeignTrafficException refused = await Assert.ThrowsAsync<ForeignTrafficException>(() => start);
        Assert.Contains("to 198.18.0.1:2233, an address that is not in the spec", refused.Message);
        Assert.Contains(refused.Heard, f => f is { Transport: "TCP" } && f.From.StartsWith("198.18.0.77:"));
    }

    [Fact]
    public async Task On_a_switch_that_snoops_the_group_is_heard_once_it_is_joined_and_force_starts_all_the_same()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Cluster);
        Net.Namespaces.NetworkNamespace at = cluster.Fabric.Namespace("m02");
        using Net.Udp.GroupSocket talker = at.Run(() => new Net.Udp.GroupSocket(Net.Interfaces.LocalInterface.Find("eth0", Clusters.At(2)), AgentGroup, 23451, 5));
        using var beats = new Timer(_ => talker.Send("a real one, perhaps"u8), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        ForeignTrafficException refused = await Assert.ThrowsAsync<ForeignTrafficException>(() => cluster.Add(new MemberId(1)).StartAsync(default));
        Assert.Contains("UDP 198.18.0.2:23451 to 224.2.3.5:23451, not this tool's", refused.Message);

        NodeRunner forced = cluster.Add(new MemberId(1), force: true);
        await forced.StartAsync(default);
        Assert.Equal("198.18.0.2:23451", Assert.Single(forced.Foreign).From);
    }

    [Fact]
    public async Task Another_cluster_of_this_tool_on_the_same_groups_is_counted_and_not_obeyed()
    {
        ClusterSpec other = Cluster with { ClusterId = Guid.AllBitsSet };
        _ = _segment.Add("198.18.0.2");
        Endpoint third = _segment.Add("198.18.0.3");
        await using var theirs = new NodeRunner(Options() with { Cluster = other });
        await theirs.StartAsync(default);
        await using var ours = new NodeRunner(Options() with { Self = new MemberId(3), Place = third.Place });
        await ours.StartAsync(default);
        await Eventually.UntilAsync(
            () => ours.Report().Node.Counters.GetValueOrDefault("foreign_cluster.datagrams") > 2, () => string.Join(", ", ours.Report().Node.Counters));
        Assert.Equal([new MemberId(3)], ours.View.Members);
    }

    [Theory]
    [InlineData("eth9", "198.18.0.1", "m01 cannot start: there is no interface eth9 here: eth0 has 198.18.0.1")]
    [InlineData("eth0", "198.18.0.9", "m01 cannot start: interface eth0 does not have the address 198.18.0.9: it has 198.18.0.1")]
    public async Task What_is_missing_is_one_line(string name, string address, string message)
    {
        MemberSpec self = Cluster.Members[0] with { Interface = name, Address = IPAddress.Parse(address) };
        await using var runner = new NodeRunner(Options() with { Cluster = Cluster with { Members = [self, .. Cluster.Members.Skip(1)] } });
        NodeStartException e = await Assert.ThrowsAsync<NodeStartException>(() => runner.StartAsync(default));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public async Task A_taken_port_is_one_line()
    {
        using Socket other = _member.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        other.Bind(new IPEndPoint(_member.Address, 2233));
        other.Listen();
        await using NodeRunner runner = Runner();
        NodeStartException e = await Assert.ThrowsAsync<NodeStartException>(() => runner.StartAsync(default));
        Assert.Equal("m01 cannot start: cannot bind 198.18.0.1:2233: Address already in use", e.Message);
    }

    // Again and again, since nobody knows when it begins to listen.
    private static async Task WhileAsync(Task start, Func<Task> again)
    {
        for (; !start.IsCompleted; await Task.Delay(50)) await again();
    }

    private NodeRunner Runner() => new(Options());

    private RunnerOptions Options() => new() { Cluster = Cluster, Self = new MemberId(1), Place = _member.Place };

    /// <summary>What the member put on the wire, UDP and TCP.</summary>
    private sealed class Wire : ITransportSink, IDisposable
    {
        private readonly PacketCapture _capture;
        private readonly List<string> _seen = [];

        public Wire(Endpoint at) => _capture = at.Place.Run(() => PacketCapture.Open("eth0", Cluster.Channels));

        public IEnumerable<string> SentBy(Endpoint who)
        {
            TransportTap.Drain(_capture, this);
            return _seen.Where(s => s.StartsWith($"{who.Address}:"));
        }

        public void Datagram(Net.Udp.Ipv4Endpoint from, Net.Udp.Ipv4Endpoint to, ReadOnlySpan<byte> payload) => _seen.Add($"{from} UDP {to}");

        public void Segment(Net.Udp.Ipv4Endpoint from, Net.Udp.Ipv4Endpoint to, ReadOnlySpan<byte> payload) => _seen.Add($"{from} TCP {to}");

        public void Dispose() => _capture.Dispose();
    }
}
