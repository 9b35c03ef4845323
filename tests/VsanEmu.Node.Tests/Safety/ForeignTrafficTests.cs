using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Udp;
using VsanEmu.Node.Safety;

namespace VsanEmu.Node.Tests.Safety;

/// <summary>What counts as foreign before a node sends.</summary>
public sealed class ForeignTrafficTests
{
    private static readonly ClusterSpec Cluster = Clusters.Of(3);
    private readonly ForeignTraffic _heard = new(Cluster);

    [Fact]
    public void A_datagram_without_our_magic_on_a_group_is_foreign()
    {
        _heard.Datagram(Ip("198.18.0.77", 40000), Ip("224.2.3.5", 23451), "vSAN"u8);
        _heard.Datagram(Ip("198.18.0.77", 40000), Ip("224.2.3.5", 23451), "vSAN"u8);
        Assert.Equal("UDP 198.18.0.77:40000 to 224.2.3.5:23451, not this tool's (2 packets)", Assert.Single(_heard.Heard).ToString());
    }

    [Fact]
    public void Our_own_and_another_cluster_of_this_tool_are_not()
    {
        _heard.Datagram(Ip("198.18.0.1", 23451), Ip("224.2.3.5", 23451), Message(Cluster.ClusterId));
        _heard.Datagram(Ip("198.18.0.99", 23451), Ip("224.1.2.3", 12345), Message(Guid.AllBitsSet));
        Assert.Empty(_heard.Heard);
    }

    [Fact]
    public void Other_groups_and_ports_are_nobodys_business()
    {
        _heard.Datagram(Ip("198.18.0.77", 1), Ip("224.2.3.5", 5353), "x"u8);
        _heard.Datagram(Ip("198.18.0.77", 1), Ip("224.0.0.251", 23451), "x"u8);
        _heard.Datagram(Ip("198.18.0.77", 1), Ip("224.1.2.3", 23451), "x"u8);
        _heard.Segment(Ip("198.18.0.77", 50000), Ip("198.18.0.78", 443), "x"u8);
        Assert.Empty(_heard.Heard);
    }

    [Fact]
    public void Unicast_control_counts_only_in_the_unicast_profile()
    {
        _heard.Datagram(Ip("198.18.0.77", 12321), Ip("198.18.0.1", 12321), "x"u8);
        Assert.Empty(_heard.Heard);
        var unicast = new ForeignTraffic(Clusters.Of(3, FlowProfile.Vsan66));
        unicast.Datagram(Ip("198.18.0.77", 12321), Ip("198.18.0.1", 12321), "x"u8);
        Assert.Single(unicast.Heard);
    }

    [Theory]
    [InlineData("198.18.0.77", 40000, "198.18.0.1", 2233)]
    [InlineData("198.18.0.1", 40000, "198.18.0.77", 2233)]
    [InlineData("198.18.0.77", 2233, "198.18.0.78", 40000)]
    public void Tcp_2233_of_an_address_that_is_not_in_the_spec_is_foreign(string from, int fromPort, string to, int toPort)
    {
        _heard.Segment(Ip(from, fromPort), Ip(to, toPort), []);
        Assert.Contains("an address that is not in the spec", Assert.Single(_heard.Heard).ToString());
    }

    [Fact]
    public void Between_the_specs_addresses_a_stream_needs_one_frame_of_ours()
    {
        Ipv4Endpoint a = Ip("198.18.0.1", 40000), b = Ip("198.18.0.2", 2233);
        _heard.Segment(a, b, []);
        Assert.Empty(_heard.Heard);
        _heard.Segment(a, b, "the middle of a long frame, or of something else"u8);
        Assert.Contains("a stream without a frame of this tool", Assert.Single(_heard.Heard).ToString());
        _heard.Segment(a, b, [1, 2, 3, .. Message(Cluster.ClusterId)]);
        _heard.Segment(a, b, "the middle again"u8);
        Assert.Empty(_heard.Heard);
    }

    [Fact]
    public void The_specs_outsiders_and_gateway_may_knock()
    {
        _heard.Segment(Ip("198.18.0.201", 40000), Ip("198.18.0.1", 2233), []);
        _heard.Segment(Ip("198.18.0.254", 40000), Ip("198.18.0.1", 2233), []);
        Assert.Empty(_heard.Heard);
    }

    [Fact]
    public void What_is_kept_has_a_limit()
    {
        for (int i = 0; i < 2 * ForeignTraffic.MaxConversations; i++) _heard.Segment(Ip("198.18.0.77", i + 1), Ip("198.18.0.1", 2233), []);
        Assert.Equal(ForeignTraffic.MaxConversations, _heard.Heard.Count);
        string message = new ForeignTrafficException("m01", _heard.Heard).Message;
        Assert.EndsWith($"; and {ForeignTraffic.MaxConversations - 3} more", message);
    }

    private static Ipv4Endpoint Ip(string address, int port) => new(Ipv4Endpoint.Number(System.Net.IPAddress.Parse(address)), (ushort)port);

    private static byte[] Message(Guid cluster)
    {
        byte[] buffer = new byte[MessageHeader.Overhead];
        return buffer[..new MessageHeader(MessageKind.Heartbeat, cluster, new MemberId(1), 1, 1).Seal(buffer, 0)];
    }
}
