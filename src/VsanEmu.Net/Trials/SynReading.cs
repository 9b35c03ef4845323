using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Probing;

namespace VsanEmu.Net.Trials;

/// <summary>Reads what became of a forged SYN from what passed the captures at both ends; there is no kernel to ask.</summary>
internal static class SynReading
{
    /// <summary>True when another attempt could change nothing: somebody answered, or, where the answer goes elsewhere, it arrived.</summary>
    internal static bool Decides(ProbeMethod method, ProbeOutcome outcome) =>
        IsAnswer(outcome) || (method == ProbeMethod.Spoofed && outcome == ProbeOutcome.FilteredReturn);

    /// <summary>A SYN with its sender's own address: the answer comes back to it.</summary>
    /// <param name="probe">The SYN's five-tuple.</param>
    /// <param name="atSource">What the source's capture holds of it, oldest first.</param>
    /// <param name="atTarget">What the target's capture holds of it, or null without one.</param>
    internal static (ProbeOutcome Outcome, string AnsweredBy) OfOwn(FiveTuple probe, IReadOnlyList<SeenSegment> atSource, IReadOnlyList<SeenSegment>? atTarget)
    {
        bool accepted = atSource.Any(s => s.Direction == PortDirection.In && s.PartOf(probe) == ProbePart.SynAck);
        if (accepted) return (ProbeOutcome.Open, "");
        (ProbeOutcome Outcome, string AnsweredBy) plain = ProbeReading.Read(ConnectEnd.Silence, probe, atSource, atTarget);
        return IsAnswer(plain.Outcome) ? plain : Unanswered(probe, atSource, atTarget);
    }

    /// <summary>A SYN with somebody else's address: the answer goes elsewhere, so only its arrival tells.</summary>
    /// <inheritdoc cref="OfOwn"/>
    internal static (ProbeOutcome Outcome, string AnsweredBy) OfBorrowed(FiveTuple probe, IReadOnlyList<SeenSegment> atSource, IReadOnlyList<SeenSegment>? atTarget) =>
        Unanswered(probe, atSource, atTarget);

    private static bool IsAnswer(ProbeOutcome outcome) => outcome is ProbeOutcome.Open or ProbeOutcome.Refused or ProbeOutcome.Prohibited or ProbeOutcome.IcmpOther;

    private static (ProbeOutcome Outcome, string AnsweredBy) Unanswered(FiveTuple probe, IReadOnlyList<SeenSegment> atSource, IReadOnlyList<SeenSegment>? atTarget)
    {
        if (!Passed(probe, atSource, PortDirection.Out)) return (ProbeOutcome.Unreachable, "");
        if (atTarget is null) return (ProbeOutcome.Filtered, "");
        return (Passed(probe, atTarget, PortDirection.In) ? ProbeOutcome.FilteredReturn : ProbeOutcome.FilteredForward, "");
    }

    // Whole, or in fragments of one packet: something on the way may have put them together, or cut them again.
    private static bool Passed(FiveTuple probe, IReadOnlyList<SeenSegment> seen, PortDirection direction)
    {
        IEnumerable<SeenSegment> those = seen.Where(s => s.Direction == direction);
        if (those.Any(s => s.PartOf(probe) == ProbePart.Syn)) return true;
        HashSet<ushort> firsts = [.. those.Where(s => s.PartOf(probe) == ProbePart.FirstFragment).Select(s => s.Info.Identification)];
        return those.Any(s => s.PartOf(probe) == ProbePart.LaterFragment && firsts.Contains(s.Info.Identification));
    }
}
