using System.Diagnostics;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic;

/// <summary>When the threads of a load begin, measure and end. All times are Stopwatch timestamps.</summary>
/// <param name="startAt">When senders begin.</param>
/// <param name="warmUp">From then to the measurement; a ramp is part of it.</param>
/// <param name="duration">How long is measured.</param>
/// <param name="ramp">How long rates take to grow to their height.</param>
internal sealed class LoadClock(long startAt, TimeSpan warmUp, TimeSpan duration, TimeSpan ramp = default)
{
    // A slow sender's next datagram may be minutes away: it looks so often whether it is to stop.
    private static readonly long LongestSleep = Ticks(LoadSockets.Patience);

    // What is under way at the end may come; of a load that was told to stop, whose controller has little time itself, less long.
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortDrain = TimeSpan.FromSeconds(1.5);

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

    /// <summary>How long what is under way when senders have ended is waited for, at most.</summary>
    public TimeSpan Drain => _sendersStopped ? ShortDrain : LongestDrain;

    /// <summary>Whether receivers are to end: nothing is under way any more.</summary>
    public bool ReceiversStopped => _receiversStopped;

    public void StopSenders() => _sendersStopped = true;

    public void StopReceivers() => _receiversStopped = true;

    /// <summary>Lets a sender sleep until a time, or until senders are to stop, which it sees within <see cref="LoadSockets.Patience"/>.</summary>
    /// <param name="now">The time that it is, as the sender has just read it.</param>
    /// <param name="until">The time to wake.</param>
    public void SleepUntil(long now, long until)
    {
        for (; until - now > LongestSleep && !_sendersStopped; now = Stopwatch.GetTimestamp()) ThreadTime.SleepUntil(now + LongestSleep);
        if (!_sendersStopped) ThreadTime.SleepUntil(until);
    }

    /// <summary>Lets a sender sleep until the load begins, or is stopped before.</summary>
    public void SleepUntilStart() => SleepUntil(Stopwatch.GetTimestamp(), startAt);

    public static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    public static long Nanoseconds(long ticks) => (long)(ticks * (1e9 / Stopwatch.Frequency));
}
