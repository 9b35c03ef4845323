using System.Net;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;

namespace VsanEmu.Net.Trials;

/// <summary>Sends whole IPv4 packets from one interface, whatever source address they bear. Needs CAP_NET_RAW.</summary>
internal sealed class RawSender : IDisposable
{
    private const int LevelSocket = 1;   // SOL_SOCKET
    private const int BindToDevice = 25; // socket(7)

    private readonly Socket _socket;

    /// <exception cref="SocketException">CAP_NET_RAW is missing.</exception>
    /// <exception cref="LocalInterfaceException">The interface lacks its address, or is down.</exception>
    internal RawSender(ProbeSource from)
    {
        _socket = from.Namespace.Run(() =>
        {
            // Protocol RAW: what is sent begins with its IP header (raw(7)).
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw) { Blocking = false, MulticastLoopback = false };
            try
            {
                int index = LocalInterface.Find(from.Interface, from.Address).Index;
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
                socket.SetRawSocketOption(LevelSocket, BindToDevice, Encoding.UTF8.GetBytes(from.Interface + '\0'));
                return socket;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        });
    }

    /// <summary>Sends one packet. Success, or why not; it never waits.</summary>
    internal SocketError Send(ReadOnlySpan<byte> packet, IPAddress destination)
    {
        try
        {
            _socket.SendTo(packet, SocketFlags.None, new IPEndPoint(destination, 0));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    public void Dispose() => _socket.Dispose();
}
