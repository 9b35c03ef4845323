using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How far one member's clock is ahead of another's, and by how much that may be wrong.</summary>
/// <param name="Member">The member.</param>
/// <param name="Than">The other one.</param>
/// <param name="OffsetNs">By how much it is ahead, ns; below 0 when it is behind.</param>
/// <param name="ErrorNs">The true value lies within so much of it, ns: half of what the way there and the way back took together.</param>
public sealed record ClockOffset(string Member, string Than, long OffsetNs, long ErrorNs);

/// <summary>
/// Compares members' clocks by what they sent each other anyway, above all on the two flows between the Master and each member. The way from one to the other seems longer by as much
/// as the way back seems shorter: half the difference of the shortest two is the offset, as in NTP (RFC 5905, 8), and half their sum bounds its error.
/// </summary>
public static class ClockPairs
{
    /// <summary>Each member's clock against that of the member with the most pairs; members of which nothing came in one of the directions are left out.</summary>
    public static IReadOnlyList<ClockOffset> Of(IReadOnlyList<NodeObservation> nodes)
    {
        NodeObservation? reference = nodes.MaxBy(n => n.Apparent.Count);
        if (reference is null) return [];
        var found = new List<ClockOffset>();
        foreach (NodeObservation node in nodes.Where(n => n.Id != reference.Id))
        {
            // What comes from a clock that is ahead seems to have taken less.
            if (Least(reference, node.Id) is not { } here || Least(node, reference.Id) is not { } there) continue;
            found.Add(new(node.Member, reference.Member, (there - here) / 2, Math.Max(0, (there + here) / 2)));
        }

        return found;
    }

    private static long? Least(NodeObservation at, MemberId from) => at.Apparent.Where(a => a.From == from).Select(a => (long?)a.Ns).FirstOrDefault();
}
