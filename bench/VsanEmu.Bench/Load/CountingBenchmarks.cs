using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Traffic;

namespace VsanEmu.Bench.Load;

/// <summary>What each datagram of a load pays beside the kernel: its stamp, its pace, its number and its delay.</summary>
[MemoryDiagnoser]
public class CountingBenchmarks
{
    private const int Burst = 64;

    private readonly byte[] _datagram = new byte[1400];
    private readonly Delays _delays = new();
    private readonly SequenceTracker _tracker = new();
    private Pacer _pacer;
    private long _sequence;
    private long _delay;

    [GlobalSetup]
    public void Fill()
    {
        new LoadDatagram(1, 1, 0, 0).Write(_datagram);
        _pacer = new Pacer(1e6, Stopwatch.GetTimestamp(), TimeSpan.Zero);
    }

    [Benchmark]
    public void Stamp() => LoadDatagram.Stamp(_datagram, ++_sequence, 7);

    [Benchmark]
    public bool Parse() => LoadDatagram.TryParse(_datagram, out _);

    [Benchmark]
    public int Pace()
    {
        int due = _pacer.Due(Stopwatch.GetTimestamp(), Burst);
        _pacer.Sent(due);
        return due;
    }

    [Benchmark(OperationsPerInvoke = Burst)]
    public void CountInOrder() => _tracker.Take(_sequence += Burst, Burst);

    [Benchmark]
    public void CountOneByOne() => _tracker.Take(++_sequence);

    [Benchmark]
    public void RecordDelay() => _delays.Take(_delay = (_delay * 31 + 12_345) & 0xFFFFF, 1);
}
