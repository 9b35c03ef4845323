using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Trials;

/// <summary>
/// Groups that one endpoint joined, by sockets that receive nothing. A socket takes only so many (net.ipv4.igmp_max_memberships, 20 by default): when one is
/// full, another is opened. May be called from any thread. Disposing leaves all.
/// </summary>
/// <param name="place">The endpoint's namespace.</param>
/// <param name="interfaceIndex">Its interface's number there.</param>
internal sealed class Memberships(NetworkNamespace place, int interfaceIndex) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly Dictionary<IPAddress, Socket> _joined = [];

    /// <summary>Joins a group. Success, or why not; joining again does nothing.</summary>
    internal SocketError Join(IPAddress group)
    {
        lock (_gate)
        {
            if (_joined.ContainsKey(group)) return SocketError.Success;
            if (_sockets.Count == 0) Open();
            SocketError error = Change(_sockets[^1], SocketOptionName.AddMembership, group);
            if (error == SocketError.NoBufferSpaceAvailable && _joined.ContainsValue(_sockets[^1]))
            {
                Open();
                error = Change(_sockets[^1], SocketOptionName.AddMembership, group);
            }

            if (error == SocketError.Success) _joined.Add(group, _sockets[^1]);
            return error;
        }
    }

    /// <summary>Leaves a group. Success, or why not; leaving what was not joined does nothing.</summary>
    internal SocketError Leave(IPAddress group)
    {
        lock (_gate) return _joined.Remove(group, out Socket? socket) ? Change(socket, SocketOptionName.DropMembership, group) : SocketError.Success;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Socket socket in _sockets) socket.Dispose();
            _sockets.Clear();
            _joined.Clear();
        }
    }

    // Never bound: it has no port to receive on.
    private void Open() => _sockets.Add(place.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)));

    private SocketError Change(Socket socket, SocketOptionName what, IPAddress group)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.IP, what, new MulticastOption(group, interfaceIndex));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
