using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Tests.Segments;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Tests.Udp;

/// <summary>Groups on a real segment: who joined hears, who did not does not, and what cannot be sent is a value.</summary>
public sealed class GroupSocketTests : IDisposable
{
    private static readonly IPAddress AgentGroup = IPAddress.Parse("224.2.3.5");
    private static readonly IPAddress MasterGroup = IPAddress.Parse("224.1.2.3");
    private readonly Segment _segment = new();

    public void Dispose() => _segment.Dispose();

    [Fact]
    public void A_datagram_reaches_who_joined_with_its_senders_address_and_port()
    {
        using Station a = Station.At(_segment.Add("198.18.0.1")), b = Station.At(_segment.Add("198.18.0.2")), c = Station.At(_segment.Add("198.18.0.3"));
        Assert.Equal(SocketError.Success, b.Agents.Join());
        Assert.Equal(SocketError.Success, a.Agents.Send("hello"u8));

        Assert.Equal("hello from 198.18.0.1:23451", b.Heard.Next());
        c.Agents.Join();
        a.Agents.Send("second"u8);
        Assert.Equal("second from 198.18.0.1:23451", c.Heard.Next()); // and not the first: it had not joined then.
        Assert.Equal("second from 198.18.0.1:23451", b.Heard.Next());
    }

    [Fact]
    public void A_sender_does_not_hear_itself()
    {
        using Station a = Station.At(_segment.Add("198.18.0.1")), b = Station.At(_segment.Add("198.18.0.2"));
        a.Agents.Join();
        b.Agents.Join();
        a.Agents.Send("mine"u8);
        Assert.StartsWith("mine", b.Heard.Next());
        b.Agents.Send("yours"u8);
        Assert.StartsWith("yours", a.Heard.Next());
    }

    [Fact]
    public void Who_left_hears_nothing_more()
    {
        using Station a = Station.At(_segment.Add("198.18.0.1")), b = Station.At(_segment.Add("198.18.0.2"));
        b.Agents.Join();
        b.Masters.Join();
        Assert.True(b.Agents.Joined);
        Assert.Equal(SocketError.Success, b.Agents.Leave());
        Assert.False(b.Agents.Joined);
        a.Agents.Send("to nobody"u8);
        Assert.Equal(SocketError.Success, a.Masters.Send("to Masters"u8)); // The control: sent later on the same wire, and heard first.
        Assert.StartsWith("to Masters", b.Heard.Next());
    }

    [Fact]
    public void A_group_socket_takes_nothing_but_its_group()
    {
        Endpoint at = _segment.Add("198.18.0.2"), from = _segment.Add("198.18.0.1");
        using Station b = Station.At(at);
        b.Agents.Join();
        using Socket stray = from.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        stray.SendTo("unicast to the group's port"u8, SocketFlags.None, new IPEndPoint(at.Address, 23451).Serialize());
        using Station a = Station.At(from);
        a.Masters.Send("a group that was not joined"u8);
        a.Agents.Send("ours"u8);
        Assert.StartsWith("ours", b.Heard.Next());
    }

    [Fact]
    public void The_ttl_is_the_specs()
    {
        using Station a = Station.At(_segment.Add("198.18.0.1"), ttl: 7);
        Endpoint at = _segment.Add("198.18.0.2");
        using Socket raw = at.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Udp) { ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds });
        raw.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(AgentGroup, at.Address));
        a.Agents.Send("hello"u8);
        byte[] packet = new byte[100];
        raw.Receive(packet);
        Assert.Equal(7, packet[8]); // RFC 791: the TTL stands at byte 8.
    }

    [Fact]
    public void Many_datagrams_at_once_all_arrive()
    {
        using Station a = Station.At(_segment.Add("198.18.0.1")), b = Station.At(_segment.Add("198.18.0.2"));
        b.Agents.Join();
        for (int i = 0; i < 200; i++) Assert.Equal(SocketError.Success, a.Agents.Send([(byte)i]));
        for (int i = 0; i < 200; i++) Assert.Equal(i, b.Heard.NextBytes()[0]);
        Assert.Equal(200, b.Agents.Received);
    }

    [Fact]
    public void What_cannot_be_sent_is_a_value()
    {
        Endpoint at = _segment.Add("198.18.0.1");
        using Station a = Station.At(at);
        Assert.Equal(SocketError.Success, a.Agents.Send("up"u8));
        Segment.Ip(at.Place, "link set eth0 down");
        Assert.Equal(SocketError.NetworkUnreachable, a.Agents.Send("down"u8));
        Segment.Ip(at.Place, "link set eth0 up", "route add 224.0.0.0/4 dev eth0");
        Assert.Equal(SocketError.Success, a.Agents.Send("up again"u8));
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        Endpoint at = _segment.Add("198.18.0.1");
        LocalInterface found = at.Interface();
        Assert.Equal(("eth0", 24, 3), (found.Name, found.PrefixLength, at.Place.Run(found.IgmpVersion)));
        Assert.Equal("there is no interface eth7 here: eth0 has 198.18.0.1", Why(() => LocalInterface.Find("eth7", at.Address)));
        Assert.Equal("interface eth0 does not have the address 198.18.0.9: it has 198.18.0.1", Why(() => LocalInterface.Find("eth0", IPAddress.Parse("198.18.0.9"))));
        Segment.Ip(at.Place, "link set eth0 down");
        Assert.Equal("interface eth0 is down", Why(() => LocalInterface.Find("eth0", at.Address)));

        string Why(Action find) => Assert.Throws<LocalInterfaceException>(() => at.Place.Run(find)).Message;
    }

    [Fact]
    public void The_igmp_version_in_use_is_told()
    {
        Endpoint at = _segment.Add("198.18.0.1");
        at.Place.Run(() => File.WriteAllText("/proc/sys/net/ipv4/conf/eth0/force_igmp_version", "2"));
        Assert.Equal(2, at.Place.Run(at.Interface().IgmpVersion));
    }

    [Fact]
    public void A_taken_port_is_named()
    {
        Endpoint at = _segment.Add("198.18.0.1");
        using UnicastSocket first = at.Place.Run(() => new UnicastSocket(new IPEndPoint(at.Address, 12321)));
        BindException e = Assert.Throws<BindException>(() => at.Place.Run(() => new UnicastSocket(new IPEndPoint(at.Address, 12321))));
        Assert.Equal("cannot bind 198.18.0.1:12321: Address already in use", e.Message);
    }

    [Fact]
    public void Unicast_goes_from_port_to_port_and_a_long_datagram_is_seen_to_be_long()
    {
        Endpoint one = _segment.Add("198.18.0.1"), two = _segment.Add("198.18.0.2");
        using UnicastSocket a = one.Place.Run(() => new UnicastSocket(new IPEndPoint(one.Address, 12321)));
        using UnicastSocket b = two.Place.Run(() => new UnicastSocket(new IPEndPoint(two.Address, 12321)));
        var heard = new Heard();
        b.StartReceiving(ReceiveLoop.Shared, heard);
        SocketAddress to = new IPEndPoint(two.Address, 12321).Serialize();
        Assert.Equal(SocketError.Success, a.Send(to, "you"u8));
        Assert.Equal("you from 198.18.0.1:12321", heard.Next());
        a.Send(to, new byte[3000]);
        Assert.Equal(ReceiveLoop.MaxDatagram, heard.NextBytes().Length);
    }

    private sealed record Station(GroupSocket Agents, GroupSocket Masters, Heard Heard) : IDisposable
    {
        public static Station At(Endpoint at, int ttl = 5) => at.Place.Run(() =>
        {
            LocalInterface through = LocalInterface.Find("eth0", at.Address);
            var heard = new Heard();
            var station = new Station(new GroupSocket(through, AgentGroup, 23451, ttl), new GroupSocket(through, MasterGroup, 12345, ttl), heard);
            station.Agents.StartReceiving(ReceiveLoop.Shared, heard);
            station.Masters.StartReceiving(ReceiveLoop.Shared, heard);
            return station;
        });

        public void Dispose()
        {
            Agents.Dispose();
            Masters.Dispose();
        }
    }
}
