using BenchmarkDotNet.Attributes;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Bench.Wire;

/// <summary>Header and checksum around a payload: what every datagram and frame pays.</summary>
[MemoryDiagnoser]
public class EnvelopeBenchmarks
{
    private static readonly Guid Cluster = new("52f1a6b0-7c1e-4d0c-9b57-1f6c3a2b9d10");

    private byte[] _buffer = [];

    [Params(96, 1352, 64 * 1024)]
    public int Payload { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _buffer = new byte[Payload + MessageHeader.Overhead];
        new Random(1).NextBytes(_buffer);
        Seal();
    }

    [Benchmark]
    public int Seal() => new MessageHeader(MessageKind.Heartbeat, Cluster, new MemberId(7), 42, 123456789).Seal(_buffer, Payload);

    [Benchmark]
    public WireStatus Open() => MessageHeader.TryOpen(_buffer, WireLimits.MaxFrame, out _, out _, out _);
}
