namespace VsanEmu.Core.Wire;

/// <summary>Whether an update was taken.</summary>
public enum UpdateResult : byte
{
    /// <summary>It is safe: the Master has it, and its Backup, if there is one.</summary>
    Safe = 0,

    /// <summary>The directory holds <see cref="WireLimits.MaxEntries"/> entries already.</summary>
    Full = 1,
}

/// <summary>The Master to an owner: <c>0 u8[16] key  16 u64 revision  24 u8 result</c>.</summary>
/// <param name="Key">The entry.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Result">Whether it was taken.</param>
public readonly record struct UpdateAck(Guid Key, ulong Revision, UpdateResult Result)
{
    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Key);
        writer.U64(Revision);
        writer.U8((byte)Result);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out UpdateAck parsed)
    {
        var reader = new WireReader(payload);
        parsed = new UpdateAck(reader.Uuid(), reader.U64(), (UpdateResult)reader.U8());
        return reader.Complete && parsed.Result <= UpdateResult.Full;
    }
}

/// <summary>
/// A place in one Master's order: <c>0 i64 term  8 u64 sequence</c>. As Confirm: "I hold all up to here"; as CatchUpRequest: "send me from here";
/// as MergeReply: "go on from this slot".
/// </summary>
/// <param name="Term">The Master's term.</param>
/// <param name="Sequence">Sequence number, or slot of a directory.</param>
public readonly record struct Position(long Term, ulong Sequence)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 16;

    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.I64(Term);
        writer.U64(Sequence);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Position parsed)
    {
        var reader = new WireReader(payload);
        parsed = new Position(reader.I64(), reader.U64());
        return reader.Complete && parsed.Term is >= 0 and < Heartbeat.MaxTerm;
    }
}

/// <summary>A member asks the Master for entries: <c>0 i64 term  8 u64 from  16 u8 whole</c>.</summary>
/// <param name="Term">The Master's term.</param>
/// <param name="From">First sequence number wanted, or slot of the Master's directory.</param>
/// <param name="Whole">False: a part of the order; true: the directory, slot by slot.</param>
public readonly record struct CatchUpRequest(long Term, ulong From, bool Whole)
{
    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.I64(Term);
        writer.U64(From);
        writer.U8(Whole ? (byte)1 : (byte)0);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out CatchUpRequest parsed)
    {
        var reader = new WireReader(payload);
        long term = reader.I64();
        ulong from = reader.U64();
        byte whole = reader.U8();
        parsed = new CatchUpRequest(term, from, whole == 1);
        return reader.Complete && whole <= 1 && term is >= 0 and < Heartbeat.MaxTerm;
    }
}

/// <summary>What a chunk of entries is.</summary>
[Flags]
public enum ChunkFlags : byte
{
    /// <summary>Entries of the order, more to come.</summary>
    None = 0,

    /// <summary>Nothing comes after it.</summary>
    Last = 1,

    /// <summary>Slots of a whole directory, not a part of the order.</summary>
    Whole = 2,

    /// <summary>The part of the order that was asked for is forgotten: ask for the whole directory.</summary>
    TooOld = 4,
}

/// <summary>
/// Head of a chunk of entries (Disseminate, CatchUp, Merge): <c>0 i64 term  8 u64 first  16 u64 sequence  24 u8 flags  25 u16 count  27 … entries</c>.
/// </summary>
/// <param name="Term">The Master's term.</param>
/// <param name="First">Sequence number, or slot, of the first entry.</param>
/// <param name="Sequence">The Master's last sequence number when it wrote the chunk.</param>
/// <param name="Flags">What the chunk is.</param>
/// <param name="Count">Entries.</param>
public readonly record struct ChunkHead(long Term, ulong First, ulong Sequence, ChunkFlags Flags, ushort Count)
{
    /// <summary>Bytes of the head.</summary>
    public const int Size = 27;

    /// <summary>Writes the head.</summary>
    public void Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.I64(Term);
        writer.U64(First);
        writer.U64(Sequence);
        writer.U8((byte)Flags);
        writer.U16(Count);
    }

    /// <summary>Reads the head; the reader then stands at the first entry. False when it is not one.</summary>
    public static bool TryRead(ref WireReader reader, out ChunkHead head)
    {
        head = new ChunkHead(reader.I64(), reader.U64(), reader.U64(), (ChunkFlags)reader.U8(), reader.U16());
        return !reader.Failed && (byte)head.Flags <= 7 && head.Term is >= 0 and < Heartbeat.MaxTerm;
    }

    /// <summary>Reads head and all entries; false when anything in it is wrong.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="head">The head.</param>
    /// <param name="entries">Filled with the entries; cleared first.</param>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ChunkHead head, List<DirectoryEntry> entries)
    {
        entries.Clear();
        var reader = new WireReader(payload);
        if (!TryRead(ref reader, out head)) return false;
        for (int i = 0; i < head.Count; i++)
        {
            if (!DirectoryEntry.TryRead(ref reader, out DirectoryEntry entry)) return false;
            entries.Add(entry);
        }

        return reader.Complete;
    }
}
