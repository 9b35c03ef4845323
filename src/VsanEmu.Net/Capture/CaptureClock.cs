using System.Diagnostics;

namespace VsanEmu.Net.Capture;

/// <summary>
/// Turns the kernel's packet timestamps (CLOCK_REALTIME) into the run's time (Stopwatch, CLOCK_MONOTONIC, since the run began), by an offset
/// that is measured before frames are read, and again while they are, because the wall clock may be set. May be called from any thread.
/// </summary>
internal sealed class CaptureClock
{
    // On a busy machine a reading may be interrupted: a frame must not seem to come from before the question that it answers.
    private const int Attempts = 100;
    private const long GoodNs = 2_000;

    private readonly long _origin;
    private readonly Lock _gate = new();
    private readonly WallClockOffsets _offsets = new();

    /// <param name="originTimestamp">The <see cref="Stopwatch"/> timestamp at which the run began.</param>
    internal CaptureClock(long originTimestamp)
    {
        _origin = originTimestamp;
        Adjust();
    }

    /// <summary>Nanoseconds since the run began. (On Linux a tick of the Stopwatch is a nanosecond.)</summary>
    internal long NowNs => Stopwatch.GetTimestamp() - _origin;

    /// <summary>The wall clock, ns since 1970.</summary>
    internal long RealtimeNs
    {
        get
        {
            lock (_gate) return NowNs + _offsets.Current;
        }
    }

    /// <summary>A kernel timestamp as nanoseconds since the run began; before it, negative.</summary>
    internal long ToRunNs(long realtimeNs)
    {
        lock (_gate) return _offsets.ToRunNs(realtimeNs, NowNs);
    }

    /// <summary>Measures again.</summary>
    internal void Adjust()
    {
        lock (_gate)
        {
            (long atNs, long offset, long uncertainty) = Measure();
            _offsets.Measured(atNs, offset, uncertainty);
        }
    }

    // The wall clock is read between two readings of the run's clock; the first pair that is close counts, or the closest of many.
    private (long AtNs, long OffsetNs, long UncertaintyNs) Measure()
    {
        (long At, long Offset, long Uncertainty) best = (0, 0, long.MaxValue);
        for (int i = 0; i < Attempts && best.Uncertainty > GoodNs; i++)
        {
            long before = NowNs;
            long realtime = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            long after = NowNs;
            if (after - before < best.Uncertainty) best = (before, realtime - before - ((after - before) / 2), after - before);
        }

        return best;
    }
}
