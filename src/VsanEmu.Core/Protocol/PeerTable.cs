using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>The other members of the cluster, by id. A fixed table: a stranger's id has no place in it.</summary>
internal sealed class PeerTable
{
    private readonly Peer?[] _byId = new Peer?[MemberId.Max + 1];
    private readonly Peer[] _all;
    private readonly long _deadAfterNs;

    public PeerTable(ClusterSpec cluster, MemberId self, long deadAfterNs)
    {
        _deadAfterNs = deadAfterNs;
        _all = [.. cluster.Members.Where(m => m.Id != self).Select(m => new Peer(m.Id))];
        foreach (Peer peer in _all) _byId[peer.Id.Value] = peer;
    }

    /// <summary>Every other member, alive or not, by id.</summary>
    public ReadOnlySpan<Peer> All => _all;

    public int AliveCount { get; private set; }

    /// <summary>When the next peer falls silent, if nothing more is heard; may be too early, never too late.</summary>
    public long NextExpiryNs { get; private set; } = long.MaxValue;

    public Peer? Find(MemberId id) => id.Value <= MemberId.Max ? _byId[id.Value] : null;

    /// <summary>Notes a sign of life; true when the peer counts as alive only from now on.</summary>
    public bool Heard(Peer peer, long nowNs)
    {
        peer.LastHeardNs = nowNs;
        if (peer.Alive) return false;
        peer.Alive = true;
        AliveCount++;
        NextExpiryNs = Math.Min(NextExpiryNs, nowNs + _deadAfterNs);
        return true;
    }

    public void MarkDead(Peer peer)
    {
        if (!peer.Alive) return;
        peer.Alive = false;
        AliveCount--;
    }

    /// <summary>The next peer that has been silent for too long, now marked dead; null when there is none.</summary>
    public Peer? TakeExpired(long nowNs)
    {
        if (nowNs < NextExpiryNs) return null;
        long next = long.MaxValue;
        foreach (Peer peer in _all)
        {
            if (!peer.Alive) continue;
            long expiry = peer.LastHeardNs + _deadAfterNs;
            if (expiry <= nowNs)
            {
                MarkDead(peer);
                return peer;
            }

            next = Math.Min(next, expiry);
        }

        NextExpiryNs = next;
        return null;
    }
}
