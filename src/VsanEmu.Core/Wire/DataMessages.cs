namespace VsanEmu.Core.Wire;

/// <summary>How a holder answers a read or a write.</summary>
public enum DataStatus : byte
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>The request is of a session that the copy does not know: attach again.</summary>
    NotAttached,

    /// <summary>Reads only: the copy's own checksum does not fit its content.</summary>
    Corrupt,
}

/// <summary>
/// D1: the VM's member opens a session with a copy, or (Go) tells a rebuild target that from now on every write reaches it.
/// <code>0 uuid object   16 u64 session   24 u64 resync, 0 = none   32 u8 1 = go</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Session">Number of the session; later ones are larger. Under 2^63.</param>
/// <param name="Resync">The rebuild that the copy is the target of, or 0.</param>
/// <param name="Go">False: open the session and answer. True: no answer.</param>
public readonly record struct AttachMessage(Guid Object, ulong Session, ulong Resync, bool Go)
{
    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Session);
        writer.U64(Resync);
        writer.U8(Go ? (byte)1 : (byte)0);
        return writer.Length;
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out AttachMessage message)
    {
        var reader = new WireReader(payload);
        Guid id = reader.Uuid();
        ulong session = reader.U64();
        ulong resync = reader.U64();
        byte go = reader.U8();
        message = new AttachMessage(id, session, resync, go == 1);
        return reader.Complete && go <= 1 && session <= long.MaxValue;
    }
}

/// <summary>
/// D2: the state of a copy.
/// <code>0 uuid object   16 u64 session   24 u64 copy   32 u64 newest   40 u64 digest   48 u8 1 = complete</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Session">The copy's session: the one asked for, or a larger one that is open already. Under 2^63.</param>
/// <param name="Copy">Identity of the copy: a copy that was made anew, or emptied, has another.</param>
/// <param name="Newest">Largest version it holds, 0 when it is empty. Under 2^63.</param>
/// <param name="Digest">Order-independent digest over its blocks' versions.</param>
/// <param name="Complete">False while it is being rebuilt.</param>
public readonly record struct AttachReplyMessage(Guid Object, ulong Session, ulong Copy, ulong Newest, ulong Digest, bool Complete)
{
    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Session);
        writer.U64(Copy);
        writer.U64(Newest);
        writer.U64(Digest);
        writer.U8(Complete ? (byte)1 : (byte)0);
        return writer.Length;
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out AttachReplyMessage message)
    {
        var reader = new WireReader(payload);
        Guid id = reader.Uuid();
        ulong session = reader.U64();
        ulong copy = reader.U64();
        ulong newest = reader.U64();
        ulong digest = reader.U64();
        byte complete = reader.U8();
        message = new AttachReplyMessage(id, session, copy, newest, digest, complete == 1);
        return reader.Complete && complete <= 1 && session <= long.MaxValue && newest <= long.MaxValue;
    }
}

/// <summary>
/// D1: write a block. The block's content follows these fields to the payload's end.
/// <code>0 uuid object   16 u64 session   24 u64 operation   32 u64 version   40 u32 block   44 … content</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Session">The session.</param>
/// <param name="Operation">Number that the answer repeats.</param>
/// <param name="Version">The content's version, over 0 and under 2^63: a copy keeps the largest it has seen.</param>
/// <param name="Block">The block.</param>
public readonly record struct WriteRequestMessage(Guid Object, ulong Session, ulong Operation, ulong Version, uint Block)
{
    /// <summary>Bytes before the content.</summary>
    public const int Size = 44;

    /// <summary>Writes the fields; the content goes to <paramref name="payload"/>[<see cref="Size"/>..].</summary>
    public void Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Session);
        writer.U64(Operation);
        writer.U64(Version);
        writer.U32(Block);
    }

    /// <summary>Reads the payload; <paramref name="content"/> is a slice of it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out WriteRequestMessage message, out ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(payload);
        message = new WriteRequestMessage(reader.Uuid(), reader.U64(), reader.U64(), reader.U64(), reader.U32());
        content = reader.Bytes(reader.Left, WireLimits.MaxBlock);
        return reader.Complete && message.Version is > 0 and <= long.MaxValue && !content.IsEmpty;
    }
}

/// <summary>
/// D2: a write's answer.
/// <code>0 uuid object   16 u64 operation   24 u8 status: Ok or NotAttached</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Operation">The request's number.</param>
/// <param name="Status">The answer.</param>
public readonly record struct WriteReplyMessage(Guid Object, ulong Operation, DataStatus Status)
{
    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Operation);
        writer.U8((byte)Status);
        return writer.Length;
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out WriteReplyMessage message)
    {
        var reader = new WireReader(payload);
        message = new WriteReplyMessage(reader.Uuid(), reader.U64(), (DataStatus)reader.U8());
        return reader.Complete && message.Status <= DataStatus.NotAttached;
    }
}

/// <summary>
/// D1: read a block.
/// <code>0 uuid object   16 u64 session   24 u64 operation   32 u32 block</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Session">The session.</param>
/// <param name="Operation">Number that the answer repeats.</param>
/// <param name="Block">The block.</param>
public readonly record struct ReadRequestMessage(Guid Object, ulong Session, ulong Operation, uint Block)
{
    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Session);
        writer.U64(Operation);
        writer.U32(Block);
        return writer.Length;
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ReadRequestMessage message)
    {
        var reader = new WireReader(payload);
        message = new ReadRequestMessage(reader.Uuid(), reader.U64(), reader.U64(), reader.U32());
        return reader.Complete;
    }
}

/// <summary>
/// D2: a read's answer. When it is Ok, the block's content follows to the payload's end; else nothing does.
/// <code>0 uuid object   16 u64 operation   24 u64 version, 0 = never written   32 u32 block   36 u8 status   37 … content</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Operation">The request's number.</param>
/// <param name="Version">The content's version. Under 2^63.</param>
/// <param name="Block">The block.</param>
/// <param name="Status">The answer.</param>
public readonly record struct ReadReplyMessage(Guid Object, ulong Operation, ulong Version, uint Block, DataStatus Status)
{
    /// <summary>Bytes before the content.</summary>
    public const int Size = 37;

    /// <summary>Writes the fields; the content goes to <paramref name="payload"/>[<see cref="Size"/>..].</summary>
    public void Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Operation);
        writer.U64(Version);
        writer.U32(Block);
        writer.U8((byte)Status);
    }

    /// <summary>Reads the payload; <paramref name="content"/> is a slice of it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ReadReplyMessage message, out ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(payload);
        message = new ReadReplyMessage(reader.Uuid(), reader.U64(), reader.U64(), reader.U32(), (DataStatus)reader.U8());
        content = reader.Bytes(reader.Left, WireLimits.MaxBlock);
        return reader.Complete && message.Version <= long.MaxValue && message.Status <= DataStatus.Corrupt
            && content.IsEmpty == (message.Status != DataStatus.Ok);
    }
}
