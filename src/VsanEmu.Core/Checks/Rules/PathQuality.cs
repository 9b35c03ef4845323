using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>P3: loss, duplication, reordering and corruption of each direction that carries anything, by UDP and by TCP.</summary>
internal sealed class PathQuality() : Check("P3", "loss, order, integrity")
{
    private const string Disorder = "parallel links without per-flow hashing, or one segment lost among many";
    private const string AgainstDisorder = "check link aggregation hashing and routes of equal cost";

    public override RunPart Uses => RunPart.Probing | RunPart.Trials;

    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Probing, Phases.Trials);

    protected override string Expected(ClusterSpec spec) =>
        $"per direction: loss at most {Wording.Percent(spec.Thresholds.LossPercent)}, nothing corrupt, nothing twice, nothing out of order; "
        + $"of TCP at most {Wording.Percent(spec.Thresholds.RetransmittedPercent)} lost and sent again, {Wording.Percent(spec.Thresholds.OutOfOrderPercent)} out of order, "
        + $"{Wording.Percent(spec.Thresholds.DuplicateAckPercent)} acknowledged twice";

    protected override Ledger Subjects(RunAnalysis run)
    {
        Ledger all = Ledger.Of("direction", run.AgentDelivery.Expected, run.AgentDelivery.WhyNot);
        // A run in which nobody can make trials looks at datagrams alone.
        if (run.Seen.Trials.Count > 0 || run.Timeline.All.Any(p => p.Name == Phases.Trials))
        {
            all = all.And(Tcp(run)).And(Fast(run, "fast stream", run.FastUnicast));
            if (!run.Spec.Profile.Unicast) all = all.And(Fast(run, "fast group stream", run.FastMulticast));
        }

        return run.Seen.Ports.Any(p => p.Flows.Any(f => f.Tcp is not null)) ? all.And(Ledger.Of("connection capture", run.Members, run.Unwatched)) : all;
    }

    private static Ledger Fast(RunAnalysis run, string kind, DeliveryMatrix measured) => PathStreams.Of(run, kind, run.Seen.Trials.Select(t => t.Phase),
        w => measured.Measured.ContainsKey(w) ? null : run.Unwatched(w.To) is { } why ? $"at {w.To}: {why}" : "none arrived, or none was sent");

    private static Ledger Tcp(RunAnalysis run)
    {
        var tried = run.Seen.TcpStreams.GroupBy(s => new Direction(s.From, s.To)).ToDictionary(g => g.Key, g => g.First());
        return PathStreams.Of(run, "TCP stream", run.Seen.TcpStreams.Select(s => s.Phase),
            w => !tried.TryGetValue(w, out TcpStreamObservation? s) ? "none was sent" : !s.Opened ? $"did not open (A1): {s.Error}" : s.Delivered < 0 ? $"{s.To} did not say what came: {s.Error}" : null);
    }

    // The worse of the two; of two that are alike what datagrams say, with TCP's word beside it.
    protected override Finding Judge(RunAnalysis run)
    {
        Finding datagrams = OfDatagrams(run), tcp = OfTcp(run);
        bool first = Rank(datagrams.Outcome) >= Rank(tcp.Outcome);
        (Finding told, Finding other) = first ? (datagrams, tcp) : (tcp, datagrams);
        return told with { Seen = $"{told.Seen}; {other.Seen}", Evidence = told.Outcome == other.Outcome ? told.Evidence.Concat(other.Evidence) : told.Evidence };
    }

    private static int Rank(CheckOutcome outcome) => Array.IndexOf([CheckOutcome.Skip, CheckOutcome.Pass, CheckOutcome.Warn, CheckOutcome.Inconclusive, CheckOutcome.Fail], outcome);

    private static Finding OfTcp(RunAnalysis run)
    {
        TcpQuality tcp = run.TcpPaths;
        if (tcp.Corrupt.Count > 0)
        {
            return Finding.Fail($"TCP: what reaches {Wording.Names(tcp.Corrupt.Select(c => c.Member))} is corrupt") with
            {
                Evidence = [.. tcp.Corrupt.Select(c => $"{c.Member} got {Wording.Count(c.Frames, "frame")} whose own checksum is wrong, in segments whose TCP checksum is right, or was not verified"), .. Lines(tcp.Lossy)],
                Cause = "a device that rewrites packets and their checksums, bad memory on the way, or an interface that verifies no checksums",
                Remedy = "look for whatever terminates, inspects or translates TCP between the members; switch checksum offload off for a test",
            };
        }

        if (tcp.Lossy.Count > 0)
        {
            return Finding.Fail($"TCP: {LossSite.Of(tcp.Delivery)}") with
            {
                Evidence = Lines(tcp.Lossy),
                Cause = "a full queue, a policer, a bad link, or a device that drops TCP for a while",
                Remedy = "read drop and error counters along the path; look at what happened at the time of the phase named",
            };
        }

        if (tcp.Critical.Any()) return Finding.Fail($"TCP: {Out(tcp)}") with { Evidence = Lines(tcp.Critical), Cause = Disorder, Remedy = AgainstDisorder };
        if (tcp.Doubtful.Count > 0)
            return Finding.Inconclusive($"TCP lost segments while this machine threw frames of its own away, on {Ways(tcp.Doubtful)}") with { Evidence = Lines(tcp.Doubtful) };
        if (tcp.Disordered.Count > 0) return Finding.Warn($"TCP: {Out(tcp)}") with { Evidence = Lines(tcp.Disordered), Cause = Disorder, Remedy = AgainstDisorder };
        if (tcp.Doubled.Count > 0)
            return Finding.Warn($"TCP: duplicate acknowledgements on {Ways(tcp.Doubled)}") with { Evidence = Lines(tcp.Doubled), Cause = Disorder, Remedy = AgainstDisorder };
        long segments = tcp.All.Sum(f => f.Segments), lost = tcp.All.Sum(f => f.Lost);
        return tcp.Opened.Count == 0
            ? Finding.Pass($"TCP: no stream was sent; of {segments} segments of the cluster's own {lost} lost")
            : Finding.Pass($"TCP: {Wording.Count(tcp.Opened.Count, "stream")} and the cluster's own connections, {lost} of {segments} segments lost");
    }

    private static string Out(TcpQuality tcp) => $"segments out of order on {Ways(tcp.Disordered)}, at most {Wording.Percent(tcp.Disordered.Max(f => f.Disorder.Percent))}";

    private static string Ways(IEnumerable<TcpFlow> flows) => Wording.Count(flows.Select(f => f.Way).Distinct().Count(), "direction");

    private static IEnumerable<string> Lines(IEnumerable<TcpFlow> flows) =>
        flows.OrderByDescending(f => f.Missing).ThenByDescending(f => f.Loss.Percent).ThenBy(f => f.Way.From).ThenBy(f => f.Way.To).Select(f => $"TCP {f}");

    private static Finding OfDatagrams(RunAnalysis run)
    {
        DeliveryMatrix[] matrices = [run.AgentDelivery, run.MasterDelivery];
        Delivery[] measured = [.. matrices.SelectMany(m => m.Measured.Values)];
        if (measured.Length == 0) return Finding.Inconclusive("nobody sent numbered datagrams");

        Delivery[] alive = [.. measured.Where(d => !d.None)];
        DeliveryMatrix own = run.OwnDatagrams.Delivery;
        DeliveryMatrix[] fast = [run.FastUnicast, run.FastMulticast];
        int dead = measured.Length - alive.Length;
        Proportion total = DeliveryMatrix.Sum(alive);
        Delivery[] bad = [.. alive.Concat(fast.SelectMany(m => m.Measured.Values)).Where(d => d.Loss.Percent > run.Spec.Thresholds.LossPercent || d.Corrupt > 0)];
        Delivery[] odd = [.. alive.Concat(fast.SelectMany(m => m.Measured.Values)).Where(d => d.Duplicates > 0 || d.Reordered > 0)];
        if (bad.Length + own.Lossy.Count > 0)
        {
            DeliveryMatrix? site = matrices.Concat(fast).Append(own).FirstOrDefault(m => m.Partial.Any());
            string what = site == run.FastUnicast ? "fast unicast: " : site == run.FastMulticast ? "fast multicast: " : site == own ? "the cluster's own datagrams: " : "";
            string seen = site is not null ? $"{what}{LossSite.Of(site)}"
                : bad.Any(d => d.Corrupt > 0) ? $"{Wording.Count(bad.Length, "direction")} with corrupt datagrams; lost {total}"
                : $"nothing of fast datagrams arrived on {Wording.Count(bad.Length, "direction")}";
            return Finding.Fail(seen + Extra(alive)) with
            {
                Evidence = [.. run.OwnDatagrams.Lossy.Select(f => $"{f}"), .. bad.OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.From).ThenBy(d => d.Way.To).Select(Line)],
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
            return Finding.Warn($"{Wording.Count(odd.Length, "direction")} with duplicates or reordering{Extra(odd)}; lost {total}") with
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
