using System.Buffers.Binary;

namespace VsanEmu.Core.Wire;

/// <summary>
/// A datagram of a trial: not a message of the cluster, so that no member takes it for one, and known to every capture by its mark.
/// Magic, run, trial, index and count, little-endian; zeros up to the wanted length.
/// </summary>
/// <param name="Run">A number that no other run on the same fabric has.</param>
/// <param name="Trial">The trial, from 1.</param>
/// <param name="Index">The datagram's number in it, from 0.</param>
/// <param name="Count">How many datagrams the trial was planned to have, so that whoever counts them knows every number; 0 when it does not say.</param>
public readonly record struct TrialDatagram(ulong Run, int Trial, int Index, int Count = 0)
{
    /// <summary>Its shortest length, bytes of UDP payload.</summary>
    public const int Size = 28;

    // "vsantest".
    private const ulong Magic = 0x74736574_6e617376;

    /// <summary>Writes it; what is left of <paramref name="buffer"/> stays as it is.</summary>
    public void Write(Span<byte> buffer)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, Magic);
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[8..], Run);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[16..], Trial);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[20..], Index);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[24..], Count);
    }

    /// <summary>Reads it from the beginning of a UDP payload; false when it is something else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out TrialDatagram datagram)
    {
        datagram = default;
        if (payload.Length < Size || BinaryPrimitives.ReadUInt64LittleEndian(payload) != Magic) return false;
        datagram = new(
            BinaryPrimitives.ReadUInt64LittleEndian(payload[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[24..]));
        return datagram is { Trial: > 0, Index: >= 0, Count: >= 0 };
    }
}
