using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;

namespace VsanEmu.Simulation.Worlds;

/// <summary>TCP as nodes see it: bytes arrive in order or not at all, late when packets are lost, and a connection can end at any moment.</summary>
internal sealed class Tcp(World world)
{
    /// <summary>After a loss TCP sends again after this long.</summary>
    private const long RetransmitNs = 200_000_000;

    private readonly long _connectTimeoutNs = world.Cluster.Timers.TcpConnect.Ticks * 100;

    private Fabric Fabric => world.Fabric;

    public void Connect(Host from, ConnectionId id, Host to)
    {
        var pipe = new Pipe(from, id, to);
        if (!from.Pipes.TryAdd(id, pipe)) throw new Violation($"{from} uses the connection number {id.Value} twice");
        long giveUpNs = world.NowNs + _connectTimeoutNs;
        world.Clock.After(Latency(), () => Syn(pipe, giveUpNs));
    }

    public void Send(Host from, ConnectionId id, byte[]? frame)
    {
        if (!from.Pipes.TryGetValue(id, out Pipe? pipe)) return; // Ended meanwhile; the node does not know yet.
        Pipe.Direction way = pipe.From(from);
        if (way.Ended) return;
        way.Ended = frame is null;
        way.OnTheWay.Enqueue(frame);
        if (!way.Moving) Move(pipe, from, way);
    }

    public void Close(Host host, ConnectionId id)
    {
        if (!host.Pipes.TryGetValue(id, out Pipe? pipe)) return;
        if (pipe.Accepted) Send(host, id, null);
        host.Pipes.Remove(id);
        if (!pipe.Accepted) pipe.Broken = true;
    }

    /// <summary>A reset, or both ends give up: whatever is on its way is lost.</summary>
    public void Break(Host a, Host b)
    {
        foreach (Pipe pipe in a.Pipes.Values.Where(p => p.Other(a) == b && p.Accepted).ToArray())
        {
            if (pipe.Broken) continue;
            pipe.Broken = true;
            End(pipe, a);
            End(pipe, b);
        }
    }

    public void HostDied(Host host)
    {
        foreach (Pipe pipe in host.Pipes.Values.ToArray())
        {
            // What was handed to TCP before an orderly end still arrives.
            if (!pipe.From(host).Ended) pipe.From(host).OnTheWay.Clear();
            if (host.Powered && pipe.Accepted && Fabric.BothWays(host, pipe.Other(host))) End(pipe, pipe.Other(host));
        }

        host.Pipes.Clear();
    }

    private void Syn(Pipe pipe, long giveUpNs)
    {
        (Host from, Host to) = (pipe.Opener, pipe.Acceptor);
        if (pipe.Broken || !Lives(pipe, from)) return;
        if (!to.Powered || !Fabric.BothWays(from, to) || world.Dice.Chance(Fabric.Loss))
        {
            if (world.NowNs >= giveUpNs) Fail(pipe, ProbeOutcome.Filtered);
            else world.Clock.At(Math.Min(giveUpNs, world.NowNs + RetransmitNs), () => Syn(pipe, giveUpNs));
            return;
        }

        if (!to.Alive)
        {
            world.Clock.After(Latency(), () => Fail(pipe, ProbeOutcome.Refused));
            return;
        }

        // The kernel accepts before the process does: the opener is connected even if the node then refuses.
        pipe.Accepted = true;
        pipe.AcceptorLife = to.Life;
        pipe.ToAcceptor.HeardNs = pipe.ToOpener.HeardNs = world.NowNs;
        pipe.AcceptorId = to.NextAccepted();
        to.Pipes.Add(pipe.AcceptorId, pipe);
        world.Clock.After(Latency(), () => world.Deliver(from, pipe.OpenerLife, node =>
        {
            pipe.ToOpener.HeardNs = world.NowNs;
            node.HandleConnected(world.NowNs, pipe.OpenerId);
        }));
        world.Deliver(to, to.Life, node =>
        {
            pipe.ToAcceptor.HeardNs = world.NowNs;
            if (!node.HandleAccepted(world.NowNs, pipe.AcceptorId)) Close(to, pipe.AcceptorId);
        });
    }

    private void Fail(Pipe pipe, ProbeOutcome why)
    {
        if (!pipe.Opener.Pipes.Remove(pipe.OpenerId)) return;
        pipe.Broken = true;
        world.Deliver(pipe.Opener, pipe.OpenerLife, node => node.HandleConnectFailed(world.NowNs, pipe.OpenerId, why));
    }

    private void Move(Pipe pipe, Host from, Pipe.Direction way)
    {
        way.Moving = true;
        world.Clock.After(Latency(), () => Arrive(pipe, from, way));
    }

    private void Arrive(Pipe pipe, Host from, Pipe.Direction way)
    {
        Host to = pipe.Other(from);
        way.Moving = false;
        if (pipe.Broken || way.OnTheWay.Count == 0) return;
        if (!Fabric.BothWays(from, to) || !to.Powered || world.Dice.Chance(Fabric.Loss))
        {
            way.Moving = true;
            world.Clock.After(RetransmitNs, () => Arrive(pipe, from, way));
            return;
        }

        if (!Lives(pipe, to))
        {
            // Nobody knows this connection there any more: a reset.
            pipe.Broken = true;
            End(pipe, from);
            return;
        }

        // A segment carries what has gathered meanwhile.
        while (way.OnTheWay.TryDequeue(out byte[]? frame)) Take(pipe, to, frame);
        if (way.OnTheWay.Count > 0) Move(pipe, from, way);
    }

    private void Take(Pipe pipe, Host to, byte[]? frame)
    {
        ConnectionId id = pipe.IdAt(to);
        if (frame is null)
        {
            pipe.Broken = true;
            if (to.Pipes.Remove(id)) world.Deliver(to, pipe.LifeAt(to), node => node.HandleClosed(world.NowNs, id));
        }
        else if (to.Pipes.ContainsKey(id))
        {
            world.Deliver(to, pipe.LifeAt(to), node =>
            {
                pipe.To(to).HeardNs = world.NowNs;
                node.HandleFrame(world.NowNs, id, frame);
            });
        }
    }

    private void End(Pipe pipe, Host at)
    {
        ConnectionId id = pipe.IdAt(at);
        int life = pipe.LifeAt(at);
        world.Clock.After(Latency(), () =>
        {
            if (at.Life == life && at.Pipes.Remove(id)) world.Deliver(at, life, node => node.HandleClosed(world.NowNs, id));
        });
    }

    private static bool Lives(Pipe pipe, Host host) => host.Alive && host.Life == pipe.LifeAt(host);

    private long Latency() => Fabric.Delay();
}
