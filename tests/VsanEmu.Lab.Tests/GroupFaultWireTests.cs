using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Lab.Tests;

/// <summary>Each fault of snooping and querying does on the wire what it says, and no more: seen with plain sockets.</summary>
public sealed class GroupFaultWireTests
{
    private const int Port = 23451;
    private const byte Igmp = 2;
    private static readonly IPAddress Group = TestCluster.AgentGroup;
    private static readonly IPAddress Joined = IPAddress.Parse("239.255.42.9");

    // The same low 23 bits, 127.42.9.
    private static readonly IPAddress Alias = IPAddress.Parse("238.127.42.9");

    [Theory]
    [InlineData(null, 1, 0)]
    [InlineData("no-querier", 0, 0)]
    [InlineData("no-querier-flooding", 0, 50)]
    [InlineData("two-queriers", 2, 0)]
    [InlineData("snooping-off", 1, 50)]
    public async Task Queriers_and_flooding_are_as_said(string? fault, int queriers, int flooded)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault]);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        if (fault != "snooping-off") await Plain.Learned(fabric, "m02");
        using Socket member = Plain.Sniffer(fabric.Namespace("m02"));
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        Plain.Send(fabric, "m01", Group, Port, 50);
        int heard = fault == "no-querier" ? 0 : 50;
        Assert.Equal(heard, Plain.Count(joined, heard));
        var to = new IPEndPoint(Group, Port);
        Assert.Equal(flooded, Plain.UdpSeen(observer, to, flooded).GetValueOrDefault(to));
        int Queriers(List<byte[]> frames) => Plain.Ipv4(frames, Igmp).Where(i => i.Carried[0] == 0x11 && i.To.ToString() == "224.0.0.1").Select(i => i.From).Distinct().Count();
        Assert.Equal(queriers, Queriers(Plain.Frames(member, frames => Queriers(frames) >= queriers, forMs: 3200)));
    }

    [Theory]
    [InlineData("no-querier", 10)]
    [InlineData(null, 10)]
    public async Task Groups_of_the_link_go_everywhere(string? fault, int arrive)
    {
        var all = IPAddress.Parse("224.0.0.77");
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault]);
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        Plain.Send(fabric, "m01", all, Port, 10);
        var to = new IPEndPoint(all, Port);
        Assert.Equal(arrive, Plain.UdpSeen(observer, to, arrive).GetValueOrDefault(to));
    }

    [Theory]
    [InlineData(null, 3, false)]
    [InlineData(null, 2, false)]
    [InlineData("snooping-off", 3, true)]
    [InlineData("no-querier-flooding", 2, true)]
    public async Task Reports_and_leaves_come_to_a_silent_port_only_where_groups_are_flooded(string? fault, int version, bool there)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault], igmpVersion: version);
        using Socket observer = Plain.Sniffer(fabric.Namespace("observer"));
        Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        joined.Dispose();
        bool There(List<byte[]> frames) => Plain.Ipv4(frames, Igmp).Any(i => i.From.Equals(TestCluster.Address(2)));
        Assert.Equal(there, There(Plain.Frames(observer, frames => !there || There(frames))));
    }

    [Theory]
    [InlineData("port-not-forwarding-group", "m03", "m02")]
    [InlineData("port-not-forwarding-group:m02", "m02", "m03")]
    public async Task One_port_lacks_one_group_and_nothing_else(string fault, string deaf, string other)
    {
        var master = IPAddress.Parse("224.1.2.3");
        await using Fabric fabric = await TestCluster.ReadyAsync(3, [fault]);
        using Socket atDeaf = Plain.Joined(fabric, deaf, Group, Port);
        using Socket masterAtDeaf = Plain.Joined(fabric, deaf, master, 12345);
        using Socket atOther = Plain.Joined(fabric, other, Group, Port);
        await Plain.Learned(fabric, deaf);
        await Plain.Learned(fabric, deaf, master);
        await Plain.Learned(fabric, other);
        Plain.Send(fabric, "m01", Group, Port, 20);
        Plain.Send(fabric, "m01", master, 12345, 20);
        Assert.Equal((20, 20, 0), (Plain.Count(masterAtDeaf, 20), Plain.Count(atOther, 20), Plain.Count(atDeaf)));
        Assert.True(Plain.CanPing(fabric, "m01", deaf));
    }

    [Theory]
    [InlineData(null, 0, 3)]
    [InlineData("mac-aliasing", 20, 3)]
    [InlineData("mac-aliasing", 20, 2)]
    public async Task A_group_with_the_same_mac_address_comes_along_where_groups_are_forwarded_by_it(string? fault, int along, int version)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, fault is null ? [] : [fault], version);
        using Socket joined = Plain.Joined(fabric, "m02", Joined, Port);
        await Plain.Learned(fabric, "m02", Joined);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m02"));
        using Socket beside = Plain.Sniffer(fabric.Namespace("m03"));
        Plain.Send(fabric, "m01", Joined, Port, 10);
        Plain.Send(fabric, "m01", Alias, Port, 20);
        IPEndPoint own = new(Joined, Port), alias = new(Alias, Port);
        // The last that was sent comes last.
        Dictionary<IPEndPoint, int> seen = along > 0 ? Plain.UdpSeen(wire, alias, along) : Plain.UdpSeen(wire, own, 10);
        Assert.Equal((10, along), (seen.GetValueOrDefault(own), seen.GetValueOrDefault(alias)));
        Assert.Equal(10, Plain.Count(joined, 10));
        Assert.Empty(Plain.UdpSeen(beside));
    }

    [Theory]
    [InlineData("group-limit:4", 4)]
    [InlineData("group-limit", 16)]
    public async Task Beyond_the_limit_a_joined_group_does_not_arrive(string fault, int limit)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, [fault]);
        IPAddress[] groups = [.. Enumerable.Range(1, limit + 3).Select(i => IPAddress.Parse($"239.255.42.{i}"))];
        Socket[] sockets = [.. groups.Select(g => Plain.Joined(fabric, "m02", g, Port))];
        foreach (IPAddress group in groups) await Plain.Learned(fabric, "m02", group);
        foreach (IPAddress group in groups) Plain.Send(fabric, "m01", group, Port, 5);
        int[] counts = [.. Enumerable.Repeat(5, limit), 0, 0, 0];
        Assert.Equal(counts, sockets.Zip(counts, (s, must) => Plain.Count(s, must, quietMs: 20)));
        Array.ForEach(sockets, s => s.Dispose());
    }

    [Fact]
    public async Task A_switch_that_knows_version_2_only_learns_from_version_2_only()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(3, ["igmp-version"]);
        fabric.Namespace("m03").Run(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/force_igmp_version", "2"));
        using Socket third = Plain.Joined(fabric, "m02", Group, Port);
        using Socket second = Plain.Joined(fabric, "m03", Group, Port);
        await Plain.Learned(fabric, "m03");
        Plain.Send(fabric, "m01", Group, Port, 20);
        Assert.Equal((20, 0), (Plain.Count(second, 20), Plain.Count(third)));
    }

    [Fact]
    public async Task Multicast_is_limited_and_unicast_is_not()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, ["multicast-rate-limit:100"]);
        using Socket joined = Plain.Joined(fabric, "m02", Group, Port);
        await Plain.Learned(fabric, "m02");
        using Socket wire = Plain.Sniffer(fabric.Namespace("m02"));
        var (group, member) = (new IPEndPoint(Group, Port), new IPEndPoint(TestCluster.Address(2), 9));
        var clock = Stopwatch.StartNew();
        Plain.Send(fabric, "m01", Group, Port, 300);
        // A burst of 20, and a hundred a second for as long as the sending took.
        Assert.InRange(Plain.UdpSeen(wire, group, 20)[group], 20, 25 + (int)(100 * clock.Elapsed.TotalSeconds));
        Plain.SendTo(fabric, "m01", "m02", bytes: 200, count: 100);
        Assert.Equal(100, Plain.UdpSeen(wire, member, 100)[member]);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Plain.Send(fabric, "m01", Group, Port, 10);
        Assert.Equal(10, Plain.UdpSeen(wire, group, 10)[group]);
    }
}
