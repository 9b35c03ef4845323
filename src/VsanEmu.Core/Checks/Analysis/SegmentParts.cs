using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// The parts into which the segment fell: members of different parts exchange nothing at all, neither datagrams nor TCP nor any frame that a capture saw.
/// That tells a split segment from one which carries no multicast, or no TCP 2233.
/// </summary>
internal sealed class SegmentParts
{
    private readonly IReadOnlySet<Direction> _contacts;

    private SegmentParts(IReadOnlyList<IReadOnlyList<string>> parts, IReadOnlySet<Direction> contacts) => (Parts, _contacts) = (parts, contacts);

    /// <summary>The parts, largest first; one when the segment is whole or nothing is known.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Parts { get; }

    public bool Split => Parts.Count > 1;

    /// <summary>True when two members are in different parts.</summary>
    public bool Apart(string a, string b) => Split && Parts.Any(p => p.Contains(a) != p.Contains(b));

    /// <summary>True when something passed between two members, in either direction.</summary>
    public bool InTouch(Direction way) => _contacts.Contains(way) || _contacts.Contains(way.Reverse);

    public static SegmentParts Of(RunAnalysis run)
    {
        HashSet<Direction> contacts = [.. Frames(run)];
        DeliveryMatrix multicast = run.AgentDelivery;
        TcpMatrix tcp = run.Tcp;
        contacts.UnionWith(multicast.Measured.Values.Where(d => !d.None).Select(d => d.Way));
        contacts.UnionWith(tcp.Open);
        bool Tried(Direction way) => multicast.Measured.ContainsKey(way) || tcp.Blocked.ContainsKey(way);
        bool Linked(string a, string b)
        {
            Direction there = new(a, b), back = there.Reverse;
            // What was never tried proves no separation.
            return contacts.Contains(there) || contacts.Contains(back) || !(Tried(there) || Tried(back));
        }

        return new(Analysis.Parts.Of([.. run.Spec.Members.Select(m => m.Name)], Linked), contacts);
    }

    // Whose frames arrived at whose port while the members were probed.
    private static IEnumerable<Direction> Frames(RunAnalysis run)
    {
        var probed = run.Seen.Streams.Select(s => s.Phase).Concat(run.Seen.Probes.Select(p => p.Phase)).ToHashSet();
        HashSet<string> phases = [.. run.Timeline.Calm.Select(p => p.Name).Where(probed.Contains)];
        return
            from port in run.Seen.Ports
            where port.Kind == PortKind.Member
            from source in port.Flows.Where(f => f.Direction == PortDirection.In && phases.Contains(f.Phase)).Select(f => f.Source)
                .Concat(port.Controls.Where(c => phases.Contains(c.Phase)).Select(c => c.Source))
                .Distinct()
            select new Direction(run.Name(source), port.Port);
    }
}
