namespace VsanEmu.Core.Wire;

/// <summary>What a resync frame is.</summary>
public enum ResyncStep : byte
{
    /// <summary>The source asks whether the target is ready; carries no block.</summary>
    Begin = 0,

    /// <summary>Blocks, and more will follow.</summary>
    Blocks,

    /// <summary>The last blocks; may carry none.</summary>
    End,
}

/// <summary>How a rebuild target answers.</summary>
public enum ResyncStatus : byte
{
    /// <summary>To the source: begin.</summary>
    Ready = 0,

    /// <summary>To the source: ask again later, from the beginning.</summary>
    NotReady,

    /// <summary>To the source: the frame of this number is stored, and all before it.</summary>
    Stored,

    /// <summary>To the VM's member (D2): the rebuild gets on.</summary>
    Progress,

    /// <summary>To the VM's member (D2): the copy is complete.</summary>
    Done,
}

/// <summary>
/// D3: blocks for a rebuild target. Count blocks follow, each <c>u32 block, u64 version, content</c> of BlockSize bytes.
/// <code>0 uuid object   16 u64 resync   24 u32 number   28 u32 block size   32 u16 count   34 u8 step   35 … blocks</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Resync">The rebuild.</param>
/// <param name="Number">The frame's number within it, from 1; 0 for Begin.</param>
/// <param name="BlockSize">Bytes of each block's content.</param>
/// <param name="Count">Blocks in the frame.</param>
/// <param name="Step">What the frame is.</param>
public readonly record struct ResyncMessage(Guid Object, ulong Resync, uint Number, uint BlockSize, ushort Count, ResyncStep Step)
{
    /// <summary>Bytes before the blocks.</summary>
    public const int Size = 35;

    /// <summary>Bytes before each block's content.</summary>
    public const int BlockOverhead = 12;

    /// <summary>Writes the fields before the blocks.</summary>
    public void Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Resync);
        writer.U32(Number);
        writer.U32(BlockSize);
        writer.U16(Count);
        writer.U8((byte)Step);
    }

    /// <summary>Writes one block's fields; its content goes behind them.</summary>
    public static void WriteBlock(Span<byte> place, uint block, ulong version)
    {
        var writer = new WireWriter(place);
        writer.U32(block);
        writer.U64(version);
    }

    /// <summary>Reads the fields; <paramref name="blocks"/> is the rest, exactly <see cref="Count"/> blocks long, to be read with <see cref="TakeBlock"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ResyncMessage message, out ReadOnlySpan<byte> blocks)
    {
        var reader = new WireReader(payload);
        message = new ResyncMessage(reader.Uuid(), reader.U64(), reader.U32(), reader.U32(), reader.U16(), (ResyncStep)reader.U8());
        blocks = reader.Bytes(reader.Left, WireLimits.MaxFrame);
        if (!reader.Complete || message.Resync == 0 || message.BlockSize is 0 or > WireLimits.MaxBlock || message.Step > ResyncStep.End) return false;
        if ((message.Step == ResyncStep.Begin) != (message.Number == 0) || (message.Step == ResyncStep.Begin && message.Count != 0)) return false;
        return blocks.Length == message.Count * (BlockOverhead + (long)message.BlockSize);
    }

    /// <summary>Takes the first block off <paramref name="blocks"/>.</summary>
    public void TakeBlock(ref ReadOnlySpan<byte> blocks, out uint block, out ulong version, out ReadOnlySpan<byte> content)
    {
        var reader = new WireReader(blocks);
        block = reader.U32();
        version = reader.U64();
        content = reader.Bytes((int)BlockSize, WireLimits.MaxBlock);
        blocks = blocks[(BlockOverhead + content.Length)..];
    }
}

/// <summary>
/// D3: a target's answer to the source, on the source's connection; D2: its word to the VM's member.
/// <code>0 uuid object   16 u64 resync   24 u32 number   28 u8 status</code>
/// </summary>
/// <param name="Object">The VM's object.</param>
/// <param name="Resync">The rebuild.</param>
/// <param name="Number">The frame that is answered.</param>
/// <param name="Status">The answer.</param>
public readonly record struct ResyncReplyMessage(Guid Object, ulong Resync, uint Number, ResyncStatus Status)
{
    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.Uuid(Object);
        writer.U64(Resync);
        writer.U32(Number);
        writer.U8((byte)Status);
        return writer.Length;
    }

    /// <summary>Reads the payload.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out ResyncReplyMessage message)
    {
        var reader = new WireReader(payload);
        message = new ResyncReplyMessage(reader.Uuid(), reader.U64(), reader.U32(), (ResyncStatus)reader.U8());
        return reader.Complete && message.Status <= ResyncStatus.Done;
    }
}
