using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Protocol;

/// <summary>Nodes on a segment without faults or delay, in virtual time, for one situation at a time. Makes no garbage of its own while nothing is opened or closed.</summary>
internal sealed class Segment(ClusterSpec cluster)
{
    private const long Wall = 1_700_000_000_000_000_000;

    private readonly ClusterNode?[] _nodes = new ClusterNode?[MemberId.Max + 1];
    private readonly HashSet<(MemberId, FlowGroup)> _joined = [];
    private readonly Dictionary<(MemberId, ConnectionId), (MemberId Peer, ConnectionId Id)> _ends = [];
    private readonly byte[] _buffer = new byte[WireLimits.MaxFrame];
    private int _lastAccepted;

    /// <summary>Sees everything that is sent; false: it does not arrive.</summary>
    public Func<MemberId, Transmit, ReadOnlyMemory<byte>, bool>? Filter { get; set; }

    public long NowNs { get; private set; }

    public long Transmits { get; private set; }

    public ClusterNode this[int id] => _nodes[id]!;

    public IEnumerable<ClusterNode> Living => _nodes.OfType<ClusterNode>();

    public bool AtRest => Living.All(n => n.View.AtRest);

    /// <summary>A cluster of this many members, all started, run until it must have formed.</summary>
    public static Segment Formed(ClusterSpec cluster)
    {
        var segment = new Segment(cluster);
        foreach (MemberSpec member in cluster.Members) segment.Start(member.Id);
        segment.Run(cluster.Timers.Listen + (20 * cluster.Timers.Heartbeat));
        return segment;
    }

    /// <summary>Begins a member's next life, perhaps with a spec of its own, or on a machine whose clock was set back.</summary>
    public void Start(MemberId id, ClusterSpec? other = null, TimeSpan setBack = default)
    {
        // All that start at one instant are members for equally long.
        var node = new ClusterNode(new NodeOptions { Cluster = other ?? cluster, Self = id, IncarnationNs = Wall + NowNs - (setBack.Ticks * 100), Seed = id.Value });
        _nodes[id.Value] = node;
        node.Start(NowNs);
        Pump();
    }

    /// <summary>The process is killed; its machine resets the connections.</summary>
    public void Kill(int id)
    {
        var self = new MemberId((ushort)id);
        _nodes[id] = null;
        _joined.RemoveWhere(j => j.Item1 == self);
        foreach ((MemberId, ConnectionId) end in _ends.Keys.Where(k => k.Item1 == self).ToArray()) Cut(end);
        Pump();
    }

    public void Leave(int id)
    {
        this[id].Leave(NowNs);
        Pump();
        Kill(id);
    }

    public void Command(int id, MemberCommand command)
    {
        this[id].Command(NowNs, command);
        Pump();
    }

    public void Run(TimeSpan time)
    {
        long end = NowNs + (time.Ticks * 100);
        while (true)
        {
            long next = long.MaxValue;
            foreach (ClusterNode? node in _nodes)
                if (node is not null) next = Math.Min(next, node.NextTimeoutNs);
            if (next > end) break;
            NowNs = Math.Max(NowNs, next);
            foreach (ClusterNode? node in _nodes)
                if (node is not null && node.NextTimeoutNs <= NowNs) node.HandleTimeout(NowNs);
            Pump();
        }

        NowNs = end;
    }

    /// <summary>Carries everything that any node wants sent, until none wants anything more.</summary>
    public void Pump()
    {
        for (long before = -1; before != Transmits;)
        {
            before = Transmits;
            foreach (ClusterNode? node in _nodes)
            {
                if (node is null) continue;
                while (node.TryPollTransmit(NowNs, _buffer, out Transmit transmit))
                {
                    Transmits++;
                    if (Filter is null || Filter(node.Id, transmit, _buffer.AsMemory(0, transmit.Length))) Carry(node, transmit);
                }
            }
        }
    }

    private void Carry(ClusterNode from, in Transmit t)
    {
        switch (t.Kind)
        {
            case TransmitKind.Join:
                _joined.Add((from.Id, t.Group));
                break;
            case TransmitKind.Leave:
                _joined.Remove((from.Id, t.Group));
                break;
            case TransmitKind.Datagram:
                foreach (ClusterNode? to in _nodes)
                {
                    if (to is null || to == from || (t.Group == FlowGroup.None ? to.Id != t.To : !_joined.Contains((to.Id, t.Group)))) continue;
                    to.HandleDatagram(NowNs, t.Group, _buffer.AsSpan(0, t.Length));
                }

                break;
            case TransmitKind.Connect:
                Connect(from, t.Connection, t.To);
                break;
            case TransmitKind.Frame:
                if (_ends.TryGetValue((from.Id, t.Connection), out (MemberId Peer, ConnectionId Id) other)) this[other.Peer.Value].HandleFrame(NowNs, other.Id, _buffer.AsSpan(0, t.Length));
                break;
            case TransmitKind.Close:
                Cut((from.Id, t.Connection));
                break;
        }
    }

    private void Connect(ClusterNode from, ConnectionId id, MemberId to)
    {
        var accepted = new ConnectionId(++_lastAccepted);
        if (_nodes[to.Value] is not { } target || !target.HandleAccepted(NowNs, accepted))
        {
            from.HandleConnectFailed(NowNs, id, Observations.ProbeOutcome.Refused);
            return;
        }

        _ends[(from.Id, id)] = (to, accepted);
        _ends[(to, accepted)] = (from.Id, id);
        from.HandleConnected(NowNs, id);
    }

    private void Cut((MemberId, ConnectionId) end)
    {
        if (!_ends.Remove(end, out (MemberId Peer, ConnectionId Id) other)) return;
        _ends.Remove(other);
        _nodes[other.Peer.Value]?.HandleClosed(NowNs, other.Id);
    }
}
