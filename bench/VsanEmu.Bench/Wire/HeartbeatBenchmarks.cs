using BenchmarkDotNet.Attributes;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Bench.Wire;

/// <summary>A whole heartbeat, header and checksum included: what every member sends and takes from every other, all the time.</summary>
[MemoryDiagnoser]
public class HeartbeatBenchmarks
{
    private static readonly Guid Cluster = new("52f1a6b0-7c1e-4d0c-9b57-1f6c3a2b9d10");

    private readonly byte[] _buffer = new byte[WireLimits.MaxDatagram];
    private readonly Heartbeat _beat = new(Role.Agent, Role.Listening, 100, 0x1234, 42, 3, new(1), new(2), 1000, 0xFEEDFACE, 500, true);
    private int _length;

    [GlobalSetup]
    public void Fill() => _length = Encode();

    [Benchmark]
    public int Encode() =>
        new MessageHeader(MessageKind.Heartbeat, Cluster, new MemberId(7), 42, 123456789).Seal(_buffer, _beat.Write(_buffer.AsSpan(MessageHeader.Size)));

    [Benchmark]
    public bool Decode() =>
        MessageHeader.TryOpen(_buffer.AsSpan(0, _length), out _, out ReadOnlySpan<byte> payload) == WireStatus.Ok && Heartbeat.TryParse(payload, out _);
}
