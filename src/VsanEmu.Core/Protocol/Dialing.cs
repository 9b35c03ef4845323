using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// Keeps the connections that the node's role, its data plane and its exchanges want, and no others: dials, greets, watches for silence, closes.
/// </summary>
internal sealed class Dialing(NodeContext node, Following following, Election election, PeerExchanges exchanges)
{
    /// <summary>Heartbeats for which a connection is kept after nothing wants it any more.</summary>
    private const int GraceHeartbeats = 2;

    /// <summary>Longest pause between two attempts, heartbeats.</summary>
    private const int MaxBackOff = 8;

    private readonly long[] _retryNs = new long[MemberId.Max + 1];
    private readonly int[] _failures = new int[MemberId.Max + 1];
    private readonly List<Connection> _due = [];
    private int _lastId;

    /// <summary>Opens what is wanted and missing, closes what is not wanted or silent.</summary>
    public void Reconcile(long nowNs)
    {
        if (node.Role == Role.Listening) return;
        foreach (Peer peer in node.Peers.All)
        {
            if (!Wants(peer)) continue;
            if (node.Connections.Opened(peer.Id) is { } connection) connection.WantedNs = nowNs;
            else if (nowNs >= _retryNs[peer.Id.Value] || exchanges.Urgent(peer.Id)) Dial(nowNs, peer.Id);
        }

        foreach (Connection connection in node.Connections.All)
            if (IsDue(nowNs, connection)) _due.Add(connection);
        foreach (Connection connection in _due) Close(nowNs, connection, nowNs - connection.LastHeardNs >= Silence(connection) ? "silent" : "not wanted any more");
        _due.Clear();
    }

    /// <summary>Sends a sign of life on every connection.</summary>
    public void KeepAlive()
    {
        foreach (Connection connection in node.Connections.All)
            if (connection.Ready) node.Frame(connection, MessageKind.KeepAlive);
    }

    public void HandleConnected(Connection connection)
    {
        connection.State = ConnectionState.Greeting;
        node.Frame(connection, MessageKind.Hello);
    }

    public bool HandleAccepted(long nowNs, ConnectionId id)
    {
        if (node.Role == Role.Listening || !node.Connections.RoomForAccepted)
        {
            node.Counters.Add("tcp.refused");
            return false;
        }

        node.Connections.AddAccepted(new Connection(id, MemberId.None, openedBySelf: false, nowNs));
        return true;
    }

    /// <summary>The peer's first frame; false when it is not who it should be.</summary>
    public bool HandleHello(long nowNs, Connection connection, MemberId from, Hello hello)
    {
        if (connection.Ready || hello.To != node.Self.Id || node.Peers.Find(from) is null) return false;
        if (connection.OpenedBySelf)
        {
            if (from != connection.Peer) return false;
            connection.State = ConnectionState.Ready;
        }
        else
        {
            Connection? older = node.Connections.Greet(connection, from);
            if (older is not null) Close(nowNs, older, "replaced by a newer one");
            node.Frame(connection, MessageKind.Hello);
        }

        _failures[from.Value] = 0;
        node.ViewDirty = true;
        node.Events.Add(nowNs, NodeEventKind.ConnectionOpened, from, connection.OpenedBySelf ? $"{node.FlowOf(connection)}, opened" : $"{node.FlowOf(connection)}, accepted");
        node.Data.LinkUp(nowNs, from, connection.OpenedBySelf);
        following.ConnectionReady(nowNs, from);
        election.ConnectionReady(nowNs, from);
        if (connection.OpenedBySelf) exchanges.ConnectionReady(connection);
        return true;
    }

    public void HandleConnectFailed(long nowNs, Connection connection, ProbeOutcome why)
    {
        exchanges.Failed(nowNs, connection.Peer, why);
        Forget(nowNs, connection, $"could not be opened: {why}");
    }

    public void HandleClosed(long nowNs, Connection connection)
    {
        if (connection.OpenedBySelf && !connection.Ready) exchanges.Failed(nowNs, connection.Peer, ProbeOutcome.Refused);
        Forget(nowNs, connection, "closed by the other side, or cut off");
    }

    /// <summary>Ends a connection from this side.</summary>
    public void Close(long nowNs, Connection connection, string why)
    {
        node.Outbox.Add(new Outgoing(TransmitKind.Close, FlowGroup.None, connection.Peer, connection.Id));
        Forget(nowNs, connection, why);
    }

    /// <summary>A peer fell silent: its connections are dead too.</summary>
    public void ClosePeer(long nowNs, MemberId peer)
    {
        if (node.Connections.Opened(peer) is { } opened) Close(nowNs, opened, "its peer fell silent");
        if (node.Connections.Accepted(peer) is { } accepted) Close(nowNs, accepted, "its peer fell silent");
        _retryNs[peer.Value] = 0;
        _failures[peer.Value] = 0;
    }

    private bool Wants(Peer peer) =>
        (peer.Alive && (node.IsMaster || peer.Id == node.Master || node.Data.Wants(peer.Id))) || exchanges.Wants(peer.Id);

    private void Dial(long nowNs, MemberId peer)
    {
        var connection = new Connection(new ConnectionId(--_lastId), peer, openedBySelf: true, nowNs);
        node.Connections.AddOpened(connection);
        node.Outbox.Add(new Outgoing(TransmitKind.Connect, FlowGroup.None, peer, connection.Id));
    }

    private bool IsDue(long nowNs, Connection connection) =>
        connection.State != ConnectionState.Connecting
        && (nowNs - connection.LastHeardNs >= Silence(connection)
            || (connection.OpenedBySelf && nowNs - connection.WantedNs > GraceHeartbeats * node.HeartbeatNs));

    private long Silence(Connection connection) =>
        NodeContext.Ns(connection.State == ConnectionState.Greeting ? node.Cluster.Timers.TcpConnect : node.Cluster.Timers.TcpIdle);

    private void Forget(long nowNs, Connection connection, string why)
    {
        node.Connections.Remove(connection);
        node.ViewDirty = true;
        MemberId peer = connection.Peer;
        if (peer.IsNone) return;
        node.Events.Add(nowNs, NodeEventKind.ConnectionClosed, peer, $"{(connection.OpenedBySelf ? "opened" : "accepted")}: {why}");
        if (connection.Ready) node.Data.LinkDown(nowNs, peer, connection.OpenedBySelf);
        if (!connection.OpenedBySelf) return;
        int failures = connection.Ready ? 0 : Math.Min(_failures[peer.Value] + 1, MaxBackOff);
        _failures[peer.Value] = failures;
        _retryNs[peer.Value] = nowNs + (Math.Max(1, failures) * node.HeartbeatNs);
    }
}
