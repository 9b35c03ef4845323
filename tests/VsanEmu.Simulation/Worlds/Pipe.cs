using VsanEmu.Core.Protocol;

namespace VsanEmu.Simulation.Worlds;

/// <summary>One simulated TCP connection: in each direction an ordered queue, which a break empties.</summary>
internal sealed class Pipe(Host opener, ConnectionId openerId, Host acceptor)
{
    public Host Opener => opener;

    public ConnectionId OpenerId => openerId;

    public int OpenerLife { get; } = opener.Life;

    public Host Acceptor => acceptor;

    public ConnectionId AcceptorId { get; set; }

    public int AcceptorLife { get; set; }

    /// <summary>TCP is through on the acceptor's side.</summary>
    public bool Accepted { get; set; }

    public bool Broken { get; set; }

    public Direction ToAcceptor { get; } = new();

    public Direction ToOpener { get; } = new();

    public Direction From(Host sender) => sender == opener ? ToAcceptor : ToOpener;

    public Direction To(Host receiver) => receiver == opener ? ToOpener : ToAcceptor;

    public Host Other(Host host) => host == opener ? acceptor : opener;

    public ConnectionId IdAt(Host host) => host == opener ? openerId : AcceptorId;

    /// <summary>Whether the life at the other end is over.</summary>
    public bool HalfOpen(Host host) => Other(host) is var other && (!other.Alive || other.Life != LifeAt(other));

    public int LifeAt(Host host) => host == opener ? OpenerLife : AcceptorLife;

    /// <summary>What is on its way; null is the end of the stream.</summary>
    internal sealed class Direction
    {
        public Queue<byte[]?> OnTheWay { get; } = new();

        public bool Moving { get; set; }

        public bool Ended { get; set; }

        /// <summary>When the process at its end last got anything from it, the connection itself included.</summary>
        public long HeardNs { get; set; }
    }
}
