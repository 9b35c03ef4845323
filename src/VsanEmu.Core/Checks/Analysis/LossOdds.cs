namespace VsanEmu.Core.Checks.Analysis;

/// <summary>
/// How often the measured loss makes an attempt fail: which failures it explains, and which are something else's. Two members that fail both ways are rarer than
/// one way, and weighed on their own; directions without loss are never blamed on it.
/// </summary>
internal static class LossOdds
{
    // Of a SYN that is not answered: RFC 6298, 2.1 and 5.5.
    private static readonly TimeSpan[] SynTimes = [TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7)];

    /// <summary>The blocked directions which loss explains.</summary>
    public static IReadOnlySet<Direction> Connections(RunAnalysis run)
    {
        int tries = SynTimes.Count(t => t < run.Spec.Timers.TcpConnect);
        return Blamed([.. run.Tcp.Open, .. run.Tcp.Blocked.Keys], run.Tcp.Blocked.Keys, _ => tries, way => LostOfTcp(run, way));
    }

    /// <summary>The directions on which large echo requests failed and loss explains it.</summary>
    public static IReadOnlySet<Direction> Pings(RunAnalysis run) =>
        Blamed([.. run.Pings.Large.Keys], run.Pings.TooLarge, way => run.Pings.Large[way].Sent, way => Lost(run, way));

    private static HashSet<Direction> Blamed(Direction[] tried, IEnumerable<Direction> failed, Func<Direction, int> tries, Func<Direction, double> lost)
    {
        double Odds(Direction way) => Math.Pow(1 - ((1 - lost(way)) * (1 - lost(way.Reverse))), tries(way));
        HashSet<Direction> bad = [.. failed.Where(w => Odds(w) > 0)];
        HashSet<Direction> all = [.. tried];
        Direction[] mutual = [.. bad.Where(w => bad.Contains(w.Reverse))], single = [.. bad.Where(w => !bad.Contains(w.Reverse))];
        double pairs = all.Where(w => all.Contains(w.Reverse) && string.CompareOrdinal(w.From, w.To) < 0).Sum(w => Odds(w) * Odds(w.Reverse));
        var blamed = new HashSet<Direction>();
        if (mutual.Length > 0 && Chance.Explains(mutual.Length / 2, pairs)) blamed.UnionWith(mutual);
        if (single.Length > 0 && Chance.Explains(single.Length, all.Sum(Odds))) blamed.UnionWith(single);
        return blamed;
    }

    // TCP may lose where datagrams do not.
    private static double LostOfTcp(RunAnalysis run, Direction way) =>
        Math.Max(Lost(run, way), run.TcpPaths.Delivery.Measured.TryGetValue(way, out Delivery? d) ? d.Loss.Percent / 100 : 0);

    // Multicast may be limited where unicast is not, and fast streams lose where a SYN does not: the smaller loss is the one that counts.
    private static double Lost(RunAnalysis run, Direction way)
    {
        double? Of(DeliveryMatrix matrix) => matrix.Measured.TryGetValue(way, out Delivery? d) && !d.None ? d.Loss.Percent / 100 : null;
        double streams = Of(run.AgentDelivery) ?? 0;
        return Math.Min(streams, Of(run.FastUnicast) ?? streams);
    }
}
