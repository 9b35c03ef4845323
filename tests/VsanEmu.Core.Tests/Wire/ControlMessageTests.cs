using CsCheck;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Wire;

/// <summary>Every control payload: what is written is read again, and what is broken is refused or is exactly another message.</summary>
public class ControlMessageTests
{
    [Fact]
    public void Round_trip() => ControlMessages.Any.Sample(m => Assert.Equal(m.Payload, ControlMessages.Reencode(m.Kind, m.Payload)));

    [Fact]
    public void A_truncation_is_refused_but_for_a_probe_s_padding() => Gen.Select(ControlMessages.Any, Gen.Int[0, 5000]).Sample((m, cut) =>
    {
        if (m.Payload.Length == 0) return;
        byte[] shorter = m.Payload[..(cut % m.Payload.Length)];
        byte[]? again = ControlMessages.Reencode(m.Kind, shorter);
        if (m.Kind == MessageKind.Probe && shorter.Length >= Probe.Size) Assert.Equal(shorter, again);
        else Assert.Null(again);
    });

    [Fact]
    public void What_is_too_long_is_refused_but_for_a_probe_s_padding() => Gen.Select(ControlMessages.Any, Gen.Byte.Array[1, 40]).Sample((m, noise) =>
    {
        byte[]? again = ControlMessages.Reencode(m.Kind, [.. m.Payload, .. noise]);
        if (m.Kind == MessageKind.Probe) Assert.Equal(m.Payload, again![..m.Payload.Length]);
        else Assert.Null(again);
    });

    [Fact]
    public void A_flipped_bit_is_refused_or_is_another_message() => Gen.Select(ControlMessages.Any, Gen.Int[0, 40000]).Sample((m, bit) =>
    {
        if (m.Payload.Length == 0) return;
        bit %= m.Payload.Length * 8;
        byte[] flipped = [.. m.Payload];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        byte[]? again = ControlMessages.Reencode(m.Kind, flipped);
        if (again is null) return;
        bool padding = m.Kind == MessageKind.Probe && bit / 8 >= Probe.Size;
        Assert.Equal(padding ? m.Payload : flipped, again);
    });

    [Fact]
    public void Noise_never_throws() => Gen.Select(ControlMessages.Any, Gen.Byte.Array[0, 200]).Sample((m, noise) =>
    {
        byte[]? again = ControlMessages.Reencode(m.Kind, noise);
        if (again is not null && m.Kind != MessageKind.Probe) Assert.Equal(noise, again);
    });

    [Fact]
    public void A_value_over_its_limit_is_refused()
    {
        byte[] payload = new byte[DirectoryEntry.HeaderSize + WireLimits.MaxValue + 1];
        var writer = new WireWriter(payload);
        new DirectoryEntry(Guid.NewGuid(), new(1), EntryType.Policy, 1, new byte[WireLimits.MaxValue]).Write(ref writer);
        Assert.NotNull(ControlMessages.Reencode(MessageKind.Update, payload.AsSpan(0, writer.Length)));
        payload[27]++; // The low byte of the length, which is 8192.
        Assert.Null(ControlMessages.Reencode(MessageKind.Update, payload));
    }

    [Fact]
    public void A_probe_beyond_its_stream_is_refused()
    {
        byte[] payload = new byte[Probe.Size];
        foreach ((uint index, uint total, bool good) in new[] { (0u, 1u, true), (1u, 1u, false), (0u, 0u, false), (5u, WireLimits.MaxProbeCount + 1u, false) })
        {
            new Probe(1, index, total).Write(payload, payload.Length);
            Assert.Equal(good, Probe.TryParse(payload, out _));
        }
    }
}
