using System.Diagnostics;

namespace VsanEmu.Net.Capture;

/// <summary>
/// Turns the kernel's packet timestamps (CLOCK_REALTIME) into the run's time (Stopwatch, CLOCK_MONOTONIC, since the run began), by an offset
/// that is measured, and measured again, because the wall clock may be set.
/// </summary>
internal sealed class CaptureClock
{
    /// <summary>Differences up to this are the measurement's own noise: keeping the offset keeps frames in order.</summary>
    private const long NoiseNs = 20_000;

    // On a busy machine a reading may be interrupted: a frame must not seem to come from before the question that it answers.
    private const int Attempts = 100;
    private const long GoodNs = 2_000;

    private readonly long _origin;
    private long _realtimeOfOriginNs;

    /// <param name="originTimestamp">The <see cref="Stopwatch"/> timestamp at which the run began.</param>
    internal CaptureClock(long originTimestamp)
    {
        _origin = originTimestamp;
        (_realtimeOfOriginNs, _) = Measure();
    }

    /// <summary>Nanoseconds since the run began. (On Linux a tick of the Stopwatch is a nanosecond.)</summary>
    internal long NowNs => Stopwatch.GetTimestamp() - _origin;

    /// <summary>The wall clock, ns since 1970.</summary>
    internal long RealtimeNs => NowNs + Volatile.Read(ref _realtimeOfOriginNs);

    /// <summary>A kernel timestamp as nanoseconds since the run began; before it, negative.</summary>
    internal long ToRunNs(long realtimeNs) => realtimeNs - Volatile.Read(ref _realtimeOfOriginNs);

    /// <summary>Measures again.</summary>
    internal void Adjust()
    {
        (long measured, long uncertainty) = Measure();
        if (uncertainty < NoiseNs && Math.Abs(measured - Volatile.Read(ref _realtimeOfOriginNs)) > NoiseNs)
            Volatile.Write(ref _realtimeOfOriginNs, measured);
    }

    // The wall clock is read between two readings of the run's clock; the first pair that is close counts, or the closest of many.
    private (long RealtimeOfOriginNs, long UncertaintyNs) Measure()
    {
        (long Offset, long Uncertainty) best = (0, long.MaxValue);
        for (int i = 0; i < Attempts && best.Uncertainty > GoodNs; i++)
        {
            long before = NowNs;
            long realtime = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            long after = NowNs;
            if (after - before < best.Uncertainty) best = (realtime - before - ((after - before) / 2), after - before);
        }

        return best;
    }
}
