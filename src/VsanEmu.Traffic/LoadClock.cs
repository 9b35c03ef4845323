using System.Diagnostics;

namespace VsanEmu.Traffic;

/// <summary>When the threads of a load begin, measure and end. All times are Stopwatch timestamps.</summary>
/// <param name="startAt">When senders begin.</param>
/// <param name="warmUp">From then to the measurement; a ramp is part of it.</param>
/// <param name="duration">How long is measured.</param>
/// <param name="ramp">How long rates take to grow to their height.</param>
internal sealed class LoadClock(long startAt, TimeSpan warmUp, TimeSpan duration, TimeSpan ramp = default)
{
    private volatile bool _sendersStopped;
    private volatile bool _receiversStopped;

    public long StartAt => startAt;

    /// <summary>The time from which datagrams' times count; where all hosts of a load agree on it, delays between them can be told. Default 0: this machine's own clock.</summary>
    public long Origin { get; init; }

    public TimeSpan Ramp => ramp;

    public long MeasureAt { get; } = startAt + Ticks(warmUp);

    public long EndAt { get; } = startAt + Ticks(warmUp) + Ticks(duration);

    /// <summary>Whether senders are to end now, whatever the time.</summary>
    public bool SendersStopped => _sendersStopped;

    /// <summary>Whether receivers are to end: nothing is under way any more.</summary>
    public bool ReceiversStopped => _receiversStopped;

    public void StopSenders() => _sendersStopped = true;

    public void StopReceivers() => _receiversStopped = true;

    public static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    public static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));
}
