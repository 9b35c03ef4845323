namespace VsanEmu.Net.Capture;

/// <summary>
/// How far the wall clock was from the run's clock, and when. A wall clock that is set in the middle of a run has several offsets: a packet's wall-clock time is converted
/// by the one that was true when the packet passed, whether it is read before the step was noticed or after. Pure: time comes in as arguments. One caller at a time.
/// </summary>
internal sealed class WallClockOffsets
{
    /// <summary>Differences up to this are the measurement's own noise: keeping the offset keeps frames in order.</summary>
    internal const long NoiseNs = 20_000;

    /// <summary>Offsets that are remembered. Beyond, the oldest are forgotten: packets of that time have long been read.</summary>
    internal const int MaxOffsets = 64;

    // Each is true from some time after the last measurement that gave another one.
    private readonly List<(long FromNs, long OffsetNs)> _offsets = [];
    private long _measuredNs = long.MinValue;

    /// <summary>The offset now: wall clock minus run's clock, ns.</summary>
    internal long Current => _offsets[^1].OffsetNs;

    /// <summary>Notes a measurement.</summary>
    /// <param name="nowNs">When it was made, on the run's clock; not before the last one.</param>
    /// <param name="offsetNs">Wall clock minus run's clock.</param>
    /// <param name="uncertaintyNs">By how much it may be wrong.</param>
    internal void Measured(long nowNs, long offsetNs, long uncertaintyNs)
    {
        if (_offsets.Count == 0 || Math.Abs(offsetNs - Current) > Math.Max(NoiseNs, uncertaintyNs))
        {
            if (_offsets.Count == MaxOffsets) _offsets.RemoveAt(0);
            _offsets.Add((_measuredNs, offsetNs));
        }

        _measuredNs = nowNs;
    }

    /// <summary>
    /// A packet's time on the run's clock: by the latest offset under which it lies neither before that offset can have held nor after now. Where a step is smaller than the
    /// time between two measurements, a packet from between them may be wrong by the step.
    /// </summary>
    /// <param name="realtimeNs">Its wall-clock time.</param>
    /// <param name="nowNs">Now, on the run's clock.</param>
    internal long ToRunNs(long realtimeNs, long nowNs)
    {
        for (int i = _offsets.Count - 1; i >= 0; i--)
        {
            long at = realtimeNs - _offsets[i].OffsetNs;
            if (at <= nowNs + NoiseNs && (i == 0 || at >= _offsets[i].FromNs - NoiseNs)) return at;
        }

        return realtimeNs - Current;
    }
}
