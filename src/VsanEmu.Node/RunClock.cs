namespace VsanEmu.Node;

/// <summary>A run's time: nanoseconds since its origin, on a clock that never goes back.</summary>
/// <param name="time">The clock.</param>
/// <param name="origin">Its timestamp at the run's time 0.</param>
public sealed class RunClock(TimeProvider time, long origin)
{
    private const long NsPerSecond = 1_000_000_000;

    private readonly long _frequency = time.TimestampFrequency;

    /// <summary>Nanoseconds since the origin.</summary>
    public long NowNs
    {
        get
        {
            long ticks = time.GetTimestamp() - origin;
            return _frequency == NsPerSecond ? ticks : (long)((Int128)ticks * NsPerSecond / _frequency);
        }
    }

    /// <summary>Time of day in nanoseconds since 1970: larger in each later life of a node.</summary>
    public long WallNs => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
