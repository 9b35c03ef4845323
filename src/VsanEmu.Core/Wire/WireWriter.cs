using System.Buffers.Binary;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>Writes a payload, little-endian. The caller gives room for the largest message: too little of it is our bug, and throws.</summary>
public ref struct WireWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes still free.</summary>
    public readonly int Free => _buffer.Length - Length;

    /// <summary>Writes one byte.</summary>
    public void U8(byte value) => Take(1)[0] = value;

    /// <summary>Writes two bytes.</summary>
    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Writes four bytes.</summary>
    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Writes eight bytes.</summary>
    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Writes eight bytes.</summary>
    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Writes a member's number.</summary>
    public void Member(MemberId value) => U16(value.Value);

    /// <summary>Writes a uuid in its text order.</summary>
    public void Uuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    private Span<byte> Take(int count)
    {
        Span<byte> slice = _buffer.Slice(Length, count);
        Length += count;
        return slice;
    }
}
