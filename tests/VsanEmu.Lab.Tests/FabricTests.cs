using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Lab.Tests;

/// <summary>The healthy fabric, on the wire.</summary>
public sealed class FabricTests
{
    private const int Port = 23451;
    private static readonly IPAddress Group = TestCluster.AgentGroup;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    public async Task It_is_built_and_ready(int members)
    {
        var clock = Stopwatch.StartNew();
        await using Fabric fabric = await Fabric.BuildAsync(TestCluster.Of(members), new(), Stop).WaitAsync(Eventually.Limit, Stop);
        long built = clock.ElapsedMilliseconds;
        await fabric.WaitReadyAsync(Eventually.Limit, Stop);
        // A few seconds at most where nothing else runs; how long is the machine's affair.
        TestContext.Current.TestOutputHelper!.WriteLine($"{members} members: built after {built} ms, ready after {clock.ElapsedMilliseconds} ms");
        Assert.True(Plain.CanPing(fabric, "m01", $"m{members:00}"));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Once_ready_a_group_reaches_who_joined_it_and_nobody_else(int igmpVersion)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, igmpVersion: igmpVersion);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        using Socket beside = Plain.Sniffer(fabric.Namespace("m03"));
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        await Plain.Learned(fabric, "m02");
        Plain.Send(fabric, "m01", Group, Port, 100);
        Assert.Equal(100, Plain.Count(joined, 100));
        Assert.DoesNotContain(Plain.UdpSeen(beside), s => s.Key.Address.Equals(Group));
        Assert.DoesNotContain(Plain.UdpSeen(observer), s => s.Key.Address.Equals(Group));
    }

    [Fact]
    public async Task The_switch_queries_with_the_lab_s_timers_and_members_answer_in_their_version()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, igmpVersion: 2);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        using Socket sniffer = Plain.Sniffer(fabric.Namespace("m02"));
        byte[] frame = new byte[2048];
        var queries = new List<long>();
        bool reported = false;
        for (long end = Environment.TickCount64 + (long)Eventually.Limit.TotalMilliseconds; Environment.TickCount64 < end && !(queries.Count >= 3 && reported);)
        {
            if (!sniffer.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead)) continue;
            int length = sniffer.Receive(frame);
            if (length < 42 || frame[12] != 0x08 || frame[23] != 2) continue;
            byte[] igmp = frame[(14 + (frame[14] & 15) * 4)..length];
            if (igmp[0] == 0x11)
            {
                Assert.Equal(fabric.Plan.SwitchAddress, new IPAddress(frame.AsSpan(26, 4)));
                Assert.Equal(10, igmp[1]); // 1 s, in tenths
                queries.Add(Environment.TickCount64);
            }
            reported |= igmp[0] == 0x16;
        }
        Assert.True(reported, "no IGMPv2 report was seen");
        // Every 2 s, and not every 125 s as by default; when one was read is the machine's affair.
        Assert.Equal(3, queries.Count);
        Assert.InRange(queries[^1] - queries[0], 500, 40_000);
    }

    [Fact]
    public async Task A_split_cuts_unicast_and_groups_both_ways_and_a_heal_mends_it()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4);
        Socket[] sockets = [.. fabric.Plan.Members.Select(m => Plain.Joined(fabric, m.Name, Group, Port))];
        foreach (var member in fabric.Plan.Members) await Plain.Learned(fabric, member.Name);
        await fabric.SplitAsync(new Dictionary<string, int> { ["m03"] = 1, ["m04"] = 1 }, Stop);
        Plain.Send(fabric, "m01", Group, Port, 10);
        Plain.Send(fabric, "m04", Group, Port, 20);
        // The sender hears itself.
        int[] counts = [10, 10, 20, 20];
        Assert.Equal(counts, sockets.Zip(counts, (s, must) => Plain.Count(s, must)));
        Assert.True(Plain.IsCutOff(fabric, "m01", "m03"));
        Assert.True(Plain.CanPing(fabric, "m03", "m04"));
        Assert.True(Plain.IsCutOff(fabric, "m03", "gateway"));
        await fabric.HealAsync(Stop);
        Plain.Send(fabric, "m01", Group, Port, 10);
        Plain.Send(fabric, "m04", Group, Port, 20);
        Assert.Equal([30, 30, 30, 30], sockets.Select(s => Plain.Count(s, 30)));
        Assert.True(Plain.CanPing(fabric, "m01", "m03"));
        await fabric.HealAsync(Stop);
        Array.ForEach(sockets, s => s.Dispose());
    }

    [Fact]
    public async Task A_member_whose_link_is_down_sends_nothing()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        await Plain.Learned(fabric, "m02");
        using Socket listener = Plain.Listen(fabric, "m01", 2233);
        Socket opened = Plain.Connect(fabric, "m02", "m01", 2233);
        using Socket accepted = await listener.AcceptAsync(Stop);
        await fabric.SetLinkAsync("m02", up: false, Stop);
        opened.Dispose(); // would send a FIN
        Assert.False(accepted.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectRead), "a FIN or RST came out of a dead member");
        Plain.Send(fabric, "m01", Group, Port, 10);
        Assert.Equal(0, Plain.Count(joined));
        await fabric.SetLinkAsync("m02", up: true, Stop);
        await fabric.WaitReadyAsync(Eventually.Limit, Stop);
        Assert.True(Plain.CanPing(fabric, "m02", "m01"));
    }

    [Fact]
    public async Task The_access_list_lets_members_alone_use_the_reliable_port()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2);
        using Socket reliable = Plain.Listen(fabric, "m01", 2233);
        using Socket other = Plain.Listen(fabric, "m01", 2234);
        Plain.Connect(fabric, "m02", "m01", 2233).Dispose();
        foreach (string outsider in new[] { "outsider", "stranger" })
        {
            Plain.Connect(fabric, outsider, "m01", 2234).Dispose();
            Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, outsider, "m01", 2233));
            Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, outsider, "m01", 2234, sourcePort: 2233));
        }
    }

    [Fact]
    public async Task Endpoints_may_be_named_like_the_tools_own_words()
    {
        var spec = TestCluster.Of(2);
        spec = spec with { Members = [spec.Members[0] with { Name = "dev", Interface = "type" }, spec.Members[1] with { Name = "a", Interface = "up" }] };
        await using Fabric fabric = await Fabric.BuildAsync(spec, new(), Stop);
        await fabric.WaitReadyAsync(Eventually.Limit, Stop);
        Assert.True(Plain.CanPing(fabric, "dev", "a"));
        await fabric.SplitAsync(new Dictionary<string, int> { ["a"] = 1 }, Stop);
        Assert.True(Plain.IsCutOff(fabric, "dev", "a"));
    }

    [Fact]
    public async Task Endpoints_may_have_names_that_no_interface_can_have()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('b', 60);
        var spec = TestCluster.Of(3);
        spec = spec with
        {
            Members = [spec.Members[0] with { Name = $"{longest}1", Interface = "bond0.7" }, spec.Members[1] with { Name = $"{longest}2" }, spec.Members[2] with { Name = "ESX3.example.com" }],
            Observer = spec.Observer! with { Name = "an-observer-of-this-segment" },
            Outsiders = [spec.Outsiders[0] with { Name = "an-outsider-in-the-segment" }, spec.Outsiders[1] with { Name = "an-outsider-in-the-distance" }],
        };
        await using Fabric fabric = await Fabric.BuildAsync(spec, new(), Stop);
        await fabric.WaitReadyAsync(TimeSpan.FromSeconds(5), Stop);
        string[] ports = [.. fabric.Plan.Endpoints.Select(e => e.Port).OfType<string>()];
        Assert.Equal((6, true), (ports.Distinct().Count(), ports.All(p => p.Length <= 15)));
        Assert.True(Plain.CanPing(fabric, $"{longest}1", $"{longest}2"));
        Assert.True(Plain.CanPing(fabric, "an-outsider-in-the-distance", "ESX3.example.com"));
        await fabric.SplitAsync(new Dictionary<string, int> { [$"{longest}2"] = 1 }, Stop);
        Assert.False(Plain.CanPing(fabric, $"{longest}1", $"{longest}2"));
        await fabric.HealAsync(Stop);
        await fabric.SetLinkAsync($"{longest}1", up: false, Stop);
        await fabric.WaitReadyAsync(TimeSpan.FromSeconds(5), Stop);
        Assert.False(Plain.CanPing(fabric, $"{longest}2", $"{longest}1"));
        Assert.Equal($"{longest}1", fabric.Plan.Endpoint($"{longest.ToUpperInvariant()}1").Name);
    }

    // A kernel keeps 1024 ARP entries by default, for all namespaces together.
    [Fact]
    public async Task Sixty_four_members_can_all_talk_to_each_other_and_find_each_other_by_arp()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(64);
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        var members = fabric.Plan.Members.ToArray();
        Socket[] listeners = [.. members.Select(m => Plain.Listen(fabric, m.Name, 2233))];
        (IPAddress To, Socket Socket)[] connections = [.. members.SelectMany(from => fabric.Namespace(from.Name).Run(() => members.Where(to => to != from)
            .Select(to => (to.Address!, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))).ToArray()))];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(2 * Eventually.Limit);
        await Task.WhenAll(connections.Select(c => c.Socket.ConnectAsync(new IPEndPoint(c.To, 2233), limit.Token).AsTask()));
        Assert.Equal(64 * 63, connections.Count(c => c.Socket.Connected));
        bool Asked(byte[] f) => Convert.ToHexStringLower(f.AsSpan(0, 6)) == "ffffffffffff" && Convert.ToHexStringLower(f.AsSpan(12, 2)) == "0806";
        Assert.Contains(Plain.Frames(observer, frames => frames.Any(Asked)), Asked);
        Array.ForEach(connections, c => c.Socket.Dispose());
        Array.ForEach(listeners, l => l.Dispose());
    }

    [Fact]
    public async Task A_stranger_is_routed_and_members_see_its_own_address()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2);
        using Socket listener = Plain.Listen(fabric, "m02", 80);
        using Socket opened = Plain.Connect(fabric, "stranger", "m02", 80);
        using Socket accepted = await listener.AcceptAsync(Stop);
        Assert.Equal(Plain.AddressOf(fabric, "stranger"), ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }
}
