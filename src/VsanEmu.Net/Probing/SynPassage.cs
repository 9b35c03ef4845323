using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Probing;

/// <summary>Whether a SYN passed a port.</summary>
internal static class SynPassage
{
    /// <summary>True when it did: whole, or in fragments of one packet, since something on the way may have put them together, or cut them again.</summary>
    internal static bool Passed(FiveTuple probe, IReadOnlyList<SeenSegment> seen, PortDirection direction)
    {
        IEnumerable<SeenSegment> those = seen.Where(s => s.Direction == direction);
        if (those.Any(s => s.PartOf(probe) == ProbePart.Syn)) return true;
        HashSet<uint> firsts = [.. those.Where(s => s.PartOf(probe) == ProbePart.FirstFragment).Select(s => s.Info.Identification)];
        return those.Any(s => s.PartOf(probe) == ProbePart.LaterFragment && firsts.Contains(s.Info.Identification));
    }

    /// <summary>An outcome of silence, made more exact by what is known of the target: with nothing known it stays <see cref="ProbeOutcome.Filtered"/>.</summary>
    internal static async ValueTask<ProbeOutcome> LocateAsync(
        ProbeOutcome outcome, IPorts ports, ProbeTarget to, FiveTuple probe, long sinceNs, CancellationToken cancellation)
    {
        if (outcome != ProbeOutcome.Filtered || !to.Captured) return outcome;
        return await ports.ArrivedAsync(to.Name, probe, sinceNs, cancellation).ConfigureAwait(false) switch
        {
            true => ProbeOutcome.FilteredReturn,
            false => ProbeOutcome.FilteredForward,
            null => ProbeOutcome.Filtered,
        };
    }
}
