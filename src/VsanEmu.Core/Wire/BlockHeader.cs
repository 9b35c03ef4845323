using System.Buffers.Binary;

namespace VsanEmu.Core.Wire;

/// <summary>What a block message of a VM load is.</summary>
public enum BlockKind : byte
{
    /// <summary>A block to keep; it follows.</summary>
    Write = 1,

    /// <summary>A block is asked for.</summary>
    Read = 2,

    /// <summary>A block was kept.</summary>
    Written = 3,

    /// <summary>The block that was asked for; it follows.</summary>
    Data = 4,
}

/// <summary>
/// The head of a message of a VM load, on a connection that carries nothing else: magic, kind, length, request, little-endian. The block follows for
/// <see cref="BlockKind.Write"/> and <see cref="BlockKind.Data"/>; what is in it is never looked at.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Bytes of the block, 1 to <see cref="MostBytes"/>.</param>
/// <param name="Request">Which request, in the words of who asked.</param>
public readonly record struct BlockHeader(BlockKind Kind, int Length, long Request)
{
    /// <summary>Its length, bytes.</summary>
    public const int Size = 24;

    /// <summary>The longest block, bytes.</summary>
    public const int MostBytes = 1 << 20;

    // "vsbk".
    private const uint Magic = 0x6b627376;

    /// <summary>Bytes that follow the head.</summary>
    public int Payload => Kind is BlockKind.Write or BlockKind.Data ? Length : 0;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> buffer)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[4..], (uint)Kind);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[8..], Length);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[12..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[16..], Request);
    }

    /// <summary>Reads it; false when it is something else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BlockHeader header)
    {
        header = default;
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        uint kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        header = new((BlockKind)kind, BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        return kind is >= (uint)BlockKind.Write and <= (uint)BlockKind.Data && header.Length is > 0 and <= MostBytes;
    }
}
