using System.Buffers.Binary;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>
/// Reads a payload, little-endian. Reading past the end yields zeros and sets <see cref="Failed"/>, so a parser reads straight through and
/// asks once at the end: <c>return reader.Complete;</c>.
/// </summary>
public ref struct WireReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>True once something was read that was not there.</summary>
    public bool Failed { get; private set; }

    /// <summary>True when everything was there and nothing is left.</summary>
    public readonly bool Complete => !Failed && _rest.IsEmpty;

    /// <summary>Bytes left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Reads one byte.</summary>
    public byte U8() => Take(1) is { Length: 1 } s ? s[0] : (byte)0;

    /// <summary>Reads two bytes.</summary>
    public ushort U16() => Take(2) is { Length: 2 } s ? BinaryPrimitives.ReadUInt16LittleEndian(s) : (ushort)0;

    /// <summary>Reads four bytes.</summary>
    public uint U32() => Take(4) is { Length: 4 } s ? BinaryPrimitives.ReadUInt32LittleEndian(s) : 0;

    /// <summary>Reads eight bytes.</summary>
    public ulong U64() => Take(8) is { Length: 8 } s ? BinaryPrimitives.ReadUInt64LittleEndian(s) : 0;

    /// <summary>Reads eight bytes.</summary>
    public long I64() => (long)U64();

    /// <summary>Reads a member's number; one over <see cref="MemberId.Max"/> fails.</summary>
    public MemberId Member()
    {
        ushort value = U16();
        if (value > MemberId.Max) Failed = true;
        return new MemberId(value);
    }

    /// <summary>Reads a uuid.</summary>
    public Guid Uuid() => Take(16) is { Length: 16 } s ? new Guid(s, bigEndian: true) : Guid.Empty;

    /// <summary>Reads <paramref name="count"/> bytes as a slice; more than <paramref name="limit"/> fails.</summary>
    public ReadOnlySpan<byte> Bytes(int count, int limit)
    {
        if (count >= 0 && count <= limit) return Take(count);
        Failed = true;
        return default;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || count > _rest.Length)
        {
            Failed = true;
            return default;
        }

        ReadOnlySpan<byte> slice = _rest[..count];
        _rest = _rest[count..];
        return slice;
    }
}
