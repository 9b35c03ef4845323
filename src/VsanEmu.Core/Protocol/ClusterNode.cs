using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// One emulated member, without any input or output of its own: it is fed with what arrives and with the time, and polled for what it wants sent.
/// The same code runs on a real wire and in the simulation. One thread at a time. Times are nanoseconds since an origin that all inputs share.
/// </summary>
public sealed class ClusterNode
{
    private readonly NodeContext _node;
    private readonly Submissions _submissions;
    private readonly Ordering _ordering;
    private readonly Following _following;
    private readonly Election _election;
    private readonly PeerExchanges _exchanges;
    private readonly Dialing _dialing;
    private readonly ProbeStreams _probes;
    private readonly MessageWriter _writer;
    private readonly FrameReader _frames;
    private readonly NodeReport _report;
    private long _listenUntilNs = long.MaxValue;
    private long _nextBeatNs = long.MaxValue;
    private bool _left;

    /// <summary>Makes a node that does nothing until <see cref="Start"/>.</summary>
    public ClusterNode(NodeOptions options)
    {
        _node = new NodeContext(options);
        _submissions = new Submissions(_node);
        _ordering = new Ordering(_node, _submissions.HandleAck);
        _following = new Following(_node);
        _election = new Election(_node, _following, _ordering, _submissions);
        _exchanges = new PeerExchanges(_node);
        _dialing = new Dialing(_node, _following, _election, _exchanges);
        _probes = new ProbeStreams(_node);
        _writer = new MessageWriter(_node, _ordering);
        _frames = new FrameReader(_node, _ordering, _following, _election, _submissions, _exchanges, _dialing);
        _report = new NodeReport(_node, _ordering, _following, _election, _submissions);
    }

    /// <summary>Who this node is.</summary>
    public MemberId Id => _node.Self.Id;

    /// <summary>Its present role.</summary>
    public Role Role => _node.Role;

    /// <summary>Its view of the cluster: rebuilt when something changed, else the same object.</summary>
    public MemberView View => _report.View();

    /// <summary>When <see cref="HandleTimeout"/> is next due; <see cref="long.MaxValue"/> when nothing waits for time.</summary>
    public long NextTimeoutNs => _left
        ? long.MaxValue
        : Math.Min(
            Math.Min(Math.Min(_listenUntilNs, _nextBeatNs), Math.Min(_node.Peers.NextExpiryNs, _election.DeadlineNs)),
            Math.Min(_probes.NextNs, _node.Data.NextTimeoutNs));

    internal NodeContext Context => _node;

    /// <summary>Every part of its memory that can grow: its name, how much it holds, and the limit.</summary>
    internal IEnumerable<(string Name, int Used, int Limit)> Memory() => _report.Memory();

    /// <summary>Own updates whose acknowledgement came at this instant and since the last call.</summary>
    internal IEnumerable<AckedUpdate> TakeAcknowledged(long atNs) => _submissions.TakeAcknowledged(atNs);

    /// <summary>Begins to listen: joins the Agent Group, sends nothing else for <c>Timers.Listen</c>, then becomes an Agent.</summary>
    public void Start(long nowNs)
    {
        _listenUntilNs = nowNs + NodeContext.Ns(_node.Cluster.Timers.Listen);
        _exchanges.Begin(nowNs);
        if (!_node.Cluster.Profile.Unicast)
            _node.Outbox.Add(new Outgoing(TransmitKind.Join, FlowGroup.Agent, MemberId.None, default));
    }

    /// <summary>A datagram arrived on a group's socket; <see cref="FlowGroup.None"/> is the unicast one.</summary>
    public void HandleDatagram(long nowNs, FlowGroup group, ReadOnlySpan<byte> datagram)
    {
        if (_left) return;
        WireStatus status = MessageHeader.TryOpen(datagram, out MessageHeader header, out ReadOnlySpan<byte> payload);
        if (status == WireStatus.Ok && header.Cluster != _node.Cluster.ClusterId)
        {
            _node.Counters.Add("foreign_cluster.datagrams");
            return;
        }

        if (status == WireStatus.Ok && header.Sender == _node.Self.Id)
        {
            _node.Counters.Add("own_id.datagrams");
            return;
        }

        Peer? peer = status == WireStatus.Ok ? _node.Peers.Find(header.Sender) : null;
        if (status == WireStatus.Ok) status = peer is null ? WireStatus.BadContent : Take(nowNs, peer, group, header, payload);
        if (status == WireStatus.Ok)
        {
            _node.Received++;
            peer!.Time(header.SentNs, nowNs);
        }
        else
        {
            CountBroken(group, status, datagram);
        }

        DrainData(nowNs);
    }

    /// <summary>A connection that this node asked for is open.</summary>
    public void HandleConnected(long nowNs, ConnectionId id)
    {
        if (_node.Connections.Find(id) is not { OpenedBySelf: true, State: ConnectionState.Connecting } connection) return;
        connection.LastHeardNs = nowNs;
        _dialing.HandleConnected(connection);
    }

    /// <summary>A peer opened a connection. False: refuse it.</summary>
    public bool HandleAccepted(long nowNs, ConnectionId id) => !_left && _dialing.HandleAccepted(nowNs, id);

    /// <summary>A connection that this node asked for could not be opened.</summary>
    public void HandleConnectFailed(long nowNs, ConnectionId id, ProbeOutcome why)
    {
        if (_node.Connections.Find(id) is { } connection) _dialing.HandleConnectFailed(nowNs, connection, why);
        DrainData(nowNs);
    }

    /// <summary>A whole frame arrived on a connection.</summary>
    public void HandleFrame(long nowNs, ConnectionId id, ReadOnlySpan<byte> frame)
    {
        if (_left || _node.Connections.Find(id) is not { } connection) return;
        WireStatus status = _frames.Take(nowNs, connection, frame);
        if (status == WireStatus.Ok) _node.Received++;
        else HandleStreamFault(nowNs, id, status);
        DrainData(nowNs);
    }

    /// <summary>A connection's bytes are no frames: it is counted and closed.</summary>
    public void HandleStreamFault(long nowNs, ConnectionId id, WireStatus why)
    {
        if (_node.Connections.Find(id) is not { } connection) return;
        _node.Counters.Add(Names.BrokenFrames[(int)why]);
        _node.Events.Add(nowNs, NodeEventKind.PeerFault, connection.Peer, $"cut off: {why}");
        _dialing.Close(nowNs, connection, $"the peer's fault: {why}");
        DrainData(nowNs);
    }

    /// <summary>A connection ended from outside.</summary>
    public void HandleClosed(long nowNs, ConnectionId id)
    {
        if (_node.Connections.Find(id) is { } connection) _dialing.HandleClosed(nowNs, connection);
        DrainData(nowNs);
    }

    /// <summary>Does what is due.</summary>
    public void HandleTimeout(long nowNs)
    {
        if (_left) return;
        if (nowNs >= _listenUntilNs)
        {
            _listenUntilNs = long.MaxValue;
            // Members that start together must not all speak at the same instant for ever.
            _nextBeatNs = nowNs + _node.Random.Next(_node.HeartbeatNs) + 1;
            _election.ListenEnded(nowNs);
        }

        while (_node.Peers.TakeExpired(nowNs) is { } silent) Lose(nowNs, silent, "fell silent");
        if (nowNs >= _election.DeadlineNs) _election.Evaluate(nowNs);
        if (nowNs >= _nextBeatNs) Beat(nowNs);
        _probes.HandleTimeout(nowNs);
        _node.Data.HandleTimeout(nowNs);
        DrainData(nowNs);
    }

    /// <summary>The next thing to do or send, its bytes in <paramref name="buffer"/>, which has room for <see cref="WireLimits.MaxFrame"/>. False: nothing more now.</summary>
    public bool TryPollTransmit(long nowNs, Span<byte> buffer, out Transmit transmit)
    {
        while (_node.Outbox.TryTake(out Outgoing item))
        {
            if (!_writer.TryWrite(nowNs, item, buffer, out transmit)) continue;
            if (transmit.Length > 0) _node.Sent++;
            return true;
        }

        if (_left || !_writer.TryWriteData(nowNs, buffer, out transmit))
        {
            transmit = default;
            return false;
        }

        _node.Sent++;
        return true;
    }

    /// <summary>The next event for an observer.</summary>
    public bool TryPollEvent(out NodeEvent e) => _node.Events.TryTake(out e);

    /// <summary>Takes a controller's order.</summary>
    public void Command(long nowNs, MemberCommand command)
    {
        if (_left) return;
        switch (command)
        {
            case MemberCommand.PowerOn on:
                _node.Data.PowerOn(nowNs, on.Vm);
                break;
            case MemberCommand.PowerOff off:
                _node.Data.PowerOff(nowNs, off.Vm);
                break;
            case MemberCommand.Submit submit:
                Submit(nowNs, EntryType.ConfigStatus, submit.Key, submit.Value.Span);
                break;
            case MemberCommand.ProbePeers:
                _exchanges.ProbeAll(nowNs);
                _dialing.Reconcile(nowNs);
                break;
            case MemberCommand.ProbeStream stream:
                _probes.Start(nowNs, stream);
                break;
        }

        DrainData(nowNs);
    }

    /// <summary>Leaves in order: says goodbye, leaves the groups, closes the connections. Poll until nothing more comes.</summary>
    public void Leave(long nowNs)
    {
        if (_left) return;
        if (Role != Role.Listening) _node.Say(MessageKind.Bye);
        foreach (Connection connection in _node.Connections.All.ToArray()) _dialing.Close(nowNs, connection, "this node leaves");
        if (!_node.Cluster.Profile.Unicast)
        {
            if (Role is Role.Backup or Role.Master) _node.Outbox.Add(new Outgoing(TransmitKind.Leave, FlowGroup.Master, MemberId.None, default));
            _node.Outbox.Add(new Outgoing(TransmitKind.Leave, FlowGroup.Agent, MemberId.None, default));
        }

        _left = true;
    }

    /// <summary>What it kept about itself.</summary>
    public NodeObservation Observe() => _report.Observe();

    /// <summary>Probe streams that it sent: stream, group, datagrams.</summary>
    public IReadOnlyList<(int Stream, FlowGroup Group, long Datagrams)> StreamsSent => [.. _probes.Sent];

    /// <summary>Datagrams of those streams that the driver could not send.</summary>
    public IReadOnlyList<RefusedDatagrams> StreamsRefused => [.. _probes.Refused];

    /// <summary>The driver could not send a datagram: one that is counted by number was not sent, then; of all others the next one stands in.</summary>
    /// <param name="transmit">What it was asked to do.</param>
    /// <param name="datagram">The datagram.</param>
    public void HandleRefused(in Transmit transmit, ReadOnlySpan<byte> datagram)
    {
        if (MessageHeader.TryOpen(datagram, out MessageHeader header, out ReadOnlySpan<byte> payload) != WireStatus.Ok || header.Kind != MessageKind.Probe) return;
        if (Probe.TryParse(payload, out Probe probe)) _probes.HandleRefused(transmit.Group, transmit.Group == FlowGroup.None ? transmit.To : MemberId.None, probe);
    }

    /// <summary>Probe streams of others as they arrived here.</summary>
    public IReadOnlyList<(int Stream, StreamObservation Counts)> StreamsReceived => [.. _probes.Received];

    /// <summary>Outcomes of the latest <see cref="MemberCommand.ProbePeers"/>, so far.</summary>
    public IReadOnlyList<ProbeObservation> PeerProbes => [.. _exchanges.Results];

    /// <summary>Its directory: each entry's key and revision.</summary>
    public IReadOnlyDictionary<Guid, ulong> DirectoryRevisions => _node.Directory.Revisions();

    private WireStatus Take(long nowNs, Peer peer, FlowGroup group, in MessageHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Kind)
        {
            case MessageKind.Heartbeat:
                if (!Heartbeat.TryParse(payload, out Heartbeat said)) return WireStatus.BadContent;
                TakeHeartbeat(nowNs, peer, header.SentNs, said);
                return WireStatus.Ok;
            case MessageKind.Update:
                return _frames.TakeUpdate(nowNs, peer.Id, payload);
            case MessageKind.Disseminate:
                return _frames.TakeDisseminate(nowNs, peer.Id, payload);
            case MessageKind.Probe:
                if (!Probe.TryParse(payload, out Probe probe)) return WireStatus.BadContent;
                _probes.Handle(peer.Id, group, probe);
                return WireStatus.Ok;
            case MessageKind.Bye:
                if (!Bye.TryParse(payload, out Bye bye)) return WireStatus.BadContent;
                TakeBye(nowNs, peer, bye);
                return WireStatus.Ok;
            default:
                return WireStatus.BadContent;
        }
    }

    private void TakeHeartbeat(long nowNs, Peer peer, long sentNs, in Heartbeat said)
    {
        // A datagram of an earlier life that was held up somewhere. Of a dead peer any life is news: its clock may have been set back.
        if (said.IncarnationNs == peer.GoneIncarnationNs || (peer.Alive && said.IncarnationNs < peer.Said.IncarnationNs)) return;
        if (peer.Alive && said.IncarnationNs > peer.Said.IncarnationNs) LoseFormerLife(nowNs, peer);
        if (peer.Alive && said.IncarnationNs == peer.Said.IncarnationNs && sentNs < peer.SaidNs)
        {
            // A later one overtook it: a Master must not seem to have stepped down because of what it said before it was one.
            _node.Counters.Add("heartbeats.overtaken");
            return;
        }

        Heartbeat before = peer.Said;
        peer.Said = said;
        peer.SaidNs = sentNs;
        _node.HighestTerm = Math.Max(_node.HighestTerm, said.Term);
        bool came = _node.Peers.Heard(peer, nowNs);
        if (came || said.Settings != before.Settings) peer.SettingsDiffer = said.Settings != _node.SettingsDigest;
        if (came)
        {
            _node.ViewDirty = true;
            _node.Events.Add(nowNs, NodeEventKind.PeerUp, peer.Id, $"{said.Role} in term {Terms.NumberOf(said.Term)}");
            _node.Data.PeerAlive(nowNs, peer.Id, alive: true);
        }

        bool news = came || said.Role != before.Role || said.Master != before.Master || said.Backup != before.Backup || said.Term != before.Term
            || said.IncarnationNs != before.IncarnationNs;
        if (news)
        {
            _election.Evaluate(nowNs);
            _dialing.Reconcile(nowNs);
        }

        if (_node.IsMaster)
        {
            if (said.Role == Role.Backup && said.Synced && said.Master == Id) _ordering.Confirm(nowNs, peer.Id, new Position(said.Term, said.Sequence));
        }
        else if (peer.Id == _node.Master && said.Term == _node.Term)
        {
            _following.HandleHeartbeat(nowNs, said, _submissions.Pending > 0);
        }
    }

    private void TakeBye(long nowNs, Peer peer, Bye said)
    {
        // Heartbeats that it overtook must not bring the peer back; one of an earlier life says nothing of the present one.
        peer.GoneIncarnationNs = said.IncarnationNs;
        if (peer.Alive && said.IncarnationNs == peer.Said.IncarnationNs) Lose(nowNs, peer, "said goodbye");
    }

    private void Beat(long nowNs)
    {
        _nextBeatNs += _node.HeartbeatNs;
        if (_nextBeatNs <= nowNs) _nextBeatNs = nowNs + _node.HeartbeatNs; // The driver was held up: do not send what is past.
        _node.Say(MessageKind.Heartbeat);
        _election.Evaluate(nowNs);
        _exchanges.Tick(nowNs);
        _dialing.Reconcile(nowNs);
        _dialing.KeepAlive();
        _submissions.Tick(nowNs, _ordering);
        _following.Tick(nowNs);
        _election.Tick(nowNs);
        _node.ViewDirty = true;
    }

    private void Lose(long nowNs, Peer peer, string why)
    {
        Forget(nowNs, peer, why);
        _election.Evaluate(nowNs);
        _dialing.Reconcile(nowNs);
    }

    // A Master looks again only when it knows the new life: it is not without Backup in between, and acknowledges nothing alone.
    private void LoseFormerLife(long nowNs, Peer peer)
    {
        if (_node.IsMaster) Forget(nowNs, peer, "started again");
        else Lose(nowNs, peer, "started again");
    }

    private void Forget(long nowNs, Peer peer, string why)
    {
        _node.Peers.MarkDead(peer);
        _node.ViewDirty = true;
        _node.Events.Add(nowNs, NodeEventKind.PeerDown, peer.Id, why);
        _dialing.ClosePeer(nowNs, peer.Id);
        _node.Data.PeerAlive(nowNs, peer.Id, alive: false);
    }

    private void Submit(long nowNs, EntryType type, string name, ReadOnlySpan<byte> value)
    {
        if (_submissions.Submit(nowNs, type, name, value) is not { } entry) return;
        if (_node.IsMaster) _ordering.Take(nowNs, entry);
        else if (!_node.Master.IsNone) _submissions.Send(entry);
    }

    // What the data plane wants published becomes this node's own entries; what it then wants connected is dialled at once.
    private void DrainData(long nowNs)
    {
        bool published = false;
        Span<byte> value = stackalloc byte[VmObject.MaxSize];
        while (_node.Data.TryPollPublish(out VmObject vm))
        {
            Submit(nowNs, EntryType.DomObject, vm.Key, value[..vm.Write(value)]);
            if (vm.Resync != 0) _node.Events.Add(nowNs, NodeEventKind.Resync, vm.ResyncTarget, $"a copy of {vm.Vm} is rebuilt at {vm.ResyncTarget} from {vm.ResyncSource}");
            published = true;
        }

        if (published) _dialing.Reconcile(nowNs);
    }

    private void CountBroken(FlowGroup group, WireStatus status, ReadOnlySpan<byte> datagram)
    {
        _node.Counters.Add(Names.BrokenDatagrams[(int)status]);
        if (status == WireStatus.BadCrc && MessageHeader.PeekSender(datagram) is { IsNone: false } sender && _node.Peers.Find(sender) is not null)
            _probes.HandleCorrupt(sender, group);
    }

    private static class Names
    {
        public static readonly string[] BrokenDatagrams = [.. Enum.GetNames<WireStatus>().Select(n => $"broken_datagrams.{n}")];
        public static readonly string[] BrokenFrames = [.. Enum.GetNames<WireStatus>().Select(n => $"broken_frames.{n}")];
    }
}
