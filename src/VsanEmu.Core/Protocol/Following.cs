using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// A member's side of replication: it gets in step with its Master (hands over what the Master may lack, takes what it lacks itself), follows the
/// Master's order, sees gaps and asks for what it missed.
/// </summary>
internal sealed class Following(NodeContext node)
{
    /// <summary>Heartbeats with the same number but another digest after which a member gets in step anew.</summary>
    private const int MaxMismatches = 3;

    private readonly MergePush _push = new(node);
    private bool _pulling;
    private ulong _cursor;
    private ulong _base;
    private bool _asked;
    private long _askedNs;
    private int _mismatches;

    /// <summary>True while something that was asked for has not come.</summary>
    public bool Busy => !node.Synced || _asked || !_push.To.IsNone;

    /// <summary>The Master changed, or its term did.</summary>
    public void Begin()
    {
        node.Synced = false;
        node.Applied = 0;
        Rest();
    }

    /// <summary>The Master's heartbeat: number and digest in it belong together.</summary>
    public void HandleHeartbeat(long nowNs, in Heartbeat said, bool ownPending)
    {
        if (said.Digest == node.Directory.Digest)
        {
            Rest();
            if (node.Synced && said.Sequence <= node.Applied) return;
            node.Synced = true;
            node.Applied = Math.Max(node.Applied, said.Sequence);
            node.ViewDirty = true;
            Confirm();
        }
        else if (!node.Synced)
        {
            if (_push.To.IsNone && !_pulling) GetInStep(nowNs);
        }
        else if (said.Sequence > node.Applied)
        {
            AskForGap(nowNs, said.Sequence);
        }
        else if (said.Sequence == node.Applied && !ownPending && ++_mismatches >= MaxMismatches)
        {
            node.Counters.Add("directory.resynced");
            node.Synced = false;
            GetInStep(nowNs);
        }
    }

    /// <summary>An entry that the Master disseminated under a number.</summary>
    public void HandleDisseminate(long nowNs, in ChunkHead head, DirectoryEntry entry)
    {
        node.Put(nowNs, entry);
        if (!node.Synced || head.First <= node.Applied) return;
        if (head.First == node.Applied + 1)
        {
            node.Applied++;
            node.ViewDirty = true;
            Confirm();
        }
        else
        {
            AskForGap(nowNs, head.First);
        }
    }

    public void HandleCatchUp(long nowNs, in ChunkHead head, List<DirectoryEntry> entries)
    {
        if ((head.Flags & ChunkFlags.Whole) != 0) TakeWhole(nowNs, head, entries);
        else if ((head.Flags & ChunkFlags.TooOld) != 0) Pull(nowNs, 0);
        else TakePart(nowNs, head, entries);
    }

    public void HandleMergeReply(long nowNs, MemberId from, Position reply)
    {
        if (_push.HandleReply(nowNs, from, reply)) Pull(nowNs, 0);
    }

    public void ConnectionReady(long nowNs, MemberId peer)
    {
        if (peer != node.Master) return;
        _push.ConnectionReady(nowNs, peer);
        if (_pulling) Pull(nowNs, _cursor);
        Confirm();
    }

    public void Tick(long nowNs)
    {
        _push.Tick(nowNs);
        if (nowNs - _askedNs < 3 * node.HeartbeatNs) return;
        if (_pulling) Pull(nowNs, _cursor);
        else _asked = false; // The next heartbeat shows whether the gap is still there.
    }

    /// <summary>Tells the Master what this node holds, when it is its Backup.</summary>
    public void Confirm()
    {
        if (node.Role == Role.Backup && node.Synced && node.Connections.ReadyTo(node.Master) is { } connection)
            node.Frame(connection, MessageKind.Confirm, a: node.Applied, b: (ulong)node.Term);
    }

    private void Rest()
    {
        _push.Cancel();
        _pulling = false;
        _asked = false;
        _mismatches = 0;
    }

    private void GetInStep(long nowNs)
    {
        _mismatches = 0;
        if (node.Directory.Count > 0) _push.Start(nowNs, node.Master, node.Term);
        else Pull(nowNs, 0);
    }

    private void Pull(long nowNs, ulong cursor)
    {
        _pulling = true;
        _cursor = cursor;
        Ask(nowNs, cursor, whole: true);
    }

    private void AskForGap(long nowNs, ulong seen)
    {
        if (_asked || _pulling) return;
        node.Counters.Add("directory.gaps");
        node.Events.Add(nowNs, NodeEventKind.Gap, node.Master, $"holds {node.Applied}, saw {seen}");
        Ask(nowNs, node.Applied + 1, whole: false);
    }

    private void Ask(long nowNs, ulong from, bool whole)
    {
        _asked = true;
        _askedNs = nowNs;
        node.ViewDirty = true;
        if (node.Connections.ReadyTo(node.Master) is { } connection)
            node.Frame(connection, MessageKind.CatchUpRequest, a: from, b: (ulong)node.Term, c: whole ? (byte)1 : (byte)0);
    }

    private void TakeWhole(long nowNs, in ChunkHead head, List<DirectoryEntry> entries)
    {
        if (!_pulling || head.First != _cursor) return;
        // What the Master orders after the first part was written comes under later numbers.
        if (head.First == 0) _base = head.Sequence;
        foreach (DirectoryEntry entry in entries) node.Put(nowNs, entry);
        if ((head.Flags & ChunkFlags.Last) == 0 && head.Count > 0)
        {
            Pull(nowNs, head.First + head.Count);
            return;
        }

        Rest();
        node.Synced = true;
        node.Applied = Math.Max(node.Applied, _base);
        node.ViewDirty = true;
        Confirm();
    }

    private void TakePart(long nowNs, in ChunkHead head, List<DirectoryEntry> entries)
    {
        ulong sequence = head.First;
        foreach (DirectoryEntry entry in entries)
        {
            node.Put(nowNs, entry);
            if (node.Synced && sequence == node.Applied + 1) node.Applied = sequence;
            sequence++;
        }

        _asked = false;
        node.ViewDirty = true;
        Confirm();
        if ((head.Flags & ChunkFlags.Last) == 0 && head.Count > 0 && !_pulling) Ask(nowNs, node.Applied + 1, whole: false);
    }
}
