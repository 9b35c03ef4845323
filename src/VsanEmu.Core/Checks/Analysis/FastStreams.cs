using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Loss of the trials' streams, which are faster than heartbeats and numbered datagrams are: by unicast, and to groups at ports that had joined before they began.</summary>
internal static class FastStreams
{
    private static readonly TrialKind[] SteadyGroups = [TrialKind.Capacity, TrialKind.Ttl, TrialKind.MixedVersions, TrialKind.JoinForwarded, TrialKind.FastGroup];

    public static DeliveryMatrix Unicast(RunAnalysis run) => Sum(run, run.Trials.Of(TrialKind.Unicast), t => [t.Plan.Joined.FirstOrDefault(run.Name(t.Plan.Group))]);

    /// <summary>Groups; a stream of which nothing arrived is another check's matter.</summary>
    public static DeliveryMatrix Multicast(RunAnalysis run) =>
        Sum(run, run.Trials.Of(SteadyGroups), t => t.Receivers.Select(p => p.Port).Where(p => p != t.Plan.Actor && t.At(p) is not null));

    private static DeliveryMatrix Sum(RunAnalysis run, IEnumerable<Trial> trials, Func<Trial, IEnumerable<string>> receivers)
    {
        var measured = new Dictionary<Direction, Delivery>();
        foreach (Trial trial in trials.Where(t => t.Sent))
        {
            foreach (string to in receivers(trial))
            {
                if (run.Capture(to) is not { Dropped: 0 }) continue;
                var way = new Direction(trial.Plan.Sender, to);
                TrialSighting? seen = trial.At(to);
                Delivery sum = measured.GetValueOrDefault(way, new Delivery(way, 0, 0, 0, 0, 0));
                long sent = trial.Out?.Distinct ?? trial.Plan.Sent;
                measured[way] = sum with
                {
                    Sent = sum.Sent + sent,
                    Received = sum.Received + Math.Min(sent, seen?.Distinct ?? 0),
                    Duplicates = sum.Duplicates + (seen?.Repeats ?? 0),
                    Reordered = sum.Reordered + (seen?.Reordered ?? 0),
                };
            }
        }

        return DeliveryMatrix.From(measured, run.Spec.Thresholds.LossPercent);
    }
}
