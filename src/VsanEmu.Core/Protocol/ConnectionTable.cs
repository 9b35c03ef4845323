using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>All connections of a node: by number, and by peer and opener.</summary>
internal sealed class ConnectionTable
{
    /// <summary>Accepted connections whose Hello has not come yet, at most.</summary>
    public const int MaxGreeting = 2 * MemberId.Max;

    private readonly Dictionary<ConnectionId, Connection> _byId = [];
    private readonly Connection?[] _opened = new Connection?[MemberId.Max + 1];
    private readonly Connection?[] _accepted = new Connection?[MemberId.Max + 1];
    private int _greeting;

    /// <summary>All of them; typed so that a walk makes no garbage.</summary>
    public Dictionary<ConnectionId, Connection>.ValueCollection All => _byId.Values;

    public bool RoomForAccepted => _greeting < MaxGreeting;

    public Connection? Find(ConnectionId id) => _byId.GetValueOrDefault(id);

    /// <summary>The connection that this node opened to a peer, in whatever state.</summary>
    public Connection? Opened(MemberId peer) => _opened[peer.Value];

    /// <summary>The connection that a peer opened to this node, once its Hello has come.</summary>
    public Connection? Accepted(MemberId peer) => _accepted[peer.Value];

    /// <summary>A connection over which a frame can go to a peer now, the one that this node opened first.</summary>
    public Connection? ReadyTo(MemberId peer) =>
        _opened[peer.Value] is { Ready: true } opened ? opened : _accepted[peer.Value];

    public void AddOpened(Connection connection)
    {
        _byId.Add(connection.Id, connection);
        _opened[connection.Peer.Value] = connection;
    }

    public void AddAccepted(Connection connection)
    {
        _byId.Add(connection.Id, connection);
        _greeting++;
    }

    /// <summary>An accepted connection's Hello has come; returns an older one from the same peer, which it replaces.</summary>
    public Connection? Greet(Connection connection, MemberId peer)
    {
        Connection? older = _accepted[peer.Value];
        connection.Peer = peer;
        connection.State = ConnectionState.Ready;
        _accepted[peer.Value] = connection;
        _greeting--;
        return older;
    }

    public void Remove(Connection connection)
    {
        if (!_byId.Remove(connection.Id)) return;
        if (connection.OpenedBySelf)
        {
            if (_opened[connection.Peer.Value] == connection) _opened[connection.Peer.Value] = null;
        }
        else if (connection.State == ConnectionState.Greeting)
        {
            _greeting--;
        }
        else if (_accepted[connection.Peer.Value] == connection)
        {
            _accepted[connection.Peer.Value] = null;
        }
    }
}
