using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// The Master's side of replication: it gives every update a number, disseminates it, and tells the owner that it is safe once the Backup holds it.
/// With a Backup appointed but not yet in step the owners wait; with none the Master alone is all there is.
/// </summary>
internal sealed class Ordering(NodeContext node, Action<long, UpdateAck> acknowledgeOwn)
{
    /// <summary>Merges whose end waits for the Backup, at most: one for each member.</summary>
    public const int MaxWaiting = MemberId.Max;

    private readonly List<(ConnectionId Connection, ulong Sequence)> _waiting = [];
    private ulong _confirmed;
    private ulong _acknowledged;

    public EntryLog Log { get; } = new();

    public int WaitingMerges => _waiting.Count;

    /// <summary>The last number that is safe.</summary>
    public ulong Committed => node.Backup.IsNone || node.Sabotaged(Sabotage.AcknowledgeEarly) ? Log.Last : _confirmed;

    /// <summary>This node has just become Master.</summary>
    public void BeginTerm()
    {
        Log.Clear();
        node.Directory.ForgetSequences();
        _waiting.Clear();
        _confirmed = 0;
        _acknowledged = 0;
        node.Applied = 0;
        node.Synced = true;
    }

    /// <summary>Another Backup was appointed, or none is left.</summary>
    public void BackupChanged(long nowNs)
    {
        _confirmed = 0;
        Advance(nowNs);
    }

    /// <summary>An update: a member's, this node's own, or one out of a merge.</summary>
    public void Take(long nowNs, DirectoryEntry entry)
    {
        switch (node.Put(nowNs, entry))
        {
            case PutResult.Changed:
                Number(nowNs, entry);
                break;
            case PutResult.Known:
                Repeat(nowNs, entry);
                break;
            case PutResult.Full:
                Acknowledge(nowNs, entry, UpdateResult.Full);
                break;
        }
    }

    /// <summary>The Backup holds everything up to a position.</summary>
    public void Confirm(long nowNs, MemberId from, Position position)
    {
        if (from != node.Backup || position.Term != node.Term || position.Sequence > Log.Last || position.Sequence <= _confirmed) return;
        _confirmed = position.Sequence;
        Advance(nowNs);
    }

    /// <summary>A member hands over entries. What it had that is new is ordered; the end of a merge is answered only when it is safe.</summary>
    public void Merge(long nowNs, Connection from, in ChunkHead head, List<DirectoryEntry> entries)
    {
        foreach (DirectoryEntry entry in entries)
            if (node.Directory.Find(entry.Key) is not { } held || held.Revision < entry.Revision) Take(nowNs, entry);
        if ((head.Flags & ChunkFlags.Last) == 0)
        {
            node.Frame(from, MessageKind.MergeReply, a: head.First + head.Count, b: (ulong)node.Term);
            return;
        }

        if (_waiting.Count >= MaxWaiting) _waiting.RemoveAt(0); // The member will ask again.
        _waiting.Add((from.Id, Log.Last));
        Advance(nowNs);
    }

    private void Number(long nowNs, DirectoryEntry entry)
    {
        ulong sequence = Log.Append(entry);
        node.Directory.SetSequence(entry.Key, sequence);
        node.Applied = sequence;
        Disseminate(entry, sequence);
        Advance(nowNs);
    }

    // An owner that heard no acknowledgement asks again. What an earlier Master ordered is ordered anew, since this term's Backup may lack it.
    private void Repeat(long nowNs, DirectoryEntry entry)
    {
        DirectoryEntry held = node.Directory.Find(entry.Key)!;
        if (held.Revision != entry.Revision) return;
        ulong sequence = node.Directory.SequenceOf(entry.Key);
        if (sequence == 0) Number(nowNs, held);
        else if (sequence <= Committed) Acknowledge(nowNs, held, UpdateResult.Safe);
    }

    private void Disseminate(DirectoryEntry entry, ulong sequence)
    {
        if (MessageHeader.Overhead + ChunkHead.Size + entry.Size <= WireLimits.MaxDatagram)
        {
            node.Say(MessageKind.Disseminate, entry, sequence);
            return;
        }

        foreach (Peer peer in node.Peers.All)
            if (peer.Alive && node.Connections.ReadyTo(peer.Id) is { } connection) node.Frame(connection, MessageKind.Disseminate, entry, sequence);
    }

    private void Advance(long nowNs)
    {
        // What has left the log is acknowledged when its owner asks again.
        if (_acknowledged + 1 < Log.First) _acknowledged = Log.First - 1;
        while (_acknowledged < Math.Min(Committed, Log.Last)) Acknowledge(nowNs, Log[++_acknowledged], UpdateResult.Safe);
        for (int i = 0; i < _waiting.Count; i++)
        {
            Connection? connection = node.Connections.Find(_waiting[i].Connection);
            // The Backup itself holds what it hands over, and confirms anything only once its merge is through.
            if (_waiting[i].Sequence > Committed && connection?.Peer != node.Backup) continue;
            if (connection is { Ready: true })
                node.Frame(connection, MessageKind.MergeReply, a: ulong.MaxValue, b: (ulong)node.Term);
            _waiting.RemoveAt(i--);
        }
    }

    private void Acknowledge(long nowNs, DirectoryEntry entry, UpdateResult result)
    {
        if (entry.Owner == node.Self.Id) acknowledgeOwn(nowNs, new UpdateAck(entry.Key, entry.Revision, result));
        else if (node.Connections.ReadyTo(entry.Owner) is { } connection) node.Frame(connection, MessageKind.UpdateAck, entry, c: (byte)result);
    }
}
