using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Simulation.Worlds;

/// <summary>
/// Hosts on a fabric in virtual time. Drives each node as the real driver does: every input is followed by polling until the node wants nothing more.
/// What it sees it shows to an <see cref="IWitness"/>, which knows the rules.
/// </summary>
internal sealed class World
{
    /// <summary>A node that wants to be woken this often without time going by does not stop.</summary>
    private const int MaxWakesAtOnce = 1000;

    private readonly IWitness _witness;
    private readonly Tcp _tcp;
    private readonly Dice _dice;
    private readonly Sabotage _sabotage;
    private readonly byte[] _buffer;
    private int _wakes;
    private long _wokenNs;

    public World(ClusterSpec cluster, ulong seed, Sabotage sabotage, IWitness witness, byte[] buffer)
    {
        Cluster = cluster;
        _dice = new Dice(seed);
        _sabotage = sabotage;
        _witness = witness;
        _buffer = buffer;
        Hosts = [.. cluster.Members.Select((m, i) => new Host(i, m))];
        Fabric = new Fabric(Hosts.Count, _dice);
        _tcp = new Tcp(this);
        Fabric.Heal();
    }

    public ClusterSpec Cluster { get; }

    public Clock Clock { get; } = new();

    public Fabric Fabric { get; }

    public IReadOnlyList<Host> Hosts { get; }

    public IEnumerable<Host> Living => Hosts.Where(h => h.Alive);

    public long NowNs => Clock.NowNs;

    public Dice Dice => _dice;

    /// <summary>Begins a host's next life, with an empty memory.</summary>
    public void Start(Host host)
    {
        host.Life++;
        host.Powered = true;
        host.PausedUntilNs = 0;
        host.Waiting.Clear();
        host.TimerNs = long.MaxValue;
        // Now and then a machine comes back with its clock set back.
        long setBackNs = _dice.Chance(0.03) ? _dice.Between(0, NowNs) : 0;
        host.IncarnationNs = NowNs - setBackNs + 1;
        host.Node = new ClusterNode(new NodeOptions
        {
            Cluster = Cluster,
            Self = host.Id,
            IncarnationNs = host.IncarnationNs,
            Seed = _dice.Next(),
            Sabotage = _sabotage,
        });
        Feed(host, node => node.Start(NowNs));
    }

    /// <summary>Ends a host's life at once: its process is killed, and its machine resets the connections; or the machine loses power, and says nothing.</summary>
    public void Crash(Host host, bool powerLost)
    {
        if (!host.Alive) return;
        _witness.BeforeDeath(host);
        host.Node = null;
        host.Powered = !powerLost;
        host.Groups.Clear();
        _tcp.HostDied(host);
    }

    /// <summary>A host leaves in order.</summary>
    public void Leave(Host host)
    {
        if (!host.Alive) return;
        _witness.BeforeDeath(host);
        Feed(host, node => node.Leave(NowNs));
        host.Node = null;
        host.Groups.Clear();
        _tcp.HostDied(host);
    }

    public void Command(Host host, MemberCommand command) => Deliver(host, host.Life, node => node.Command(NowNs, command));

    public void BreakConnections(Host a, Host b) => _tcp.Break(a, b);

    /// <summary>What this host sends next on a connection is this, and no frame.</summary>
    public void Garble(Host host, ConnectionId connection, byte[] bytes) => _tcp.Send(host, connection, bytes);

    /// <summary>Brings an input to a node, unless that life is over; a process that stands still gets it when it goes on.</summary>
    public void Deliver(Host host, int life, Action<ClusterNode> input)
    {
        if (host.Life != life || !host.Alive) return;
        if (NowNs >= host.PausedUntilNs && host.Waiting.Count == 0)
        {
            Feed(host, input);
            return;
        }

        host.Waiting.Enqueue(input);
        if (host.Waiting.Count == 1) Clock.At(host.PausedUntilNs, () => GoOn(host, life));
    }

    // A process that is stopped longer meanwhile goes on later; what waits for it keeps its order, as in a socket's queue.
    private void GoOn(Host host, int life)
    {
        if (host.Life != life) return;
        if (NowNs < host.PausedUntilNs) Clock.At(host.PausedUntilNs, () => GoOn(host, life));
        else while (host.Alive && host.Waiting.TryDequeue(out Action<ClusterNode>? input)) Feed(host, input);
    }

    private void Feed(Host host, Action<ClusterNode> input)
    {
        ClusterNode node = host.Node!;
        Role before = node.Role;
        input(node);
        while (node.TryPollTransmit(NowNs, _buffer, out Transmit transmit)) Act(host, node, transmit, _buffer.AsSpan(0, transmit.Length));
        while (node.TryPollEvent(out NodeEvent e)) _witness.Saw(host, e);
        _witness.AfterInput(host, before);
        SetTimer(host, node);
    }

    private void SetTimer(Host host, ClusterNode node)
    {
        long due = node.NextTimeoutNs;
        if (due >= host.TimerNs) return;
        host.TimerNs = due;
        int life = host.Life;
        Clock.At(due, () => Wake(host, life, due));
    }

    private void Wake(Host host, int life, long dueNs)
    {
        if (host.Life != life || host.TimerNs != dueNs) return;
        if (NowNs != _wokenNs) (_wokenNs, _wakes) = (NowNs, 0);
        if (++_wakes > MaxWakesAtOnce * Hosts.Count) throw new Violation($"{host} wants to be woken again and again at one instant");
        Deliver(host, life, node =>
        {
            host.TimerNs = long.MaxValue;
            node.HandleTimeout(NowNs);
        });
    }

    private void Act(Host host, ClusterNode node, in Transmit transmit, ReadOnlySpan<byte> bytes)
    {
        _witness.Sends(host, transmit, bytes, host.Pipes.GetValueOrDefault(transmit.Connection));
        switch (transmit.Kind)
        {
            case TransmitKind.Datagram:
                SendDatagram(host, transmit, bytes.ToArray());
                break;
            case TransmitKind.Join:
                host.Groups.Add(transmit.Group);
                break;
            case TransmitKind.Leave:
                host.Groups.Remove(transmit.Group);
                break;
            case TransmitKind.Connect:
                _tcp.Connect(host, transmit.Connection, HostOf(transmit.To));
                break;
            case TransmitKind.Frame:
                _tcp.Send(host, transmit.Connection, bytes.ToArray());
                break;
            case TransmitKind.Close:
                _tcp.Close(host, transmit.Connection);
                break;
        }
    }

    private Host HostOf(MemberId id) => Hosts.First(h => h.Id == id);

    private void SendDatagram(Host from, in Transmit transmit, byte[] bytes)
    {
        foreach (Host to in Hosts)
        {
            if (transmit.Group == FlowGroup.None ? to.Id != transmit.To : to == from || !to.Groups.Contains(transmit.Group)) continue;
            if (!to.Alive || !Fabric.Reaches(from, to) || _dice.Chance(Fabric.Loss)) continue;
            Carry(to, transmit.Group, bytes);
            if (_dice.Chance(Fabric.Duplication)) Carry(to, transmit.Group, bytes);
        }
    }

    private void Carry(Host to, FlowGroup group, byte[] bytes)
    {
        if (_dice.Chance(Fabric.Corruption))
        {
            bytes = [.. bytes];
            bytes[_dice.Below(bytes.Length)] ^= (byte)(1 << _dice.Below(8));
        }

        int life = to.Life;
        Clock.After(Fabric.Delay(), () =>
        {
            if (group == FlowGroup.None || to.Groups.Contains(group)) Deliver(to, life, node => node.HandleDatagram(NowNs, group, bytes));
        });
    }
}
