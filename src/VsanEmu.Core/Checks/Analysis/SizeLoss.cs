using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>What was lost of the packets of one size in a direction.</summary>
/// <param name="Way">From whom to whom.</param>
/// <param name="Loss">How many were lost, of how many.</param>
/// <param name="Crossed">Each passage that had to succeed for one to count: there and back of an echo request, twice there of a datagram in two fragments.</param>
internal sealed record SizedLoss(Direction Way, Proportion Loss, IReadOnlyList<Direction> Crossed);

/// <summary>
/// What is lost of packets because of their size. What is lost whatever the size is P3's matter: only what goes beyond it counts, by Fisher's exact test of passages against
/// those of datagrams of a usual size in the same directions.
/// </summary>
internal sealed class SizeLoss
{
    // One or two are chance, or a moment of this machine.
    private const int Few = 3;

    private readonly IReadOnlyList<SizedLoss> _measured;
    private readonly IReadOnlyDictionary<Direction, Proportion> _usual;

    private SizeLoss(RunAnalysis run, IReadOnlyList<SizedLoss> measured)
    {
        _measured = measured;
        _usual = run.UsualLoss;
        double limit = run.Spec.Thresholds.LossPercent;
        Bad = [.. measured.Where(m => Beyond(limit, [m])).Select(m => m.Way)];
        if (Bad.Count == 0 && Beyond(limit, measured)) Bad = [.. measured.Where(m => m.Loss.Hits > 0).Select(m => m.Way)];
    }

    /// <summary>The directions that lose more than chance, and than datagrams of a usual size, explain.</summary>
    public IReadOnlyList<Direction> Bad { get; }

    /// <summary>All directions together.</summary>
    public Proportion Total => Sum(_measured);

    /// <summary>Of echo requests of one size.</summary>
    public static SizeLoss OfPings(RunAnalysis run, IReadOnlyDictionary<Direction, PingObservation> pings) =>
        new(run, [.. pings.Select(p => new SizedLoss(p.Key, new(p.Value.Sent - p.Value.Answered, p.Value.Sent), [p.Key, p.Key.Reverse]))]);

    /// <summary>Of datagrams that were sent in two fragments.</summary>
    public static SizeLoss OfFragments(RunAnalysis run, IEnumerable<FragmentObservation> cut) =>
        new(run, [.. from f in cut let way = new Direction(f.From, f.To) select new SizedLoss(way, new(Math.Max(0, f.Sent - f.Received), f.Sent), [way, way])]);

    public IEnumerable<string> Lines(string what, string how) =>
        _measured.Where(m => Bad.Contains(m.Way)).OrderByDescending(m => m.Loss.Hits).ThenBy(m => m.Way.From).ThenBy(m => m.Way.To).Select(m => $"{m.Way}: {m.Loss.Hits} of {m.Loss.Total} {what} {how}");

    private static Proportion Sum(IReadOnlyList<SizedLoss> measured) => new(measured.Sum(m => m.Loss.Hits), measured.Sum(m => m.Loss.Total));

    // Each direction has a chance to look bad by accident.
    private bool Beyond(double limitPercent, IReadOnlyList<SizedLoss> measured)
    {
        Proportion loss = Sum(measured);
        if (loss.Hits < Few || loss.Interval95.Low <= limitPercent) return false;
        Proportion[] usual = [.. measured.SelectMany(m => m.Crossed).Distinct().Where(_usual.ContainsKey).Select(w => _usual[w])];
        // Where no datagram of a usual size passes, those of other directions must do.
        if (usual.Length == 0) usual = [.. _usual.Values];
        if (usual.Length == 0) return true;
        var passages = new Proportion(loss.Hits, measured.Sum(m => m.Loss.Total * m.Crossed.Count));
        return !Chance.Explains(passages, new(usual.Sum(u => u.Hits), usual.Sum(u => u.Total)), _measured.Count);
    }
}
