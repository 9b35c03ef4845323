using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>First frame on a connection, each way: <c>0 i64 incarnation  8 u16 to</c>.</summary>
/// <param name="IncarnationNs">When the sender's present life began.</param>
/// <param name="To">Whom the sender believes to talk to.</param>
public readonly record struct Hello(long IncarnationNs, MemberId To)
{
    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.I64(IncarnationNs);
        writer.Member(To);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Hello parsed)
    {
        var reader = new WireReader(payload);
        parsed = new Hello(reader.I64(), reader.Member());
        return reader.Complete && !parsed.To.IsNone;
    }
}

/// <summary>The sender leaves: <c>0 i64 incarnation</c>.</summary>
/// <param name="IncarnationNs">When the life began that now ends.</param>
public readonly record struct Bye(long IncarnationNs)
{
    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.I64(IncarnationNs);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Bye parsed)
    {
        var reader = new WireReader(payload);
        parsed = new Bye(reader.I64());
        return reader.Complete;
    }
}

/// <summary>A numbered probe: <c>0 u32 stream  4 u32 index  8 u32 total  12 … zeros</c>.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Index">Its number in the stream, from 0.</param>
/// <param name="Total">Datagrams of the stream, at most <see cref="WireLimits.MaxProbeCount"/>.</param>
public readonly record struct Probe(uint Stream, uint Index, uint Total)
{
    /// <summary>Bytes before the padding.</summary>
    public const int Size = 12;

    /// <summary>Writes the payload and clears its padding; returns <paramref name="length"/>, which must be at least <see cref="Size"/>.</summary>
    public int Write(Span<byte> payload, int length)
    {
        var writer = new WireWriter(payload);
        writer.U32(Stream);
        writer.U32(Index);
        writer.U32(Total);
        payload[Size..length].Clear();
        return length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Probe parsed)
    {
        var reader = new WireReader(payload);
        parsed = new Probe(reader.U32(), reader.U32(), reader.U32());
        return !reader.Failed && parsed.Total <= WireLimits.MaxProbeCount && parsed.Index < parsed.Total;
    }
}

/// <summary>An announced silence, and its answer, which is the same: <c>0 u64 number  8 u32 seconds</c>.</summary>
/// <param name="Number">Chosen by the asker, sent back unchanged.</param>
/// <param name="Seconds">How long nothing will be said from here on, at most <see cref="WireLimits.MaxIdleSeconds"/>; 0 when nothing more will come.</param>
public readonly record struct IdleProbe(ulong Number, uint Seconds)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 12;

    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.U64(Number);
        writer.U32(Seconds);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out IdleProbe parsed)
    {
        var reader = new WireReader(payload);
        parsed = new IdleProbe(reader.U64(), reader.U32());
        return reader.Complete && parsed.Seconds <= WireLimits.MaxIdleSeconds;
    }
}

/// <summary>
/// What came of a stream of <see cref="Probe"/>s on a connection, in place of the padding of the last one, which goes back with it:
/// <c>12 u64 frames  20 u64 outOfOrder</c>.
/// </summary>
/// <param name="Frames">Probes that came, the last one included.</param>
/// <param name="OutOfOrder">Segments that the listener's kernel had to keep because an earlier one was missing (tcp(7), TCP_INFO).</param>
public readonly record struct ProbeReport(ulong Frames, ulong OutOfOrder)
{
    /// <summary>Bytes of the payload: the probe, and this.</summary>
    public const int Size = Probe.Size + 16;

    /// <summary>Writes it behind the probe.</summary>
    public int Write(Span<byte> payload, in Probe last)
    {
        last.Write(payload, Probe.Size);
        var writer = new WireWriter(payload[Probe.Size..]);
        writer.U64(Frames);
        writer.U64(OutOfOrder);
        return Probe.Size + writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Probe last, out ProbeReport parsed)
    {
        parsed = default;
        if (!Probe.TryParse(payload, out last) || payload.Length != Size) return false;
        var reader = new WireReader(payload[Probe.Size..]);
        parsed = new ProbeReport(reader.U64(), reader.U64());
        return reader.Complete;
    }
}

/// <summary>C7's question and its answer: <c>0 u64 number</c>.</summary>
/// <param name="Number">Chosen by the asker, sent back unchanged.</param>
public readonly record struct PeerExchange(ulong Number)
{
    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.U64(Number);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out PeerExchange parsed)
    {
        var reader = new WireReader(payload);
        parsed = new PeerExchange(reader.U64());
        return reader.Complete;
    }
}
