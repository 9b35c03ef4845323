using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// C7: now and then Backup and Agents open a connection to one another, exchange a question and an answer, and close it. On a controller's order a
/// member does so with every other at once, and keeps the outcomes (A1).
/// </summary>
internal sealed class PeerExchanges(NodeContext node)
{
    /// <summary>Exchanges under way at most; the rest of an order waits its turn.</summary>
    private const int MaxUnderWay = 8;

    private readonly Exchange?[] _underWay = new Exchange?[MemberId.Max + 1];
    private readonly Queue<MemberId> _ordered = new();
    private readonly List<ProbeObservation> _results = [];
    private int _count;
    private long _nextNs = long.MaxValue;

    /// <summary>Outcomes of the latest order, one for each peer.</summary>
    public IReadOnlyList<ProbeObservation> Results => _results;

    public bool Wants(MemberId peer) => _underWay[peer.Value] is not null;

    /// <summary>A probe does not wait for a pause after earlier failures.</summary>
    public bool Urgent(MemberId peer) => _underWay[peer.Value] is { Probe: true, Asked: false };

    /// <summary>Starts to count the time until the first exchange.</summary>
    public void Begin(long nowNs) => _nextNs = nowNs + node.Random.Next(NodeContext.Ns(node.Cluster.Timers.PeerExchange)) + 1;

    /// <summary>Takes a controller's order: every other member is tried.</summary>
    public void ProbeAll(long nowNs)
    {
        _results.Clear();
        _ordered.Clear();
        foreach (Peer peer in node.Peers.All) _ordered.Enqueue(peer.Id);
        StartOrdered(nowNs);
    }

    public void Tick(long nowNs)
    {
        foreach (Peer peer in node.Peers.All)
            if (_underWay[peer.Id.Value] is { } e && nowNs - e.StartedNs >= 2 * NodeContext.Ns(node.Cluster.Timers.TcpConnect)) Failed(nowNs, peer.Id, ProbeOutcome.Filtered);
        StartOrdered(nowNs);
        if (nowNs < _nextNs) return;
        Begin(nowNs);
        if (node.Role is Role.Agent or Role.Backup && Choose() is { } chosen && !Wants(chosen)) Start(nowNs, chosen, probe: false);
    }

    /// <summary>A connection that this node opened is ready.</summary>
    public void ConnectionReady(Connection connection)
    {
        if (_underWay[connection.Peer.Value] is { Asked: false } exchange) Ask(connection, exchange);
    }

    /// <summary>The answer came; true when it was awaited.</summary>
    public bool HandleReply(long nowNs, MemberId from, PeerExchange reply)
    {
        if (_underWay[from.Value] is not { } exchange || exchange.Number != reply.Number) return false;
        node.Counters.Add("peer_exchanges.done");
        End(nowNs, from, exchange, ProbeOutcome.Open);
        return true;
    }

    /// <summary>The connection could not be opened, or ended before the answer.</summary>
    public void Failed(long nowNs, MemberId peer, ProbeOutcome why)
    {
        if (_underWay[peer.Value] is not { } exchange) return;
        node.Counters.Add("peer_exchanges.failed");
        End(nowNs, peer, exchange, why);
    }

    private void StartOrdered(long nowNs)
    {
        while (_count < MaxUnderWay && _ordered.TryDequeue(out MemberId peer)) Start(nowNs, peer, probe: true);
    }

    private void Start(long nowNs, MemberId peer, bool probe)
    {
        if (_underWay[peer.Value] is { } present)
        {
            present.Probe |= probe;
            return;
        }

        var exchange = new Exchange(nowNs, node.Random.Next()) { Probe = probe };
        _underWay[peer.Value] = exchange;
        _count++;
        if (node.Connections.Opened(peer) is { Ready: true } connection) Ask(connection, exchange);
    }

    private void Ask(Connection connection, Exchange exchange)
    {
        exchange.Asked = true;
        node.Frame(connection, MessageKind.PeerRequest, a: exchange.Number);
    }

    private void End(long nowNs, MemberId peer, Exchange exchange, ProbeOutcome outcome)
    {
        _underWay[peer.Value] = null;
        _count--;
        if (!exchange.Probe) return;
        _results.Add(new ProbeObservation
        {
            Phase = Phases.Probing,
            From = node.Self.Name,
            To = node.Cluster.Member(peer).Name,
            SourcePort = 0,
            DestinationPort = node.Cluster.Channels.ReliablePort,
            Outcome = outcome,
            AtNs = exchange.StartedNs,
            TookNs = nowNs - exchange.StartedNs,
        });
    }

    // A living member that is not the Master, by chance.
    private MemberId? Choose()
    {
        int candidates = 0;
        foreach (Peer peer in node.Peers.All)
            if (peer.Alive && peer.Id != node.Master) candidates++;
        if (candidates == 0) return null;
        long pick = node.Random.Next(candidates);
        foreach (Peer peer in node.Peers.All)
            if (peer.Alive && peer.Id != node.Master && pick-- == 0) return peer.Id;
        return null;
    }

    private sealed class Exchange(long startedNs, ulong number)
    {
        public long StartedNs => startedNs;

        public ulong Number => number;

        public bool Probe { get; set; }

        public bool Asked { get; set; }
    }
}
