using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>Hands this node's whole directory to a Master, part by part, each part after the one before was answered.</summary>
internal sealed class MergePush(NodeContext node)
{
    private long _term;
    private ulong _cursor;
    private long _askedNs;

    /// <summary>To whom; None when nothing is handed over.</summary>
    public MemberId To { get; private set; }

    /// <summary>Whether it goes to this Master, in this term of its.</summary>
    public bool IsTo(MemberId master, long term) => To == master && _term == term;

    public void Start(long nowNs, MemberId to, long term)
    {
        To = to;
        _term = term;
        _cursor = 0;
        Send(nowNs);
    }

    public void Cancel() => To = MemberId.None;

    /// <summary>Sends the present part again when the last answer is overdue.</summary>
    public void Tick(long nowNs)
    {
        if (!To.IsNone && nowNs - _askedNs >= 3 * node.HeartbeatNs) Send(nowNs);
    }

    public void ConnectionReady(long nowNs, MemberId peer)
    {
        if (!To.IsNone && peer == To) Send(nowNs);
    }

    /// <summary>True when the Master holds all of it.</summary>
    public bool HandleReply(long nowNs, MemberId from, Position reply)
    {
        if (To.IsNone || from != To || reply.Term != _term) return false;
        if (reply.Sequence == ulong.MaxValue)
        {
            To = MemberId.None;
            return true;
        }

        if (reply.Sequence <= _cursor || reply.Sequence > (ulong)node.Directory.Count) return false;
        _cursor = reply.Sequence;
        Send(nowNs);
        return false;
    }

    private void Send(long nowNs)
    {
        if (node.Connections.ReadyTo(To) is not { } connection) return;
        _askedNs = nowNs;
        node.Frame(connection, MessageKind.Merge, a: _cursor, b: (ulong)_term);
    }
}
