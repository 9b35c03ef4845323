using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>What became of an entry that was put into a directory.</summary>
internal enum PutResult : byte
{
    /// <summary>It is new, or newer than what was there.</summary>
    Changed,

    /// <summary>The directory holds this revision, or a newer one.</summary>
    Known,

    /// <summary>No room: <see cref="WireLimits.MaxEntries"/>.</summary>
    Full,
}

/// <summary>
/// A replica of the metadata directory. Of two entries with one key the higher revision wins, so replicas that have seen the same entries are
/// equal, in whatever order they came. A Master's slots are never removed or moved: a walk from slot to slot misses nothing that was there when it began.
/// </summary>
internal sealed class MetadataDirectory
{
    private readonly Dictionary<Guid, int> _slotByKey = [];
    private readonly List<DirectoryEntry> _slots = [];
    private readonly List<ulong> _sequences = [];

    /// <summary>Sum of all entries' fingerprints: equal digests, equal directories.</summary>
    public ulong Digest { get; private set; }

    public int Count => _slots.Count;

    public DirectoryEntry this[int slot] => _slots[slot];

    public DirectoryEntry? Find(Guid key) => _slotByKey.TryGetValue(key, out int slot) ? _slots[slot] : null;

    /// <summary>The number that the Master of the present term gave to the entry; 0 when it did not.</summary>
    public ulong SequenceOf(Guid key) => _slotByKey.TryGetValue(key, out int slot) ? _sequences[slot] : 0;

    public PutResult Put(DirectoryEntry entry)
    {
        if (!_slotByKey.TryGetValue(entry.Key, out int slot))
        {
            if (_slots.Count >= WireLimits.MaxEntries) return PutResult.Full;
            _slotByKey.Add(entry.Key, _slots.Count);
            _slots.Add(entry);
            _sequences.Add(0);
            Digest += entry.Fingerprint;
            return PutResult.Changed;
        }

        DirectoryEntry old = _slots[slot];
        if (entry.Revision <= old.Revision) return PutResult.Known;
        Digest += entry.Fingerprint - old.Fingerprint;
        _slots[slot] = entry;
        _sequences[slot] = 0;
        return PutResult.Changed;
    }

    /// <summary>Takes out an own entry that the Master refused. The last slot moves into its place, so a walk that is under way may miss that one.</summary>
    public void Remove(Guid key)
    {
        if (!_slotByKey.Remove(key, out int slot)) return;
        Digest -= _slots[slot].Fingerprint;
        int last = _slots.Count - 1;
        if (slot != last)
        {
            (_slots[slot], _sequences[slot]) = (_slots[last], _sequences[last]);
            _slotByKey[_slots[slot].Key] = slot;
        }

        _slots.RemoveAt(last);
        _sequences.RemoveAt(last);
    }

    public void SetSequence(Guid key, ulong sequence) => _sequences[_slotByKey[key]] = sequence;

    /// <summary>A new term numbers anew.</summary>
    public void ForgetSequences()
    {
        for (int i = 0; i < _sequences.Count; i++) _sequences[i] = 0;
    }

    public IReadOnlyDictionary<Guid, ulong> Revisions() => _slots.ToDictionary(e => e.Key, e => e.Revision);
}
