using System.Diagnostics;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>What a load has counted so far.</summary>
internal readonly record struct LoadCounts(long Sent, long SentBytes, long Delivered, long DeliveredBytes, long Expected);

/// <summary>Reads the counters of a load at the end of each interval.</summary>
/// <param name="before">What was counted when the measurement began, and does not belong to it; asked then, after a warm-up.</param>
/// <param name="read">What is counted now.</param>
/// <param name="clock">When the measurement begins and ends.</param>
/// <param name="interval">Its parts.</param>
internal sealed class LoadSampler(Func<LoadCounts> before, Func<LoadCounts> read, LoadClock clock, TimeSpan interval)
{
    private const double BusyShare = 0.9;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly List<LoadInterval> _intervals = [];
    private TimeSpan _processorBefore;
    private long _lastAt;
    private LoadCounts _last;

    public IReadOnlyList<LoadInterval> Intervals => _intervals;

    /// <summary>Processors that this process kept busy while it was measured.</summary>
    public double Processors { get; private set; }

    /// <summary>When the senders had ended.</summary>
    public long EndedAt { get; private set; }

    /// <summary>Why this machine was the limit, as far as its processors tell; empty when it was not.</summary>
    /// <param name="thread">What the busiest thread is, in words.</param>
    /// <param name="threadNs">Processor time that it used while it was measured.</param>
    public string Busy(string thread, long threadNs)
    {
        if (Processors > BusyShare * Environment.ProcessorCount) return $"all processors are busy ({Processors:0.0} of {Environment.ProcessorCount}): this machine, not the fabric, is the limit";
        double share = threadNs / 1e9 / Math.Max(1e-3, MeasuredSeconds);
        return share > BusyShare ? $"{thread} is busy all the time ({100 * share:0} %): this machine, not the fabric, is the limit" : "";
    }

    /// <summary>Reads while something is sent.</summary>
    public async Task RunAsync(Func<bool> sends, IProgress<LoadInterval>? progress)
    {
        while (sends() && Stopwatch.GetTimestamp() < clock.MeasureAt) await SleepAsync(clock.MeasureAt);
        _lastAt = clock.MeasureAt;
        if (clock.MeasureAt > clock.StartAt) _last = before();
        _processorBefore = Environment.CpuUsage.TotalTime;
        for (long end = clock.MeasureAt + LoadClock.Ticks(interval); sends();)
        {
            await SleepAsync(end);
            long now = Stopwatch.GetTimestamp();
            if (now < end) continue;
            Close(now, progress);
            end += LoadClock.Ticks(interval);
        }

        EndedAt = Math.Min(Stopwatch.GetTimestamp(), Math.Max(clock.EndAt, clock.MeasureAt + 1));
        Processors = (Environment.CpuUsage.TotalTime - _processorBefore).TotalSeconds / Math.Max(1e-3, MeasuredSeconds);
        // A rest that is too short for a figure is left out.
        if (EndedAt - _lastAt > LoadClock.Ticks(interval) / 4) Close(EndedAt, progress);
    }

    private double MeasuredSeconds => (double)(EndedAt - clock.MeasureAt) / Stopwatch.Frequency;

    private static Task SleepAsync(long until)
    {
        var left = TimeSpan.FromSeconds((double)(until - Stopwatch.GetTimestamp()) / Stopwatch.Frequency);
        return Task.Delay(left > Step ? Step : left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
    }

    private void Close(long now, IProgress<LoadInterval>? progress)
    {
        LoadCounts counts = read();
        var one = new LoadInterval(
            LoadClock.Nanoseconds(_lastAt - clock.MeasureAt), LoadClock.Nanoseconds(now - clock.MeasureAt),
            counts.Sent - _last.Sent, counts.SentBytes - _last.SentBytes, counts.Delivered - _last.Delivered, counts.DeliveredBytes - _last.DeliveredBytes,
            Math.Max(0, counts.Expected - _last.Expected));
        (_lastAt, _last) = (now, counts);
        _intervals.Add(one);
        progress?.Report(one);
    }
}
