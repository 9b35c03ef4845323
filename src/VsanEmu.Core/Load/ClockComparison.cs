using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Load;

/// <summary>What was found when the clocks of a load's hosts were compared.</summary>
/// <param name="AtNs">When that began, ns since the run began.</param>
/// <param name="Offsets">Each member's host's clock against one and the same; who is not here is that one.</param>
/// <param name="By">How they were compared, in words.</param>
public sealed record ClockComparison(long AtNs, IReadOnlyList<ClockOffset> Offsets, string By)
{
    /// <summary>
    /// How fast two hosts' clocks may come to be further apart, millionths: each goes by a quartz, which at the temperatures of a server is within 50 of its nominal rate. Most are far better, and
    /// a second comparison says how much.
    /// </summary>
    public const double DriftPpm = 100;

    /// <summary>By how much any two hosts' clocks may be apart that go by this, at its time, ns.</summary>
    public long ErrorNs => Worst(Offsets.Select(o => o.ErrorNs));

    /// <summary>
    /// By how much two clocks that go by this may have been apart at any time up to a later one, ns: by both measuring errors and by how much the offsets differ, since a clock that drifts goes
    /// from one to the other. Without a second comparison, by what they may have drifted.
    /// </summary>
    /// <param name="after">What was found after that time; null when nothing could be.</param>
    /// <param name="untilNs">That time, ns since the run began.</param>
    public long ErrorUntil(ClockComparison? after, long untilNs) => ErrorNs + (after is null
        ? (long)(Math.Max(0, untilNs - AtNs) * DriftPpm / 1e6)
        : Worst(after.Offsets.Select(o => o.ErrorNs + Math.Abs(o.OffsetNs - OffsetNs(o.Member)))));

    /// <summary>How far the clock of a member's host is ahead, ns.</summary>
    public long OffsetNs(string member) => Offsets.FirstOrDefault(o => o.Member == member)?.OffsetNs ?? 0;

    // Of two hosts one may be that with which the others were compared: it has no error.
    private static long Worst(IEnumerable<long> errors) => errors.OrderDescending().Take(2).Sum();
}
