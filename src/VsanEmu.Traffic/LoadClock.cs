using System.Diagnostics;

namespace VsanEmu.Traffic;

/// <summary>When the threads of a load begin, measure and end. All times are Stopwatch timestamps.</summary>
internal sealed class LoadClock(long startAt, TimeSpan warmUp, TimeSpan duration)
{
    private volatile bool _sendersStopped;
    private volatile bool _receiversStopped;

    public long StartAt => startAt;

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
