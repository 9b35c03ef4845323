namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// What is lost of packets because of their size. What is lost whatever the size is P3's matter: only what goes beyond that counts, and each of these has two chances to be
/// lost, since a request has its answer and a datagram that was cut two fragments.
/// </summary>
internal sealed class SizeLoss
{
    // One or two are chance, or a moment of this machine.
    private const int Few = 3;

    private readonly IReadOnlyList<(Direction Way, Proportion Loss)> _measured;

    private SizeLoss(RunAnalysis run, IReadOnlyList<(Direction Way, Proportion Loss)> measured)
    {
        _measured = measured;
        Bad = [.. measured.Where(m => Beyond(run, m.Loss, [m.Way])).Select(m => m.Way)];
        if (Bad.Count == 0 && Beyond(run, Total, [.. measured.Select(m => m.Way)])) Bad = [.. measured.Where(m => m.Loss.Hits > 0).Select(m => m.Way)];
    }

    /// <summary>The directions that lose more than chance, and than datagrams of a usual size, explain.</summary>
    public IReadOnlyList<Direction> Bad { get; }

    /// <summary>All directions together.</summary>
    public Proportion Total => new(_measured.Sum(m => m.Loss.Hits), _measured.Sum(m => m.Loss.Total));

    public static SizeLoss Of(RunAnalysis run, IEnumerable<(Direction Way, Proportion Loss)> measured) => new(run, [.. measured]);

    public IEnumerable<string> Lines(string what, string how) =>
        _measured.Where(m => Bad.Contains(m.Way)).OrderByDescending(m => m.Loss.Hits).ThenBy(m => m.Way.From).ThenBy(m => m.Way.To).Select(m => $"{m.Way}: {m.Loss.Hits} of {m.Loss.Total} {what} {how}");

    private static bool Beyond(RunAnalysis run, Proportion loss, HashSet<Direction> ways)
    {
        if (loss.Hits < Few) return false;
        Delivery[] usual = [.. run.AgentDelivery.Measured.Values.Where(d => !d.None && (ways.Contains(d.Way) || ways.Contains(d.Way.Reverse)))];
        double high = usual.Length == 0 ? 0 : DeliveryMatrix.Sum(usual).Interval95.High;
        return loss.Interval95.Low > Math.Max(run.Spec.Thresholds.LossPercent, 2 * high);
    }
}
