using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Tcp;
using VsanEmu.Net.Tests.Segments;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Tests.Tcp;

/// <summary>Listening, its limits, and how a connection attempt can end.</summary>
public sealed class AcceptTests : IDisposable
{
    private static readonly StreamLimits Limits = new() { MaxPerPeer = 2, MaxStrangers = 3 };
    private readonly Segment _segment = new();

    public void Dispose() => _segment.Dispose();

    [Fact]
    public void Strangers_share_a_few_places_and_never_take_a_members()
    {
        IPAddress member = IPAddress.Parse("198.18.0.1");
        var limiter = new AcceptLimiter(new HashSet<IPAddress> { member }, Limits);
        Assert.Equal(5, limiter.MaxTotal);
        for (int i = 0; i < 3; i++) Assert.True(limiter.TryEnter(IPAddress.Parse($"198.18.0.{10 + i}")));
        Assert.False(limiter.TryEnter(IPAddress.Parse("198.18.0.20")));
        Assert.True(limiter.TryEnter(member));
        Assert.True(limiter.TryEnter(member));
        Assert.False(limiter.TryEnter(member));
        limiter.Leave(member);
        limiter.Leave(IPAddress.Parse("198.18.0.11"));
        Assert.True(limiter.TryEnter(member));
        Assert.True(limiter.TryEnter(IPAddress.Parse("198.18.0.20")));
    }

    [Fact]
    public async Task Connections_open_from_and_to_the_members_own_addresses()
    {
        Endpoint a = _segment.Add("198.18.0.1"), b = _segment.Add("198.18.0.2");
        using FrameListener listener = b.Place.Run(() => new FrameListener(new IPEndPoint(b.Address, 2233), Limits, TimeProvider.System));
        var accepted = new TaskCompletionSource<IPEndPoint>();
        listener.Start((socket, from) =>
        {
            accepted.TrySetResult(from);
            socket.Dispose();
        });
        (Socket? socket, ProbeOutcome outcome) = await Connector(a).ConnectAsync(new IPEndPoint(b.Address, 2233), default);
        using (socket) Assert.Equal(ProbeOutcome.Open, outcome);
        Assert.Equal(a.Address, (await accepted.Task.WaitAsync(Eventually.Limit)).Address);
    }

    [Fact]
    public async Task The_ways_a_connection_can_fail_are_told_apart()
    {
        Endpoint a = _segment.Add("198.18.0.1"), b = _segment.Add("198.18.0.2");
        Assert.Equal((null, ProbeOutcome.Refused), await Connector(a).ConnectAsync(new IPEndPoint(b.Address, 2233), default));
        Assert.Equal((null, ProbeOutcome.Unreachable), await Connector(a).ConnectAsync(new IPEndPoint(IPAddress.Parse("198.19.0.1"), 2233), default));
        b.Place.Run(() => File.WriteAllText("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1"));
        Segment.Ip(b.Place, "link set lo down", "rule add from all to 198.18.0.1 blackhole");
        Assert.Equal((null, ProbeOutcome.Filtered), await Connector(a, TimeSpan.FromMilliseconds(500)).ConnectAsync(new IPEndPoint(b.Address, 2233), default));
    }

    [Fact]
    public async Task A_listener_that_is_disposed_of_listens_no_more()
    {
        Endpoint a = _segment.Add("198.18.0.1");
        FrameListener listener = a.Place.Run(() => new FrameListener(new IPEndPoint(a.Address, 2233), Limits, TimeProvider.System));
        listener.Start((socket, _) => socket.Dispose());
        BindException e = Assert.Throws<BindException>(() => a.Place.Run(() => new FrameListener(new IPEndPoint(a.Address, 2233), Limits, TimeProvider.System)));
        Assert.Equal("cannot bind 198.18.0.1:2233: Address already in use", e.Message);
        listener.Dispose();
        Assert.Equal((null, ProbeOutcome.Refused), await Connector(a).ConnectAsync(new IPEndPoint(a.Address, 2233), default));
    }

    private static FrameConnector Connector(Endpoint at, TimeSpan? patience = null) => new(at.Place, at.Address, patience ?? Eventually.Limit, TimeProvider.System);
}
