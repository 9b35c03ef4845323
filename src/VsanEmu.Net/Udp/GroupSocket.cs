using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Interfaces;

namespace VsanEmu.Net.Udp;

/// <summary>
/// One multicast group on one interface. It is bound to the group's own address and port, so nothing but the group's traffic arrives; it sends from
/// a second socket, bound to the interface's address. Sending needs no membership. Make it inside the interface's namespace; not for two threads at once.
/// </summary>
public sealed class GroupSocket : DatagramSocket
{
    // ip(7): by default a socket gets the groups that any other socket of the host joined on any interface; 0 leaves it its own.
    private const int MulticastAll = 49;

    private readonly int _ttl;
    private Socket _sender;
    private MulticastOption _membership;
    private bool _connected;

    /// <summary>Binds both sockets; joins nothing yet.</summary>
    /// <param name="through">The interface, with the address that datagrams are sent from.</param>
    /// <param name="group">The group, 224.0.0.0 to 239.255.255.255.</param>
    /// <param name="port">The group's UDP port, 1 to 65535; also the source port of what is sent.</param>
    /// <param name="ttl">Multicast TTL, 1 to 255.</param>
    /// <param name="receiveBuffer">Receive buffer asked for, bytes.</param>
    /// <exception cref="BindException">A port is taken by a socket that does not share it, or the address is gone.</exception>
    public GroupSocket(LocalInterface through, IPAddress group, int port, int ttl, int receiveBuffer = DefaultReceiveBuffer)
        : base(receiveBuffer)
    {
        Group = new IPEndPoint(group, port);
        _membership = new MulticastOption(group, through.Index);
        _ttl = ttl;
        _sender = NewSender();
        try
        {
            Receiver.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            Receiver.SetRawSocketOption((int)SocketOptionLevel.IP, MulticastAll, stackalloc byte[4]);
            BindReceiver(Group);

            BindSender(through);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The group's address and port.</summary>
    public IPEndPoint Group { get; }

    /// <summary>True between <see cref="Join"/> and <see cref="Leave"/>.</summary>
    public bool Joined { get; private set; }

    /// <summary>Joins: a membership report leaves the interface. Success, or why not (too many groups, interface gone).</summary>
    public SocketError Join() => Joined ? SocketError.Success : Change(SocketOptionName.AddMembership, joined: true);

    /// <summary>Leaves the group. Success, or why not.</summary>
    public SocketError Leave() => Joined ? Change(SocketOptionName.DropMembership, joined: false) : SocketError.Success;

    /// <summary>Goes on through another interface, which has the address now: the one before is gone, and its memberships with it.</summary>
    /// <param name="through">The interface.</param>
    public void MoveTo(LocalInterface through)
    {
        bool joined = Joined;
        Joined = false;
        _membership = new MulticastOption(Group.Address, through.Index);
        // One that was connected knows its way, and keeps to it.
        _sender.Dispose();
        _sender = NewSender();
        _connected = false;
        try
        {
            BindSender(through);
        }
        catch (Exception e) when (e is SocketException or BindException)
        {
            // The interface went away again: whoever watches moves this once more.
        }

        if (joined) Join();
    }

    /// <summary>Sends one datagram to the group. Success, or why not: no route, no buffer, forbidden by a firewall; it never waits.</summary>
    public SocketError Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            if (!_connected)
            {
                // Late, because a host that has no route to the group yet must be able to start.
                _sender.Connect(Group);
                _connected = true;
            }

            _sender.Send(datagram, SocketFlags.None, out SocketError error);
            return error;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <inheritdoc/>
    protected override void Close() => _sender.Dispose();

    private static Socket NewSender() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, MulticastLoopback = false };

    private void BindSender(LocalInterface through)
    {
        _sender.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(through.Index));
        _sender.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, _ttl);
        Bind(_sender, new IPEndPoint(through.Address, Group.Port));
    }

    private SocketError Change(SocketOptionName what, bool joined)
    {
        try
        {
            Receiver.SetSocketOption(SocketOptionLevel.IP, what, _membership);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }

        Joined = joined;
        return SocketError.Success;
    }
}
