using System.Diagnostics;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Reads the counters of a load at the end of each interval.</summary>
internal sealed class LoadSampler(FlowAtSender[] senders, (FlowAtSender From, FlowAtReceiver At)[] receivers, LoadClock clock, TimeSpan interval)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private readonly List<LoadInterval> _intervals = [];
    private readonly Dictionary<object, (long, long)> _before = [];
    private TimeSpan _processorBefore;

    public IReadOnlyList<LoadInterval> Intervals => _intervals;

    /// <summary>Processors that this process kept busy while it was measured.</summary>
    public double Processors { get; private set; }

    /// <summary>When the senders had ended.</summary>
    public long EndedAt { get; private set; }

    public double MeasuredSeconds => (double)(EndedAt - clock.MeasureAt) / Stopwatch.Frequency;

    /// <summary>What a sender had counted before the measurement.</summary>
    public (long Sent, long Bytes) Before(FlowAtSender sender) => _before.GetValueOrDefault(sender);

    /// <summary>Bytes that a receiver had counted before the measurement.</summary>
    public long Before(FlowAtReceiver receiver) => _before.GetValueOrDefault(receiver).Item2;

    /// <summary>Reads while something is sent.</summary>
    public async Task RunAsync(Func<bool> sends, IProgress<LoadInterval>? progress)
    {
        while (sends() && Stopwatch.GetTimestamp() < clock.MeasureAt) await SleepAsync(clock.MeasureAt);
        Sums last = new(clock.MeasureAt, 0, 0, 0, 0, 0);
        if (clock.MeasureAt > clock.StartAt) last = Before();
        _processorBefore = Environment.CpuUsage.TotalTime;
        for (long end = clock.MeasureAt + LoadClock.Ticks(interval); sends();)
        {
            await SleepAsync(end);
            long now = Stopwatch.GetTimestamp();
            if (now < end) continue;
            last = Close(last, now, progress);
            end += LoadClock.Ticks(interval);
        }

        EndedAt = Math.Min(Stopwatch.GetTimestamp(), Math.Max(clock.EndAt, clock.MeasureAt + 1));
        Processors = (Environment.CpuUsage.TotalTime - _processorBefore).TotalSeconds / Math.Max(1e-3, MeasuredSeconds);
        // A rest that is too short for a figure is left out.
        if (EndedAt - last.At > LoadClock.Ticks(interval) / 4) Close(last, EndedAt, progress);
    }

    // Datagrams of the warm-up bear another number, and are not counted; a byte stream has no numbers.
    private Sums Before()
    {
        foreach (FlowAtSender sender in senders.Where(s => s.Flow.Transport == LoadTransport.Tcp)) _before[sender] = (sender.Sent, sender.Bytes);
        foreach ((_, FlowAtReceiver at) in receivers.Where(r => r.At.Flow.Transport == LoadTransport.Tcp)) _before[at] = (at.Came, at.Bytes);
        return new(clock.MeasureAt, senders.Sum(s => Before(s).Sent), senders.Sum(s => Before(s).Bytes), 0, receivers.Sum(r => Before(r.At)), 0);
    }

    private static Task SleepAsync(long until)
    {
        var left = TimeSpan.FromSeconds((double)(until - Stopwatch.GetTimestamp()) / Stopwatch.Frequency);
        return Task.Delay(left > Step ? Step : left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1));
    }

    private Sums Close(Sums last, long now, IProgress<LoadInterval>? progress)
    {
        Sums sums = Read(now);
        var one = new LoadInterval(
            LoadClock.Nanoseconds(last.At - clock.MeasureAt), LoadClock.Nanoseconds(now - clock.MeasureAt),
            sums.Sent - last.Sent, sums.SentBytes - last.SentBytes, sums.Came - last.Came, sums.CameBytes - last.CameBytes, sums.Expected - last.Expected);
        _intervals.Add(one);
        progress?.Report(one);
        return sums;
    }

    private Sums Read(long now) => new(
        now, senders.Sum(s => s.Sent), senders.Sum(s => s.Bytes), receivers.Sum(r => r.At.Came), receivers.Sum(r => r.At.Bytes),
        senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Sum(s => s.Sent * s.Flow.To.Count));

    private readonly record struct Sums(long At, long Sent, long SentBytes, long Came, long CameBytes, long Expected);
}
