using VsanEmu.Core.Observations;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>The node's own updates on their way to safety: sent again every heartbeat until the Master says that they are safe.</summary>
internal sealed class Submissions(NodeContext node)
{
    /// <summary>Updates that may wait for their acknowledgement; a further one is refused and counted.</summary>
    public const int MaxPending = 1024;

    /// <summary>Acknowledged updates that are remembered (V2); older ones are forgotten first.</summary>
    public const int MaxRemembered = 16 * 1024;

    /// <summary>Updates that are sent again in one heartbeat.</summary>
    private const int MaxRepeats = 32;

    private readonly Dictionary<Guid, DirectoryEntry> _pending = [];
    private readonly Dictionary<Guid, AckedUpdate> _acknowledged = [];
    private readonly List<DirectoryEntry> _overtaken = [];
    private bool _newlyAcknowledged;

    public int Pending => _pending.Count;

    public IReadOnlyCollection<AckedUpdate> Acknowledged => _acknowledged.Values;

    /// <summary>What was acknowledged at this instant, if anything since the last call.</summary>
    public IEnumerable<AckedUpdate> TakeAcknowledged(long atNs)
    {
        if (!_newlyAcknowledged) return [];
        _newlyAcknowledged = false;
        return _acknowledged.Values.Where(a => a.AtNs == atNs);
    }

    public IReadOnlyCollection<DirectoryEntry> Waiting => _pending.Values;

    /// <summary>Makes the entry and puts it into the node's own directory; the caller sends it. Null when it is refused.</summary>
    public DirectoryEntry? Submit(long nowNs, EntryType type, string name, ReadOnlySpan<byte> value)
    {
        Guid key = DirectoryEntry.KeyOf(node.Self.Id, name);
        if (value.Length > WireLimits.MaxValue || (_pending.Count >= MaxPending && !_pending.ContainsKey(key)))
        {
            node.Counters.Add("updates.refused");
            return null;
        }

        var entry = new DirectoryEntry(key, node.Self.Id, type, NextRevision(), value);
        if (node.Put(nowNs, entry) == PutResult.Full)
        {
            node.Counters.Add("updates.refused");
            return null;
        }

        _pending[key] = entry;
        node.Counters.Add("updates.submitted");
        node.ViewDirty = true;
        return entry;
    }

    /// <summary>Sends an own update to the Master: by datagram on this role's groups, or over TCP when it is too long for one.</summary>
    public void Send(DirectoryEntry entry)
    {
        if (MessageHeader.Overhead + entry.Size <= WireLimits.MaxDatagram) node.Say(MessageKind.Update, entry);
        else if (node.Connections.ReadyTo(node.Master) is { } connection) node.Frame(connection, MessageKind.Update, entry);
    }

    /// <summary>Sends again what was not acknowledged; a Master has ordered it, and only sees to what an earlier life's entry has overtaken.</summary>
    public void Tick(long nowNs, Ordering ordering)
    {
        if (node.Master.IsNone) return;
        int repeats = 0;
        foreach (DirectoryEntry entry in _pending.Values)
        {
            if (++repeats > MaxRepeats) break;
            if (node.Directory.Find(entry.Key) is { } held && held.Revision > entry.Revision) _overtaken.Add(entry);
            else if (!node.IsMaster) Send(entry);
        }

        foreach (DirectoryEntry entry in _overtaken)
        {
            DirectoryEntry again = WriteAgain(nowNs, entry);
            if (node.IsMaster) ordering.Take(nowNs, again);
            else Send(again);
        }

        _overtaken.Clear();
    }

    public void HandleAck(long nowNs, UpdateAck ack)
    {
        if (!_pending.TryGetValue(ack.Key, out DirectoryEntry? entry) || entry.Revision != ack.Revision) return;
        _pending.Remove(ack.Key);
        node.ViewDirty = true;
        if (ack.Result != UpdateResult.Safe)
        {
            node.Directory.Remove(ack.Key);
            node.Counters.Add("updates.refused");
            return;
        }

        node.Counters.Add("updates.acknowledged");
        _newlyAcknowledged = true;
        if (_acknowledged.Count >= MaxRemembered && !_acknowledged.ContainsKey(ack.Key)) _acknowledged.Remove(_acknowledged.First().Key);
        _acknowledged[ack.Key] = new AckedUpdate(ack.Key, ack.Revision, nowNs);
    }

    // A later life begins later on the wall clock than any number of writes could have counted; unless that clock was set back.
    private ulong NextRevision() => Math.Max(node.OwnRevision + 1, (ulong)Math.Max(1, node.Options.IncarnationNs));

    // The clock was set back between two lives: an entry of the earlier one came back from the Master, and has the higher revision.
    private DirectoryEntry WriteAgain(long nowNs, DirectoryEntry entry)
    {
        var again = new DirectoryEntry(entry.Key, entry.Owner, entry.Type, NextRevision(), entry.Value);
        node.Put(nowNs, again);
        _pending[again.Key] = again;
        return again;
    }
}
