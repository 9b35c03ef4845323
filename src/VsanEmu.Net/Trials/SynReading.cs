using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Probing;

namespace VsanEmu.Net.Trials;

/// <summary>Reads what became of a forged SYN from what passed the capture at its source; there is no kernel to ask.</summary>
internal static class SynReading
{
    /// <summary>True when another attempt could change nothing: somebody answered, or, where the answer goes elsewhere, it arrived.</summary>
    internal static bool Decides(ProbeMethod method, ProbeOutcome outcome) =>
        IsAnswer(outcome) || (method == ProbeMethod.Spoofed && outcome == ProbeOutcome.FilteredReturn);

    /// <summary>A SYN with its sender's own address: the answer comes back to it.</summary>
    /// <param name="probe">The SYN's five-tuple.</param>
    /// <param name="atSource">What the source's capture holds of it, oldest first.</param>
    /// <returns>Of one that left and was not answered, <see cref="ProbeOutcome.Filtered"/>: where it was lost, the target knows.</returns>
    internal static ReadProbe OfOwn(FiveTuple probe, IReadOnlyList<SeenSegment> atSource)
    {
        bool accepted = atSource.Any(s => s.Direction == PortDirection.In && s.PartOf(probe) == ProbePart.SynAck);
        if (accepted) return new(ProbeOutcome.Open);
        ReadProbe plain = ProbeReading.Read(ConnectEnd.Silence, probe, atSource);
        return IsAnswer(plain.Outcome) ? plain : OfBorrowed(probe, atSource);
    }

    /// <summary>A SYN with somebody else's address: the answer goes elsewhere, so only its arrival tells.</summary>
    /// <inheritdoc cref="OfOwn"/>
    internal static ReadProbe OfBorrowed(FiveTuple probe, IReadOnlyList<SeenSegment> atSource) =>
        SynPassage.Passed(probe, atSource, PortDirection.Out) ? new(ProbeOutcome.Filtered) : new(ProbeOutcome.Unreachable, OwnHost: OwnHostDeed.Unsent);

    private static bool IsAnswer(ProbeOutcome outcome) => outcome is ProbeOutcome.Open or ProbeOutcome.Refused or ProbeOutcome.Prohibited or ProbeOutcome.IcmpOther;
}
