using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Net.Udp;

/// <summary>Unicast control (profile vsan66): one socket, the same port at both ends. Make it inside its namespace; not for two threads at once.</summary>
public sealed class UnicastSocket : DatagramSocket
{
    /// <summary>Binds the socket.</summary>
    /// <param name="local">Own address and port; the port is also the source port of what is sent.</param>
    /// <param name="receiveBuffer">Receive buffer asked for, bytes.</param>
    /// <exception cref="BindException">The port is taken, or the address is not here.</exception>
    public UnicastSocket(IPEndPoint local, int receiveBuffer = DefaultReceiveBuffer)
        : base(receiveBuffer)
    {
        try
        {
            BindReceiver(local);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Sends one datagram. Success, or why not: no route, no buffer, forbidden by a firewall; it never waits.</summary>
    /// <param name="to">The receiver, from <see cref="EndPoint.Serialize"/>: made once, used for every datagram.</param>
    /// <param name="datagram">The datagram.</param>
    public SocketError Send(SocketAddress to, ReadOnlySpan<byte> datagram)
    {
        try
        {
            Receiver.SendTo(datagram, SocketFlags.None, to);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
