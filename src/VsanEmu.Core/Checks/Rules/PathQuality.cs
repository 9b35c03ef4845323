using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>P3: loss, duplication, reordering and corruption of each direction that carries anything.</summary>
internal sealed class PathQuality() : Check("P3", "loss, order, integrity")
{
    public override RunPart Uses => RunPart.Probing | RunPart.Trials;

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Probing, Phases.Trials);

    protected override string Expected(ClusterSpec spec) =>
        $"per direction: loss at most {Wording.Percent(spec.Thresholds.LossPercent)}, nothing corrupt, nothing twice, nothing out of order";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("direction", run.AgentDelivery.Expected, run.AgentDelivery.WhyNot);

    protected override Finding Judge(RunAnalysis run)
    {
        DeliveryMatrix[] matrices = [run.AgentDelivery, run.MasterDelivery];
        Delivery[] measured = [.. matrices.SelectMany(m => m.Measured.Values)];
        if (measured.Length == 0) return Finding.Inconclusive("nobody sent numbered datagrams");

        Delivery[] alive = [.. measured.Where(d => !d.None)];
        DeliveryMatrix[] fast = [run.FastUnicast, run.FastMulticast];
        int dead = measured.Length - alive.Length;
        Proportion total = DeliveryMatrix.Sum(alive);
        Delivery[] bad = [.. alive.Concat(fast.SelectMany(m => m.Measured.Values)).Where(d => d.Loss.Percent > run.Spec.Thresholds.LossPercent || d.Corrupt > 0)];
        Delivery[] odd = [.. alive.Where(d => d.Duplicates > 0 || d.Reordered > 0)];
        if (bad.Length > 0)
        {
            DeliveryMatrix? site = matrices.Concat(fast).FirstOrDefault(m => m.Partial.Any());
            string what = site == run.FastUnicast ? "fast unicast: " : site == run.FastMulticast ? "fast multicast: " : "";
            string seen = site is not null ? $"{what}{LossSite.Of(site)}"
                : bad.Any(d => d.Corrupt > 0) ? $"{Wording.Count(bad.Length, "direction")} with corrupt datagrams; lost {total}"
                : $"nothing of fast datagrams arrived on {Wording.Count(bad.Length, "direction")}";
            return Finding.Fail(seen + Extra(alive)) with
            {
                Evidence = bad.OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.From).ThenBy(d => d.Way.To).Select(Line),
                Cause = "a full queue, a rate or storm-control limit, a bad link, or a machine too slow for its emulated members",
                Remedy = "read drop and error counters along the path; repeat with more datagrams for a narrower interval",
            };
        }

        if (dead > 0)
        {
            string rest = alive.Length == 0 ? "there is no quality to measure" : $"their quality is unknown; elsewhere lost {total}";
            string seen = $"{(alive.Length == 0 ? "all" : $"{dead} of")} {Wording.Count(measured.Length, "direction")} delivered nothing";
            // With groups M1 and M2 say so; by unicast nothing else does.
            return run.Spec.Profile.Unicast ? Finding.Fail($"{seen}: {rest}") with { Evidence = measured.Where(d => d.None).Select(Line) } : Finding.Inconclusive($"{seen} (M1, M2): {rest}");
        }

        if (odd.Length > 0)
        {
            return Finding.Warn($"{Wording.Count(odd.Length, "direction")} with duplicates or reordering{Extra(alive)}; lost {total}") with
            {
                Evidence = odd.Select(Line),
                Cause = "a loop or a mirrored port doubles frames; parallel links without per-flow hashing reorder them",
                Remedy = "check spanning tree, port mirroring and link aggregation hashing",
            };
        }

        Delivery worst = alive.MaxBy(d => d.Loss.Interval95.High)!;
        return Finding.Pass($"{Wording.Count(alive.Length, "direction")}, lost {total}; the least sure one {worst.Loss}");
    }

    private static string Line(Delivery d) => $"{d.Way}: lost {d.Loss}{Extra([d])}";

    private static string Extra(IReadOnlyCollection<Delivery> all)
    {
        (string What, long Count)[] extras = [("twice", all.Sum(d => d.Duplicates)), ("out of order", all.Sum(d => d.Reordered)), ("corrupt", all.Sum(d => d.Corrupt))];
        return string.Concat(extras.Where(e => e.Count > 0).Select(e => $", {e.Count} {e.What}"));
    }
}
