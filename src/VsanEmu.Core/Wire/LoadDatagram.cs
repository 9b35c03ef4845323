using System.Buffers.Binary;

namespace VsanEmu.Core.Wire;

/// <summary>
/// A datagram of a load: not a message of the cluster, so that no member takes it for one. Magic, run, flow, sequence and send time, little-endian; what follows
/// is padding up to the wanted length.
/// </summary>
/// <param name="Run">A number that no other run on the same fabric has.</param>
/// <param name="Flow">The flow, from 1.</param>
/// <param name="Sequence">The datagram's number in it, from 0, without a gap.</param>
/// <param name="SentNs">When its burst was sent, nanoseconds on the sender's monotonic clock.</param>
public readonly record struct LoadDatagram(uint Run, int Flow, long Sequence, long SentNs)
{
    /// <summary>Its shortest length, bytes of UDP payload.</summary>
    public const int Size = 32;

    // "vsanload".
    private const ulong Magic = 0x64616f6c_6e617376;

    /// <summary>Writes it; what is left of <paramref name="buffer"/> stays as it is.</summary>
    public void Write(Span<byte> buffer)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[8..], Run);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[12..], Flow);
        Stamp(buffer, Sequence, SentNs);
    }

    /// <summary>Rewrites what differs from one datagram of a flow to the next.</summary>
    public static void Stamp(Span<byte> buffer, long sequence, long sentNs)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer[16..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[24..], sentNs);
    }

    /// <summary>Reads it from the beginning of a UDP payload; false when it is something else.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out LoadDatagram datagram)
    {
        datagram = default;
        if (payload.Length < Size || BinaryPrimitives.ReadUInt64LittleEndian(payload) != Magic) return false;
        datagram = new(
            BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(payload[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[24..]));
        return datagram is { Flow: > 0, Sequence: >= 0 };
    }
}
