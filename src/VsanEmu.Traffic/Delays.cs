using HdrHistogram;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Delays of one kind, as of one flow at one receiver, nanoseconds; three significant digits, up to <see cref="Most"/>. For one thread.</summary>
internal sealed class Delays
{
    /// <summary>The longest delay that is told from longer ones.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    private const int Digits = 3;

    private readonly LongHistogram _histogram = new(1, (long)Most.TotalNanoseconds, Digits);
    private bool _any;
    private long _last;
    private long _steps;
    private double _variation;

    /// <summary>Takes the delay of <paramref name="count"/> datagrams that were sent, and came, together.</summary>
    public void Take(long nanoseconds, int count)
    {
        // Below the clock's resolution is 1, and so is what came before it was sent, by a clock that is not the sender's own: how early is kept, for it is how wrong all of them may be.
        _histogram.RecordValueWithCount(Math.Clamp(nanoseconds, 1, (long)Most.TotalNanoseconds), count);
        EarlyNs = Math.Max(EarlyNs, -nanoseconds);
        // How far two clocks are apart does not show in differences.
        if (_any)
        {
            _variation += Math.Abs(nanoseconds - _last);
            _steps++;
        }

        (_any, _last) = (true, nanoseconds);
    }

    /// <summary>By how much the earliest came before it was sent; 0 when none did.</summary>
    public long EarlyNs { get; private set; }

    /// <summary>Mean difference between bursts that followed each other.</summary>
    public long VariationNs => _steps == 0 ? 0 : (long)(_variation / _steps);

    public void AddTo(LongHistogram sum) => sum.Add(_histogram);

    /// <summary>How often each was taken.</summary>
    public IReadOnlyList<DelayCount> Counts() => [.. _histogram.RecordedValues().Select(v => new DelayCount(v.ValueIteratedTo, v.CountAtValueIteratedTo))];

    public DelaySummary? Summary() => Summary(_histogram);

    public static LongHistogram Sum() => new(1, (long)Most.TotalNanoseconds, Digits);

    public static DelaySummary? Summary(LongHistogram histogram)
    {
        if (histogram.TotalCount == 0) return null;
        long shortest = histogram.AllValues().First(v => v.CountAtValueIteratedTo > 0).ValueIteratedTo;
        return new(histogram.TotalCount, shortest, At(50), At(90), At(99), At(99.9), histogram.GetMaxValue());
        long At(double percentile) => histogram.GetValueAtPercentile(percentile);
    }
}
