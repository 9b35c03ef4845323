using VsanEmu.Core.Observations;
using VsanEmu.Net.Capture;

namespace VsanEmu.Net.Probing;

/// <summary>Where frames were dropped before the capture saw them, a SYN that it did not see may have arrived.</summary>
internal static class FalseAbsences
{
    /// <summary>The same probes, without saying of any that it did not arrive where the target's capture lacks frames.</summary>
    internal static IReadOnlyList<ProbeObservation> Doubt(CaptureSet captures, IReadOnlyList<ProbeObservation> seen)
    {
        if (!seen.Any(p => p.Outcome == ProbeOutcome.FilteredForward)) return seen;
        HashSet<string> lossy = [.. captures.Snapshot().Where(c => c.Dropped > 0).Select(c => c.Port)];
        return [.. seen.Select(p => p.Outcome == ProbeOutcome.FilteredForward && lossy.Contains(p.To) ? p with { Outcome = ProbeOutcome.Filtered } : p)];
    }
}
