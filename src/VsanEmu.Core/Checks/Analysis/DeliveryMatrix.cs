using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>One direction's numbered datagrams, all phases added up.</summary>
internal sealed record Delivery(Direction Way, long Sent, long Received, long Duplicates, long Reordered, long Corrupt)
{
    public Proportion Loss => new(Math.Max(0, Sent - Received), Sent);

    /// <summary>True when nothing at all got through.</summary>
    public bool None => Sent > 0 && Received == 0;
}

/// <summary>
/// Who received whose numbered datagrams on one group, and who should have: only pairs that were on one side of the segment, and only receivers
/// that had joined the group.
/// </summary>
internal sealed class DeliveryMatrix
{
    private DeliveryMatrix(IReadOnlyDictionary<Direction, Delivery> measured, IReadOnlyList<Direction> unmeasured, double limitPercent)
    {
        Measured = measured;
        Unmeasured = unmeasured;
        Lossy = [.. measured.Values.Where(d => d.Loss.Percent > limitPercent).Select(d => d.Way)];
        Silent = [.. measured.Values.Where(d => d.None).Select(d => d.Way)];
    }

    /// <summary>The directions on which numbered datagrams were sent.</summary>
    public IReadOnlyDictionary<Direction, Delivery> Measured { get; }

    /// <summary>Directions that should have been measured and were not.</summary>
    public IReadOnlyList<Direction> Unmeasured { get; }

    /// <summary>All directions that should have been measured, and those that were besides.</summary>
    public IEnumerable<Direction> Expected => Measured.Keys.Concat(Unmeasured).OrderBy(w => w.From).ThenBy(w => w.To);

    /// <summary>Why a direction was not measured; null when it was.</summary>
    public string? WhyNot(Direction way) => Measured.ContainsKey(way) ? null : "no numbered datagrams";

    /// <summary>Directions that lost more than the limit, silent ones included.</summary>
    public IReadOnlyList<Direction> Lossy { get; }

    /// <summary>Directions that delivered nothing.</summary>
    public IReadOnlyList<Direction> Silent { get; }

    /// <summary>Loss of all measured directions together.</summary>
    public Proportion Total => Sum(Measured.Values);

    /// <summary>A matrix of what was summed up elsewhere.</summary>
    public static DeliveryMatrix From(IReadOnlyDictionary<Direction, Delivery> measured, double limitPercent) => new(measured, [], limitPercent);

    /// <summary>Directions that lost a part.</summary>
    public IEnumerable<Direction> Partial => Lossy.Except(Silent);

    public PairPattern Pattern(IEnumerable<Direction> bad) => PairPattern.Of([.. Measured.Keys], bad);

    public static Proportion Sum(IEnumerable<Delivery> deliveries) =>
        deliveries.Aggregate(new Proportion(0, 0), (sum, d) => new(sum.Hits + d.Loss.Hits, sum.Total + d.Loss.Total));

    public static DeliveryMatrix Of(RunAnalysis run, FlowGroup group)
    {
        var measured = new Dictionary<Direction, Delivery>();
        var expected = new HashSet<Direction>();
        foreach (PhaseObservation phase in run.Timeline.Calm)
        {
            StreamObservation[] rows = [.. run.Seen.Streams.Where(s => s.Phase == phase.Name && s.Group == group && s.Sent > 0)];
            if (rows.Length == 0) continue;
            HashSet<Direction> wanted = [.. Wanted(run, phase, group)];
            expected.UnionWith(wanted);
            var listeners = wanted.Select(w => w.To).ToHashSet();
            foreach (StreamObservation row in rows)
            {
                var way = new Direction(row.From, row.To);
                // A member that took the Backup's place while the streams ran has sent, too, and is measured.
                if (!listeners.Contains(row.To)) continue;
                if (Timeline.Side(phase, row.From) != Timeline.Side(phase, row.To)) continue;
                Delivery sum = measured.GetValueOrDefault(way, new Delivery(way, 0, 0, 0, 0, 0));
                measured[way] = new(way, sum.Sent + row.Sent, sum.Received + row.Received, sum.Duplicates + row.Duplicates,
                    sum.Reordered + row.Reordered, sum.Corrupt + row.Corrupt);
            }
        }

        return new(measured, [.. expected.Where(w => !measured.ContainsKey(w))], run.Spec.Thresholds.LossPercent);
    }

    // Every role sends to the Agent Group, or by unicast to each member, and every member listens. To the Master Group the Backup sends (and Agents, by profile vsan65);
    // Master and Backup listen.
    private static IEnumerable<Direction> Wanted(RunAnalysis run, PhaseObservation phase, FlowGroup group)
    {
        MemberSpec[] alive = [.. run.Timeline.Alive(phase)];
        var roles = phase.Views.GroupBy(v => v.Member).ToDictionary(g => g.Key, g => g.Last().Role);
        bool agentsSend = run.Spec.Profile.AgentsUseMasterGroup;
        bool Sends(string name) => group != FlowGroup.Master
            || roles.GetValueOrDefault(name) is Role.Backup || (agentsSend && roles.GetValueOrDefault(name) is Role.Agent);
        bool Listens(string name) => group != FlowGroup.Master || roles.GetValueOrDefault(name) is Role.Master or Role.Backup;
        return
            from sender in alive
            where Sends(sender.Name)
            from receiver in alive
            where receiver.Name != sender.Name && Listens(receiver.Name)
            where Timeline.Side(phase, sender.Name) == Timeline.Side(phase, receiver.Name)
            select new Direction(sender.Name, receiver.Name);
    }
}
