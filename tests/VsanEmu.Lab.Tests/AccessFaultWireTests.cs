using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Tests;

/// <summary>The access list and its faults on the wire, beyond plain connections: seen with plain sockets.</summary>
public sealed class AccessFaultWireTests
{
    private const int Port = 23451;
    private const int Reliable = 2233;
    private const byte Tcp = 6;
    private static readonly IPAddress Group = TestCluster.AgentGroup;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 3, 0)]
    [InlineData(null, 2, 0)]
    [InlineData("no-acl", 3, 20)]
    [InlineData("no-acl", 2, 20)]
    public async Task An_outsider_neither_speaks_to_a_group_nor_hears_it(string? fault, int version, int heard)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault], version);
        fabric.Namespace("outsider").Run(() => File.WriteAllText("/proc/sys/net/ipv4/conf/all/force_igmp_version", $"{version}"));
        using Socket member = Plain.Joined(fabric, "m02", Group, Port);
        using Socket outsider = Plain.Joined(fabric, "outsider", Group, Port);
        using Socket other = Plain.Joined(fabric, "outsider", IPAddress.Parse("239.255.42.1"), Port);
        await Plain.Learned(fabric, "m02");
        if (heard > 0) await Plain.Learned(fabric, "outsider");
        // Its answer to a query names all its groups at once.
        else await Task.Delay(3000, Stop);
        Plain.Send(fabric, "m01", Group, Port, 20);
        Assert.Equal((20, heard), (Plain.Count(member, 20), Plain.Count(outsider, heard)));
        Plain.Send(fabric, "outsider", Group, Port, 20);
        Assert.Equal(heard, Plain.Count(member, heard));
    }

    [Theory]
    [InlineData(null, "outsider", false)]
    [InlineData(null, "stranger", false)]
    [InlineData("no-acl", "outsider", true)]
    [InlineData("no-acl", "stranger", true)]
    public async Task A_syn_that_bears_a_members_address_does_not_arrive(string? fault, string from, bool arrives)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault]);
        fabric.Namespace(from).Run(() => Tool.IpBatch([$"addr add {TestCluster.Address(2)}/32 dev eth0"]));
        using Socket wire = Plain.Sniffer(fabric.Namespace("m01"));
        fabric.Namespace(from).Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            socket.Bind(new IPEndPoint(TestCluster.Address(2), 0));
            Assert.Throws<SocketException>(() => socket.Connect(TestCluster.Address(1), Reliable));
            return socket.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite);
        });
        bool There(List<byte[]> frames) => Plain.Ipv4(frames, Tcp).Any(p => p.From.Equals(TestCluster.Address(2)));
        Assert.Equal(arrives, There(Plain.Frames(wire, frames => !arrives || There(frames))));
    }

    [Theory]
    [InlineData("m02", true)]
    [InlineData("outsider", false)]
    [InlineData("stranger", false)]
    public async Task Later_fragments_of_tcp_reach_a_member_from_members_only(string from, bool arrive)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m01"));
        fabric.Namespace(from).Run(() =>
        {
            // The kernel makes the IP header, and fragments of what is too long: the first two bytes after it are the source port, the next two the destination's.
            using var raw = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp);
            byte[] segment = new byte[3000];
            segment[0] = segment[2] = 80;
            return raw.SendTo(segment, new IPEndPoint(TestCluster.Address(1), 0));
        });
        int Later(List<byte[]> frames) => frames.Count(f => f[12] == 0x08 && f[13] == 0x00 && f[23] == Tcp && ((f[20] & 0x1f) != 0 || f[21] != 0));
        Assert.Equal(arrive ? 2 : 0, Later(Plain.Frames(wire, frames => !arrive || Later(frames) >= 2)));
    }

    [Fact]
    public async Task One_way_the_syn_arrives_and_its_answer_does_not()
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(4, ["acl-one-way"]);
        using Socket three = Plain.Listen(fabric, "m03", Reliable);
        using Socket four = Plain.Listen(fabric, "m04", Reliable);
        using Socket other = Plain.Listen(fabric, "m04", 80);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m04"));
        Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, "m03", "m04", Reliable));
        Assert.Contains(Plain.Ipv4(Plain.Frames(wire), Tcp), p => p.From.Equals(TestCluster.Address(3)) && p.Carried[13] == 2);
        Plain.Connect(fabric, "m04", "m03", Reliable).Dispose();
        Plain.Connect(fabric, "m02", "m04", Reliable).Dispose();
        Plain.Connect(fabric, "m03", "m04", 80).Dispose();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("acl-ipv4-only", true)]
    [InlineData("no-acl", true)]
    public async Task Over_ipv6_an_outsider_gets_as_far_as_the_list_covers_it(string? fault, bool open)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, fault is null ? [] : [fault]);
        using Socket listener = Plain.ListenIpv6(fabric, "m01", Reliable);
        using Socket other = Plain.ListenIpv6(fabric, "m01", Reliable + 1);
        Assert.True(Plain.OpensOverIpv6(fabric, "outsider", "m01", Reliable + 1, must: true));
        Assert.Equal(open, Plain.OpensOverIpv6(fabric, "outsider", "m01", Reliable, must: open));
        if (fault == "acl-ipv4-only") Assert.Equal(SocketError.TimedOut, Plain.Refused(fabric, "outsider", "m01", Reliable));
    }

    [Theory]
    [InlineData("acl-reject", SocketError.HostUnreachable)]
    [InlineData("acl-reject:reset", SocketError.ConnectionRefused)]
    public async Task A_rejection_is_told_and_the_syn_does_not_arrive(string fault, SocketError told)
    {
        await using Fabric fabric = await TestCluster.ReadyAsync(2, [fault]);
        using Socket listener = Plain.Listen(fabric, "m01", Reliable);
        using Socket wire = Plain.Sniffer(fabric.Namespace("m01"));
        foreach (string outsider in new[] { "outsider", "stranger" })
            foreach (int sourcePort in new[] { 0, Reliable })
            {
                SocketError error = fabric.Namespace(outsider).Run(() =>
                {
                    using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    if (sourcePort > 0) socket.Bind(new IPEndPoint(IPAddress.Any, sourcePort));
                    return Assert.Throws<SocketException>(() => socket.Connect(TestCluster.Address(1), Reliable)).SocketErrorCode;
                });
                Assert.Equal(told, error);
            }
        Assert.DoesNotContain(Plain.Ipv4(Plain.Frames(wire), Tcp), p => p.Carried[13] == 2);
        Plain.Connect(fabric, "m02", "m01", Reliable).Dispose();
        Assert.True(Plain.CanPing(fabric, "outsider", "m01"));
    }
}
