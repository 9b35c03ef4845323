using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Tcp;
using VsanEmu.Net.Udp;

namespace VsanEmu.Node;

/// <summary>The sockets of one member: its two groups or its unicast port, and its listener. Made, all at once, inside the member's namespace.</summary>
internal sealed class NodeSockets : IDisposable
{
    private readonly GroupSocket? _agents;
    private readonly GroupSocket? _masters;
    private readonly UnicastSocket? _unicast;
    private readonly Dictionary<MemberId, SocketAddress> _addresses;

    /// <summary>Opens them; nothing is joined, so nothing leaves the interface yet.</summary>
    /// <exception cref="BindException">An address or port cannot be had.</exception>
    internal NodeSockets(ClusterSpec cluster, LocalInterface through, StreamLimits limits, TimeProvider time)
    {
        ChannelSpec channels = cluster.Channels;
        _addresses = cluster.Members.ToDictionary(m => m.Id, m => new IPEndPoint(m.Address, channels.UnicastPort).Serialize());
        try
        {
            if (channels.AgentGroup is { } agents) _agents = new GroupSocket(through, agents, channels.AgentPort, channels.Ttl);
            if (channels.MasterGroup is { } masters) _masters = new GroupSocket(through, masters, channels.MasterPort, channels.Ttl);
            if (cluster.Profile.Unicast) _unicast = new UnicastSocket(new IPEndPoint(through.Address, channels.UnicastPort));
            Listener = new FrameListener(new IPEndPoint(through.Address, channels.ReliablePort), limits, time);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The reliable transport's listener.</summary>
    internal FrameListener Listener { get; } = null!;

    /// <summary>Failed receives and accepts of all sockets.</summary>
    internal long ReceiveErrors => All.Sum(s => s.ReceiveErrors) + Listener.Errors;

    private IEnumerable<DatagramSocket> All => new DatagramSocket?[] { _agents, _masters, _unicast }.OfType<DatagramSocket>();

    public void Dispose()
    {
        foreach (DatagramSocket socket in All) socket.Dispose();
        Listener?.Dispose();
    }

    internal void StartReceiving(ReceiveLoop loop, IDatagramHandler handler)
    {
        foreach (DatagramSocket socket in All) socket.StartReceiving(loop, handler);
    }

    /// <summary>Goes on through another interface, which has the member's address now.</summary>
    internal void MoveTo(LocalInterface through)
    {
        _agents?.MoveTo(through);
        _masters?.MoveTo(through);
    }

    /// <summary>Which group a socket stands for.</summary>
    internal FlowGroup GroupOf(DatagramSocket socket) =>
        socket == _agents ? FlowGroup.Agent : socket == _masters ? FlowGroup.Master : FlowGroup.None;

    /// <summary>Sends a datagram where <paramref name="transmit"/> says.</summary>
    internal SocketError Send(in Transmit transmit, ReadOnlySpan<byte> datagram) =>
        transmit.Group == FlowGroup.None
            ? Required(_unicast, transmit).Send(_addresses[transmit.To], datagram)
            : Group(transmit).Send(datagram);

    /// <summary>Joins the group that <paramref name="transmit"/> names.</summary>
    internal SocketError Join(in Transmit transmit) => Group(transmit).Join();

    /// <summary>Leaves the group that <paramref name="transmit"/> names.</summary>
    internal SocketError Leave(in Transmit transmit) => Group(transmit).Leave();

    private GroupSocket Group(in Transmit transmit) => Required(transmit.Group == FlowGroup.Agent ? _agents : _masters, transmit);

    private static T Required<T>(T? socket, in Transmit transmit) where T : class =>
        socket ?? throw new InvalidOperationException($"{transmit} has no socket in this profile");
}
