namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Delays over rounds (RFC 3918 asks for minimum, average and maximum; the median does not move for one odd round).</summary>
internal sealed class Distribution
{
    private readonly long[] _sorted;

    private Distribution(long[] sorted) => _sorted = sorted;

    public int Count => _sorted.Length;

    public long MinNs => _sorted[0];

    public long MaxNs => _sorted[^1];

    /// <summary>The middle one; of an even number, the mean of the two in the middle.</summary>
    public long MedianNs => (_sorted[(Count - 1) / 2] + _sorted[Count / 2]) / 2;

    /// <summary>The distribution of some values; null of none.</summary>
    public static Distribution? Of(IEnumerable<long> values) => values.Order().ToArray() is { Length: > 0 } sorted ? new(sorted) : null;

    public override string ToString() => Count == 1
        ? $"{Wording.Span(MinNs)} in one round"
        : $"min {Wording.Span(MinNs)}, median {Wording.Span(MedianNs)}, max {Wording.Span(MaxNs)} over {Count} rounds";
}
