using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Tcp;
using VsanEmu.Net.Udp;
using VsanEmu.Node.Safety;

namespace VsanEmu.Node;

/// <summary>
/// Feeds one <see cref="ClusterNode"/> and does what it asks for, under one lock: whatever happens (a datagram, a frame, a timer, an order) goes in, then
/// everything that the node wants done is polled and done. Nothing that is done under the lock waits for the network.
/// </summary>
internal sealed class NodePump : IDatagramHandler, IFrameHandler
{
    private readonly Lock _gate = new();
    private readonly ClusterSpec _cluster;
    private readonly string _name;
    private readonly MemberId _self;
    private readonly ClusterNode _node;
    private readonly NodeSockets _sockets;
    private readonly Links _links;
    private readonly StartGate _start;
    private readonly NodeCounters _counters;
    private readonly RunClock _clock;
    private readonly ILogger _log;
    private readonly Action<MessageHeader, FlowGroup, long>? _heard;
    private readonly ITimer _timer;
    private readonly Dictionary<uint, MemberId> _memberAt;
    private readonly byte[] _buffer = new byte[WireLimits.MaxFrame];

    private long _armedNs = long.MaxValue;
    private bool _running;
    private SocketError _lastSendError;

    internal NodePump(NodeOptions node, NodeSockets sockets, Func<NodePump, Links> links, StartGate start, NodeCounters counters, RunClock clock, TimeProvider time, ILogger log,
        Action<MessageHeader, FlowGroup, long>? heard)
    {
        _cluster = node.Cluster;
        _self = node.Self;
        _name = node.Cluster.Member(node.Self).Name;
        _node = new ClusterNode(node);
        _sockets = sockets;
        _links = links(this);
        _start = start;
        _counters = counters;
        _clock = clock;
        _log = log;
        _heard = heard;
        _memberAt = node.Cluster.Members.ToDictionary(m => Ipv4Endpoint.Number(m.Address), m => m.Id);
        _timer = time.CreateTimer(static state => ((NodePump)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the node: it listens, and sends only when <see cref="StartGate"/> lets it.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            _running = true;
            long now = _clock.NowNs;
            _node.Start(now);
            Drain(now);
        }
    }

    /// <summary>Gives the node an order. False when it does not run.</summary>
    internal bool Command(MemberCommand command)
    {
        lock (_gate)
        {
            if (!_running) return false;
            long now = _clock.NowNs;
            _node.Command(now, command);
            Drain(now);
            return true;
        }
    }

    /// <summary>Says goodbye and closes everything in order; the task ends when the last connection has.</summary>
    internal Task LeaveAsync()
    {
        lock (_gate)
        {
            if (!_running) return Task.CompletedTask;
            long now = _clock.NowNs;
            _links.BeginClosing();
            _node.Leave(now);
            Drain(now);
            _links.CloseAll();
            return _links.Empty;
        }
    }

    /// <summary>Ends everything at once: from here on nothing is fed and nothing is done.</summary>
    internal void Halt()
    {
        lock (_gate)
        {
            _running = false;
            _timer.Dispose();
            _links.CutAll();
        }
    }

    /// <summary>Looks into the node.</summary>
    internal T Read<T>(Func<ClusterNode, T> look)
    {
        lock (_gate) return look(_node);
    }

    /// <inheritdoc/>
    public void OnDatagram(DatagramSocket socket, Ipv4Endpoint source, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (!_running) return;
            _start.Datagram(source, socket.Local, datagram);
            if (TrialDatagram.TryParse(datagram, out _))
            {
                _counters.TrialDatagram();
                return;
            }

            if (MessageHeader.TryPeek(datagram, out Guid cluster, out MemberId claimed)
                && cluster == _cluster.ClusterId
                && _memberAt.GetValueOrDefault(source.Address) != claimed
                && MessageHeader.TryOpen(datagram, out _, out _) == WireStatus.Ok)
            {
                if (_counters.DatagramMismatch() == 1) _log.Mismatch(_name, "a datagram", source.ToString(), claimed);
                return;
            }

            long now = _clock.NowNs;
            if (_heard is not null && MessageHeader.TryOpen(datagram, out MessageHeader header, out _) == WireStatus.Ok && header.Cluster == _cluster.ClusterId)
                _heard(header, _sockets.GroupOf(socket), now);
            _node.HandleDatagram(now, _sockets.GroupOf(socket), datagram);
            Drain(now);
        }
    }

    /// <inheritdoc/>
    public void OnFrame(FrameConnection connection, ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (!_running) return;
            Measure(connection, frame);
            if (!_links.IsNodes(connection)) return;
            if (MessageHeader.TryPeek(frame, out Guid cluster, out MemberId claimed)
                && cluster == _cluster.ClusterId
                && _memberAt.GetValueOrDefault(Ipv4Endpoint.Number(connection.Remote.Address)) != claimed)
            {
                if (_counters.FrameMismatch() == 1) _log.Mismatch(_name, "a frame", connection.Remote.ToString(), claimed);
                connection.Cut(CutReason.Refused);
                return;
            }

            long now = _clock.NowNs;
            if (connection.Frames == 1 && MeasuredKind(frame) is not MessageKind.None and var kind && _links.TryBeginMeasuring(connection, kind))
            {
                _node.HandleClosed(now, new ConnectionId(connection.Id));
                Drain(now);
                Measure(connection, frame);
                return;
            }

            _node.HandleFrame(now, new ConnectionId(connection.Id), frame);
            Drain(now);
        }
    }

    /// <inheritdoc/>
    public void OnClosed(FrameConnection connection, CutReason reason, WireStatus status)
    {
        lock (_gate)
        {
            bool nodes = _links.Remove(connection);
            if (!_running) return;
            if (reason is not (CutReason.PeerClosed or CutReason.Closed))
            {
                _counters.Cut(reason, status);
                _log.CutOff(_name, connection.Remote.ToString(), reason.ToString(), status == WireStatus.Ok ? "" : status.ToString());
            }

            if (!nodes) return;
            long now = _clock.NowNs;
            var id = new ConnectionId(connection.Id);
            if (status == WireStatus.Ok) _node.HandleClosed(now, id);
            else _node.HandleStreamFault(now, id, status);
            Drain(now);
        }
    }

    /// <summary>Somebody connected.</summary>
    internal void OnAccepted(Socket socket, IPEndPoint remote)
    {
        lock (_gate)
        {
            if (!_running)
            {
                socket.Close(timeout: 0);
                return;
            }

            if (!_memberAt.ContainsKey(Ipv4Endpoint.Number(remote.Address))) _counters.Stranger(remote.Address);
            if (!_links.TryAccept(socket, remote, out FrameConnection? connection))
            {
                _counters.RefusedByLimit();
                socket.Close(timeout: 0);
                return;
            }

            long now = _clock.NowNs;
            if (!_node.HandleAccepted(now, new ConnectionId(connection.Id)))
            {
                _counters.RefusedByNode();
                _links.Release(connection.Id);
                connection.Cut(CutReason.Refused);
            }

            connection.Start();
            Drain(now);
        }
    }

    /// <summary>An attempt to connect ended.</summary>
    internal void OnConnected(ConnectionId id, Socket? socket, ProbeOutcome outcome)
    {
        lock (_gate)
        {
            if (!_links.TryFinishConnect(id.Value, socket, out FrameConnection? connection) || !_running) return;
            long now = _clock.NowNs;
            if (connection is null)
            {
                _node.HandleConnectFailed(now, id, outcome);
            }
            else
            {
                connection.Start();
                _node.HandleConnected(now, id);
            }

            Drain(now);
        }
    }

    // Which kind of connection that is not the cluster's begins with such a frame.
    private MessageKind MeasuredKind(ReadOnlySpan<byte> frame) =>
        MessageHeader.TryOpen(frame, WireLimits.MaxFrame, out MessageHeader header, out _, out _) == WireStatus.Ok
        && header.Kind is MessageKind.IdleProbe or MessageKind.Probe && header.Cluster == _cluster.ClusterId ? header.Kind : MessageKind.None;

    // Wire/README.md, "Measurement".
    private void Measure(FrameConnection connection, ReadOnlySpan<byte> frame)
    {
        MessageKind kind = _links.Measures(connection);
        if (kind == MessageKind.None) return;
        MessageHeader.TryOpen(frame, WireLimits.MaxFrame, out MessageHeader header, out ReadOnlySpan<byte> payload, out _);
        if (MeasuredKind(frame) != kind) connection.Cut(CutReason.Garbage, WireStatus.BadContent);
        else if (kind == MessageKind.IdleProbe) TakeIdleProbe(connection, header, payload);
        else TakeStreamProbe(connection, header, payload);
    }

    // The same payload goes back, and the connection may be silent for as long as it says.
    private void TakeIdleProbe(FrameConnection connection, in MessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (!IdleProbe.TryParse(payload, out IdleProbe probe))
        {
            connection.Cut(CutReason.Garbage, WireStatus.BadContent);
            return;
        }

        _counters.IdleProbe();
        connection.AllowSilence(TimeSpan.FromSeconds(probe.Seconds));
        Span<byte> answer = stackalloc byte[MessageHeader.Overhead + IdleProbe.Size];
        Answer(connection, header, answer, probe.Write(answer[MessageHeader.Size..]));
    }

    // Some go back as they came, and the last one with what came.
    private void TakeStreamProbe(FrameConnection connection, in MessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (!Probe.TryParse(payload, out Probe probe))
        {
            connection.Cut(CutReason.Garbage, WireStatus.BadContent);
            return;
        }

        if (TcpStream.ComesBack(probe.Index, probe.Total) && payload.Length <= TcpStream.MaxBytes)
        {
            Span<byte> back = stackalloc byte[MessageHeader.Overhead + payload.Length];
            payload.CopyTo(back[MessageHeader.Size..]);
            Answer(connection, header, back, payload.Length);
        }

        if (probe.Index + 1 < probe.Total) return;
        _counters.Stream();
        Span<byte> answer = stackalloc byte[MessageHeader.Overhead + ProbeReport.Size];
        Answer(connection, header, answer, new ProbeReport((ulong)connection.Frames, (ulong)connection.Figures.OutOfOrder).Write(answer[MessageHeader.Size..], probe));
    }

    private void Answer(FrameConnection connection, in MessageHeader question, Span<byte> answer, int payload)
    {
        new MessageHeader(question.Kind, _cluster.ClusterId, _self, question.Sequence, _clock.NowNs).Seal(answer, payload);
        connection.TrySend(answer);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _armedNs = long.MaxValue;
            if (!_running) return;
            long now = _clock.NowNs;
            _node.HandleTimeout(now);
            Drain(now);
        }
    }

    private void Drain(long now)
    {
        while (_node.TryPollTransmit(now, _buffer, out Transmit transmit))
        {
            if (!_start.MayDo(transmit.Kind))
            {
                _running = false;
                return;
            }

            Do(transmit);
        }

        while (_node.TryPollEvent(out NodeEvent e)) _log.Told(_name, e);
        Arm(now);
    }

    private void Do(in Transmit transmit)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, transmit.Length);
        switch (transmit.Kind)
        {
            case TransmitKind.Datagram: Sent(_sockets.Send(transmit, bytes), transmit, bytes); break;
            case TransmitKind.Frame when !_links.TrySend(transmit.Connection.Value, bytes): _counters.FrameDropped(); break;
            case TransmitKind.Frame: break;
            case TransmitKind.Connect: _links.Connect(transmit.Connection, transmit.To); break;
            case TransmitKind.Close: _links.Close(transmit.Connection.Value); break;
            case TransmitKind.Join: Changed("join", transmit, _sockets.Join(transmit)); break;
            case TransmitKind.Leave: Changed("leave", transmit, _sockets.Leave(transmit)); break;
        }
    }

    private void Sent(SocketError error, in Transmit transmit, ReadOnlySpan<byte> datagram)
    {
        if (error != SocketError.Success)
        {
            _counters.SendError(error);
            _node.HandleRefused(transmit, datagram);
            if (error != _lastSendError) _log.CannotSend(_name, "send a datagram", error.ToString());
        }

        _lastSendError = error;
    }

    private void Changed(string what, in Transmit transmit, SocketError error)
    {
        if (error == SocketError.Success) return;
        _counters.MembershipError(error);
        _log.CannotSend(_name, $"{what} the {transmit.Group} Group", error.ToString());
    }

    // Only ever moved forward in time by firing: a timer that fires too early does nothing and is set again.
    private void Arm(long now)
    {
        long next = _node.NextTimeoutNs;
        if (next >= _armedNs) return;
        _armedNs = next;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((next - now) / 1e6))), Timeout.InfiniteTimeSpan);
    }
}
