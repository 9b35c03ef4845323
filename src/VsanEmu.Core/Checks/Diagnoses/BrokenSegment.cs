using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>partition</c> and <c>isolated-member</c>: parts of the cluster exchange nothing at all, by no transport. A part of one is a member's port;
/// larger parts are sides.
/// </summary>
internal static class BrokenSegment
{
    private static readonly string[] MayExplain = [.. Symptoms.Cluster, .. Symptoms.Delivery, .. Symptoms.Absence, .. Symptoms.Everywhere, .. Symptoms.Attempts];

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        SegmentParts segment = run.Segment;
        if (!segment.Split) yield break;
        IReadOnlyList<string>[] alone = [.. Alone(run)], sides = [.. segment.Parts.Where(p => !alone.Contains(p))];
        foreach (IReadOnlyList<string> part in alone)
        {
            string member = part[0];
            yield return new("isolated-member", $"{member} is cut off: nothing passes between its port and any other member's", $"port of {member}", MayExplain,
                [.. Evidence(run, w => w.From == member || w.To == member)],
                $"look at the link, VLAN and access list of the port of {member}");
        }

        if (sides.Length > 1)
        {
            string where = Parts.Describe(sides);
            yield return new("partition", $"the segment is split into {sides.Length} sides that exchange nothing", where, MayExplain,
                [.. sides.Select((s, i) => $"side {i + 1}: {string.Join(' ', s)}"), .. Evidence(run, w => segment.Apart(w.From, w.To))],
                "look at the links and VLAN membership between the switches to which the sides are connected");
        }
    }

    // In a cluster of two or three a part of one may as well be a side. Then it is a cut-off port only if no query gets there either.
    private static IEnumerable<IReadOnlyList<string>> Alone(RunAnalysis run)
    {
        IEnumerable<IReadOnlyList<string>> single = run.Segment.Parts.Where(p => p.Count == 1);
        if (run.Spec.Members.Count > 3) return run.Segment.Parts[0].Count > 1 ? single : [];
        var deaf = run.Queries.Ports.Where(p => p.General == 0).Select(p => p.Port).ToHashSet();
        return single.Where(p => deaf.Contains(p[0]) && deaf.Count < run.Queries.Ports.Count);
    }

    private static IEnumerable<string> Evidence(RunAnalysis run, Func<Direction, bool> concerns)
    {
        long sent = run.AgentDelivery.Measured.Values.Where(d => concerns(d.Way)).Sum(d => d.Sent);
        int tried = run.Tcp.Blocked.Keys.Count(concerns);
        if (sent > 0) yield return $"0 of {sent} numbered Agent Group datagrams arrived across it";
        if (tried > 0) yield return $"0 of {Wording.Count(tried, "TCP attempt")} across it succeeded";
        yield return "no frame of the other side was captured at any port while the members were probed";
    }
}
