using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Node;

/// <summary>
/// A node's TCP connections by number, those being opened included. A connection is the node's until either side ends it; it is kept until its socket
/// is gone. Used under the pump's lock.
/// </summary>
internal sealed class Links(ClusterSpec cluster, StreamLimits limits, FrameConnector connector, TimeProvider time, NodePump pump)
{
    private readonly Dictionary<int, Link> _links = [];
    private readonly HashSet<int> _connecting = [];
    private readonly AcceptLimiter _limiter = new(cluster.Members.Select(m => m.Address).ToHashSet(), limits);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Accepted connections are numbered upwards from 1; the node numbers those that it asks for downwards from -1.
    private int _lastAccepted;
    private bool _closing;

    /// <summary>Ends when, after <see cref="CloseAll"/>, the last socket is gone.</summary>
    internal Task Empty => _empty.Task;

    /// <summary>True while the node knows this connection.</summary>
    internal bool IsNodes(FrameConnection connection) => _links.TryGetValue(connection.Id, out Link? link) && link.IsNodes;

    /// <summary>What the connection measures, when it is not the node's: the kind of frame that it began with; None for any other.</summary>
    internal MessageKind Measures(FrameConnection connection) => _links.TryGetValue(connection.Id, out Link? link) ? link.Measures : MessageKind.None;

    /// <summary>Makes an accepted connection of the node's one that measures: the node is to be told that it lost it. False when it was opened here.</summary>
    internal bool TryBeginMeasuring(FrameConnection connection, MessageKind what)
    {
        if (!_links.TryGetValue(connection.Id, out Link? link) || !link.Accepted || !link.IsNodes) return false;
        link.IsNodes = false;
        link.Measures = what;
        return true;
    }

    /// <summary>Takes an accepted socket, or refuses it because there are too many.</summary>
    internal bool TryAccept(Socket socket, IPEndPoint remote, [NotNullWhen(true)] out FrameConnection? connection)
    {
        connection = null;
        if (_closing || !_limiter.TryEnter(remote.Address)) return false;
        connection = Add(++_lastAccepted, socket, accepted: true);
        return true;
    }

    /// <summary>Starts to open a connection; <see cref="NodePump.OnConnected"/> tells the end.</summary>
    internal void Connect(ConnectionId id, MemberId to)
    {
        _connecting.Add(id.Value);
        ConnectLater(id, new IPEndPoint(cluster.Member(to).Address, cluster.Channels.ReliablePort));
    }

    /// <summary>An attempt ended. False when nobody waits for it any more; the socket is then closed.</summary>
    internal bool TryFinishConnect(int id, Socket? socket, out FrameConnection? connection)
    {
        connection = null;
        if (!_connecting.Remove(id))
        {
            socket?.Dispose();
            return false;
        }

        if (socket is not null) connection = Add(id, socket, accepted: false);
        return true;
    }

    /// <summary>Queues a frame. False when the connection has ended.</summary>
    internal bool TrySend(int id, ReadOnlySpan<byte> frame) => _links.TryGetValue(id, out Link? link) && link.IsNodes && link.Connection.TrySend(frame);

    /// <summary>Closes a connection in order, or gives up opening it. One on which somebody connected and never said anything is cut instead, and counted.</summary>
    internal void Close(int id)
    {
        _connecting.Remove(id);
        if (!_links.TryGetValue(id, out Link? link)) return;
        link.IsNodes = false;
        if (link.Accepted && link.Connection.Frames == 0 && !_closing) link.Connection.Cut(CutReason.NoHello);
        else link.Connection.Close();
    }

    /// <summary>The node does not want to hear of this connection any more.</summary>
    internal void Release(int id) => _links[id].IsNodes = false;

    /// <summary>The socket is gone. True when the node is still to be told.</summary>
    internal bool Remove(FrameConnection connection)
    {
        if (!_links.Remove(connection.Id, out Link? link)) return false;
        if (link.Accepted) _limiter.Leave(connection.Remote.Address);
        if (_closing && _links.Count == 0) _empty.TrySetResult();
        return link.IsNodes;
    }

    /// <summary>From here on takes no more connections.</summary>
    internal void BeginClosing() => _closing = true;

    /// <summary>Closes all that are left in order.</summary>
    internal void CloseAll()
    {
        BeginClosing();
        _ = _ending.CancelAsync();
        _connecting.Clear();
        foreach (int id in _links.Keys.ToArray()) Close(id);
        if (_links.Count == 0) _empty.TrySetResult();
    }

    /// <summary>Cuts all off at once and takes no more.</summary>
    internal void CutAll()
    {
        _closing = true;
        _ = _ending.CancelAsync();
        _connecting.Clear();
        foreach (Link link in _links.Values) link.Connection.Cut(CutReason.Aborted);
    }

    private FrameConnection Add(int id, Socket socket, bool accepted)
    {
        var connection = new FrameConnection(id, socket, limits, time, pump);
        _links.Add(id, new Link(connection, accepted));
        return connection;
    }

    // async void, so that a bug ends the process instead of vanishing. Yields first: the caller holds the pump's lock.
    private async void ConnectLater(ConnectionId id, IPEndPoint to)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        (Socket? socket, var outcome) = await connector.ConnectAsync(to, _ending.Token).ConfigureAwait(false);
        pump.OnConnected(id, socket, outcome);
    }

    private sealed class Link(FrameConnection connection, bool accepted)
    {
        internal FrameConnection Connection { get; } = connection;

        internal bool Accepted { get; } = accepted;

        internal bool IsNodes { get; set; } = true;

        internal MessageKind Measures { get; set; }
    }
}
