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

    public Host Other(Host host) => host == opener ? acceptor : opener;

    public ConnectionId IdAt(Host host) => host == opener ? openerId : AcceptorId;

    public int LifeAt(Host host) => host == opener ? OpenerLife : AcceptorLife;

    /// <summary>What is on its way; null is the end of the stream.</summary>
    internal sealed class Direction
    {
        public Queue<byte[]?> OnTheWay { get; } = new();

        public bool Moving { get; set; }

        public bool Ended { get; set; }
    }
}
