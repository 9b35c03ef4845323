using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Lab.Tests;

/// <summary>Each shape of a healthy fabric, on the wire.</summary>
public sealed class ShapeTests
{
    private const int Port = 23451;
    private const byte Igmp = 2;
    private static readonly IPAddress Group = TestCluster.AgentGroup;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Shapes => [.. FabricShape.All.Select(s => (s.Name, s.Adapt(TestCluster.Of(4)).Channels.IgmpVersion)), ("two-switches", 2)];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task A_group_reaches_who_joined_it_and_nobody_else_and_one_querier_is_heard(string shape, int igmpVersion)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4, igmpVersion: igmpVersion, shape: shape);
        Socket[] joined = [.. new[] { "m02", "m03" }.Select(m => Plain.Joined(fabric, m, Group, Port))];
        using Socket beside = Plain.Sniffer(fabric.Namespace("m04"));
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        foreach (string member in new[] { "m02", "m03" }) await Plain.Learned(fabric, member);
        foreach (string sender in new[] { "m01", "m04" }) Plain.Send(fabric, sender, Group, Port, 50);
        Assert.Equal([100, 100], joined.Select(s => Plain.Count(s, 100)));
        List<byte[]> atObserver = Plain.Frames(observer, frames => Plain.Ipv4(frames, Igmp).Any(i => i.To.ToString() == "224.0.0.1"), forMs: 3200);
        Assert.Empty(Plain.Ipv4(atObserver, 17));
        // Its own 50, which it sent.
        var to = new IPEndPoint(Group, Port);
        Assert.Equal(50, Plain.UdpSeen(beside, to, 50).GetValueOrDefault(to));
        (IPAddress From, IPAddress To, byte[] Carried)[] igmp = [.. Plain.Ipv4(atObserver, Igmp)];
        Assert.All(igmp, i => Assert.Equal(fabric.Plan.SwitchAddress, i.From));
        Assert.Equal(igmpVersion == 2 ? 8 : 12, Assert.Single(igmp.Where(i => i.To.ToString() == "224.0.0.1").Select(i => i.Carried.Length).Distinct()));
        foreach (string whom in new[] { "m02", "m04", "gateway", "stranger" }) Assert.True(Plain.CanPing(fabric, "m01", whom), whom);
        Array.ForEach(joined, s => s.Dispose());
    }

    [Fact]
    public async Task A_split_goes_through_two_switches_and_heals()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4, shape: "two-switches");
        // m01 and m03 are on one switch, m02 and m04 on the other: each side has a member on either.
        await fabric.SplitAsync(new Dictionary<string, int> { ["m03"] = 1, ["m04"] = 1 }, Stop);
        Assert.True(Plain.CanPing(fabric, "m01", "m02"));
        Assert.True(Plain.CanPing(fabric, "m04", "m03"));
        Assert.True(Plain.IsCutOff(fabric, "m01", "m03"));
        Assert.True(Plain.IsCutOff(fabric, "m02", "m03"));
        await fabric.HealAsync(Stop);
        Assert.True(Plain.CanPing(fabric, "m01", "m03"));
    }

    [Theory]
    [InlineData("plain", true)]
    [InlineData("fast-leave", false)]
    public async Task With_fast_leave_a_leave_is_believed_without_a_question(string shape, bool asked)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, igmpVersion: 2, shape: shape);
        Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        await Plain.Learned(fabric, "m02");
        using Socket wire = Plain.Sniffer(fabric.Namespace("m02"));
        joined.Dispose();
        bool Asked(List<byte[]> frames) => Plain.Ipv4(frames, Igmp).Any(i => i.Carried[0] == 0x11 && Group.Equals(new IPAddress(i.Carried.AsSpan(4, 4))));
        Assert.Equal(asked, Asked(Plain.Frames(wire, frames => !asked || Asked(frames))));
        await Plain.Forgotten(fabric, "m02");
        Plain.Send(fabric, "m01", Group, Port, 10);
        Assert.DoesNotContain(new IPEndPoint(Group, Port), Plain.UdpSeen(wire).Keys);
    }

    [Fact]
    public async Task The_second_segment_is_routed_and_its_hosts_are_no_members()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, shape: "second-segment");
        Fabric second = fabric.Neighbour!;
        using Socket reliable = Plain.Listen(fabric, "m01", 2233);
        using Socket other = Plain.Listen(fabric, "m01", 2234);
        using Socket theirs = Plain.Listen(second, "m02", 2233);
        Plain.Connect(second, "m01", "m02", 2233).Dispose();
        second.Namespace("m03").Run(() =>
        {
            Socket Try(int port)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                Assert.Throws<SocketException>(() => socket.Connect(Plain.AddressOf(fabric, "m01"), port));
                return socket;
            }

            using Socket open = Try(2234), blocked = Try(2233);
            Assert.True(open.Poll(Eventually.Limit, SelectMode.SelectWrite));
            Assert.False(blocked.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectWrite));
        });
    }

    [Fact]
    public void A_shape_that_needs_a_gateway_says_so() => Assert.StartsWith(
        "shape second-segment needs a gateway",
        Assert.Throws<FabricException>(() => Building.FabricPlanner.Plan(
            TestCluster.Of(2) with { Gateway = null, Outsiders = [] }, new() { Shape = FabricShape.Find("second-segment")! })).Message,
        StringComparison.Ordinal);
}
