using VsanEmu.Core.Data;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>
/// Several data planes in virtual time: connections as they want them, with delays; a directory that spreads by gossip; heartbeats; and faults.
/// A connection delivers in order, and what was under way when it broke may or may not arrive. The same seed gives the same run.
/// </summary>
internal sealed class World
{
    private const long Ms = 1_000_000;
    private const long FirstLife = 1_700_000_000_000_000_000;

    private readonly ClusterSpec _cluster;
    private readonly Random _random;
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly Dictionary<(int From, int To), Link> _links = [];
    private readonly HashSet<(int, int)> _blocked = [];
    private readonly byte[] _buffer = new byte[WireLimits.MaxFrame - MessageHeader.Overhead];
    private long _sequence;

    public World(ClusterSpec cluster, int seed)
    {
        _cluster = cluster;
        _random = new Random(seed);
        Nodes = [.. cluster.Members.Select(m => new Node(m.Id.Value))];
        foreach (Node node in Nodes) Start(node);
        Beat();
    }

    public long NowNs { get; private set; }

    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>Every frame that was sent: who, whom, who opened the connection, what.</summary>
    public Action<int, DataSend>? OnSend { get; set; }

    public DataPlane this[int id] => Nodes[id - 1].Plane ?? throw new InvalidOperationException($"member {id} is down");

    public IEnumerable<DataPlane> Planes => Nodes.Where(n => n.Plane is not null).Select(n => n.Plane!);

    public bool AtRest => Planes.All(p => p.AtRest);

    /// <summary>Figures of all VMs of a name, over all lives of its host.</summary>
    public VmObservation Figures(string vm)
    {
        VmObservation[] lives = [.. Nodes.SelectMany(n => n.Past).Concat(Planes.SelectMany(p => p.Observe())).Where(o => o.Vm == vm)];
        return new VmObservation
        {
            Vm = vm,
            Writes = lives.Sum(o => o.Writes),
            Reads = lives.Sum(o => o.Reads),
            Failed = lives.Sum(o => o.Failed),
            Mismatched = lives.Sum(o => o.Mismatched),
            Copies = lives.Length == 0 ? [] : lives[^1].Copies,
        };
    }

    public long Counter(string name) => Planes.Sum(p => p.Counters[name]);

    public void PowerOn(string vm) => Input(Host(vm), plane => plane.PowerOn(NowNs, vm));

    public void PowerOff(string vm) => Input(Host(vm), plane => plane.PowerOff(NowNs, vm));

    public void Run(double seconds)
    {
        long end = NowNs + (long)(seconds * 1e9);
        while (_events.TryPeek(out _, out (long At, long) next) && next.At <= end)
        {
            Action action = _events.Dequeue();
            NowNs = next.At;
            action();
        }

        NowNs = end;
    }

    /// <summary>Runs until something holds; false when it does not within the time.</summary>
    public bool RunUntil(Func<bool> holds, double seconds)
    {
        for (double t = 0; t < seconds; t += 0.05)
        {
            if (holds()) return true;
            Run(0.05);
        }

        return holds();
    }

    public void After(double seconds, Action action) => Schedule((long)(seconds * 1e9), action);

    public void Crash(int id)
    {
        Node node = Nodes[id - 1];
        if (node.Plane is not { } plane) return;
        node.Past.AddRange(plane.Observe());
        node.Plane = null;
        BreakLost();
    }

    public void Restart(int id)
    {
        if (Nodes[id - 1].Plane is null) Start(Nodes[id - 1]);
    }

    /// <summary>No connection between two members, though they hear each other.</summary>
    public void Block(int a, int b)
    {
        _blocked.Add((a, b));
        _blocked.Add((b, a));
        BreakLost();
    }

    public void Unblock(int a, int b)
    {
        _blocked.Remove((a, b));
        _blocked.Remove((b, a));
    }

    /// <summary>Members with the same number hear each other.</summary>
    public void Partition(Func<int, int> side)
    {
        foreach (Node node in Nodes) node.Side = side(node.Id);
        BreakLost();
    }

    public void BreakLink(int from, int to)
    {
        if (_links.TryGetValue((from, to), out Link? link)) Break(link);
    }

    private Node Host(string vm) => Nodes[_cluster.Vms.First(v => v.Name == vm).Host.Value - 1];

    private void Start(Node node)
    {
        node.Life++;
        node.Known.Clear();
        node.Heard.Clear();
        node.TimeoutAt = long.MaxValue;
        node.Plane = new DataPlane(new DataPlaneOptions
        {
            Self = Specs.Id(node.Id),
            Cluster = _cluster,
            Seed = (ulong)_random.NextInt64(),
            IncarnationNs = FirstLife + NowNs,
        });
    }

    /// <summary>Gives a living node an input, then does what it wants done.</summary>
    private void Input(Node node, Action<DataPlane> input)
    {
        if (node.Plane is not { } plane) return;
        input(plane);
        while (plane.TryPollSend(NowNs, _buffer, out DataSend send))
        {
            OnSend?.Invoke(node.Id, send);
            Deliver(node, send, _buffer.AsSpan(0, send.Length).ToArray());
        }

        while (plane.TryPollPublish(out VmObject obj)) Publish(node, obj);
        foreach (Node peer in Nodes)
        {
            bool wanted = plane.Wants(Specs.Id(peer.Id));
            Link? link = _links.GetValueOrDefault((node.Id, peer.Id));
            if (wanted && link is null) Connect(node, peer);
            else if (!wanted && link is { Broken: false, OpenerUp: true }) Break(link);
        }

        long timeout = plane.NextTimeoutNs;
        if (timeout >= node.TimeoutAt) return;
        node.TimeoutAt = timeout;
        int life = node.Life;
        Schedule(Math.Max(0, timeout - NowNs), () =>
        {
            if (node.Life != life || node.TimeoutAt != timeout) return;
            node.TimeoutAt = long.MaxValue;
            Input(node, p => p.HandleTimeout(NowNs));
        });
    }

    private void Deliver(Node from, DataSend send, byte[] payload)
    {
        (int, int) key = send.OnOpenedBySelf ? (from.Id, send.To.Value) : (send.To.Value, from.Id);
        Assert.True(_links.TryGetValue(key, out Link? link) && (send.OnOpenedBySelf ? link.OpenerUp : link.AcceptorUp), $"{from.Id} sent {send} on a connection that it does not have");
        ref long last = ref (send.OnOpenedBySelf ? ref link.LastToAcceptor : ref link.LastToOpener);
        last = Math.Max(last + 1, NowNs + Delay());
        Node to = Nodes[send.To.Value - 1];
        int life = to.Life;
        ScheduleAt(last, () =>
        {
            bool up = send.OnOpenedBySelf ? link.AcceptorUp : link.OpenerUp;
            if (!up || to.Life != life) return;
            Input(to, p => Assert.Equal(WireStatus.Ok, p.Handle(NowNs, Specs.Id(from.Id), !send.OnOpenedBySelf, send.Kind, payload)));
        });
    }

    private void Connect(Node from, Node to)
    {
        var link = new Link(from, to);
        _links[(from.Id, to.Id)] = link;
        Schedule(Delay() * 3, () =>
        {
            if (link.Broken) return;
            if (!Reachable(from.Id, to.Id))
            {
                link.Broken = true;
                Schedule(100 * Ms, () => Forget(link));
                return;
            }

            link.AcceptorUp = true;
            long opened = NowNs + Delay();
            link.LastToOpener = opened;
            Input(to, p => p.LinkUp(NowNs, Specs.Id(from.Id), openedBySelf: false));
            ScheduleAt(opened, () =>
            {
                if (link.Broken) return;
                link.OpenerUp = true;
                Input(from, p => p.LinkUp(NowNs, Specs.Id(to.Id), openedBySelf: true));
            });
        });
    }

    /// <summary>Each end notices in its own time; until then what arrives there still counts.</summary>
    private void Break(Link link)
    {
        if (link.Broken) return;
        link.Broken = true;
        long first = Delay() * 5;
        long second = Delay() * 5;
        int fromLife = link.From.Life;
        int toLife = link.To.Life;
        Schedule(first, () =>
        {
            if (!link.OpenerUp) return;
            link.OpenerUp = false;
            if (link.From.Life == fromLife) Input(link.From, p => p.LinkDown(NowNs, Specs.Id(link.To.Id), openedBySelf: true));
        });
        Schedule(second, () =>
        {
            if (!link.AcceptorUp) return;
            link.AcceptorUp = false;
            if (link.To.Life == toLife) Input(link.To, p => p.LinkDown(NowNs, Specs.Id(link.From.Id), openedBySelf: false));
        });
        Schedule(Math.Max(first, second) + Ms, () => Forget(link));
    }

    private void Forget(Link link)
    {
        _links.Remove((link.From.Id, link.To.Id));
        Input(link.From, _ => { });
    }

    private void BreakLost()
    {
        foreach (Link link in _links.Values.ToArray())
        {
            if (!Reachable(link.From.Id, link.To.Id)) Break(link);
        }
    }

    private bool Reachable(int a, int b) => Hears(a, b) && !_blocked.Contains((a, b));

    private bool Hears(int a, int b) => Nodes[a - 1] is { Plane: not null } x && Nodes[b - 1] is { Plane: not null } y && x.Side == y.Side;

    private void Publish(Node node, VmObject obj)
    {
        byte[] value = new byte[VmObject.MaxSize];
        Assert.True(VmObject.TryParse(value.AsSpan(0, obj.Write(value)), out VmObject parsed));
        Assert.Equal(obj, parsed);
        node.Known[obj.Vm] = (FirstLife + NowNs + ++_sequence, obj);
        foreach (Node peer in Nodes)
        {
            int life = peer.Life;
            Schedule(Delay() * 3, () =>
            {
                if (peer.Life == life && Hears(node.Id, peer.Id)) Learn(node, peer);
            });
        }
    }

    private void Learn(Node from, Node to)
    {
        foreach ((string vm, (long Revision, VmObject Object) entry) in from.Known.ToArray())
        {
            if (to != from && to.Known.TryGetValue(vm, out (long Revision, VmObject) known) && known.Revision >= entry.Revision) continue;
            if (to != from) to.Known[vm] = entry;
            Input(to, p => p.HandleObject(NowNs, entry.Object));
        }
    }

    /// <summary>Once per heartbeat: who hears whom, and what they tell each other.</summary>
    private void Beat()
    {
        foreach (Node to in Nodes)
        {
            if (to.Plane is null) continue;
            foreach (Node from in Nodes)
            {
                if (from == to) continue;
                if (Hears(from.Id, to.Id))
                {
                    to.Heard[from.Id] = NowNs;
                    Input(to, p => p.PeerAlive(NowNs, Specs.Id(from.Id), alive: true));
                    Learn(from, to);
                }
                else if (to.Heard.TryGetValue(from.Id, out long at) && NowNs - at >= _cluster.Timers.DeadAfter.Ticks * 100)
                {
                    to.Heard.Remove(from.Id);
                    Input(to, p => p.PeerAlive(NowNs, Specs.Id(from.Id), alive: false));
                }
            }
        }

        Schedule(_cluster.Timers.Heartbeat.Ticks * 100, Beat);
    }

    private long Delay() => _random.Next(10) == 0 ? _random.NextInt64(1, 20 * Ms) : _random.NextInt64(1, Ms / 2);

    private void Schedule(long inNs, Action action) => ScheduleAt(NowNs + inNs, action);

    private void ScheduleAt(long atNs, Action action) => _events.Enqueue(action, (atNs, _sequence++));

    /// <summary>A member.</summary>
    internal sealed class Node(int id)
    {
        public int Id => id;

        public int Life { get; set; }

        public int Side { get; set; }

        public DataPlane? Plane { get; set; }

        public long TimeoutAt { get; set; }

        public Dictionary<string, (long Revision, VmObject Object)> Known { get; } = [];

        public Dictionary<int, long> Heard { get; } = [];

        public List<VmObservation> Past { get; } = [];
    }

    private sealed class Link(Node from, Node to)
    {
        public long LastToOpener;
        public long LastToAcceptor;

        public Node From => from;

        public Node To => to;

        public bool OpenerUp { get; set; }

        public bool AcceptorUp { get; set; }

        public bool Broken { get; set; }
    }
}
