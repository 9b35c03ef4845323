using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary>
/// <c>loss</c>: datagrams arrive, but not all of them. <c>multicast-rate-limit</c>: multicast loses, and unicast on the same ways much less. <c>slow-port</c>: what is fast loses
/// at a port, and what is slow much less.
/// </summary>
internal static class LossyPath
{
    // How many times another's loss is still the same loss.
    private const double Alike = 2;

    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        // What is sent to an address that two have goes now here, now there, and says nothing of a port.
        string[] doubled = [.. run.AddressClaims.Doubled.Select(c => c.Member)], slow = [.. SlowPorts(run, doubled)], aside = [.. slow, .. doubled];
        if (slow.Length > 0) yield return Slow(run, slow);

        DeliveryMatrix own = Without(run, run.OwnDatagrams.Delivery, slow);
        DeliveryMatrix[] groups = [.. new[] { run.AgentDelivery, run.MasterDelivery, run.FastMulticast }.Select(m => Without(run, m, slow)), own];
        DeliveryMatrix? ofGroups = groups.FirstOrDefault(m => m.Partial.Any()), fast = Without(run, run.FastUnicast, aside);
        if ((ofGroups ?? (fast.Partial.Any() ? fast : null)) is not { } lossy)
        {
            if (run.TcpPaths.Lossy.Any(f => !aside.Contains(f.Way.From) && !aside.Contains(f.Way.To))) yield return OfTcp(run, aside);
            yield break;
        }

        LossSite site = LossSite.Of(lossy);
        Delivery[] ways = [.. lossy.Partial.Select(w => lossy.Measured[w]).OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.From).ThenBy(d => d.Way.To)];
        Proportion unicast = OnTheSameWays(run, ways);
        string where = site.Where == "in the whole fabric" ? "" : site.Where;
        // What only the cluster's own slow datagrams miss fell into a gap, and met no limit.
        bool gap = ofGroups == own, limit = !run.Spec.Profile.Unicast && !gap && ofGroups is not null && MuchMore(site.Loss, unicast);
        // What failed for want of luck is blamed on loss only when there is no more of it than loss explains.
        bool probes = LossOdds.Connections(run).Count > 0, pings = LossOdds.Pings(run).Count > 0 || run.Pings.Silent.Count > 0;
        PortCapture[] dropping = [.. run.Seen.Ports.Where(p => p.Dropped > 0)];
        IEnumerable<string> evidence =
        [
            $"lost {site.Loss}",
            .. limit ? (string[])[$"of unicast datagrams on the same ways, at {Rates(run)}, {unicast} were lost"] : [],
            .. ways.Select(d => $"{d.Way}: lost {d.Loss.Hits} of {d.Loss.Total}"),
            .. dropping.Length > 0 ? (string[])[$"this machine may be too slow: the kernel dropped frames of the captures at {Wording.Names(dropping.Select(p => p.Port))}"] : [],
        ];
        string[] explains =
        [
            .. Symptoms.Cluster, .. Symptoms.Delivery, "M9", "M11", "M12", "M16", .. run.Queries.NoneAnywhere || limit ? (string[])[] : ["M5"],
            .. probes && !limit ? Symptoms.Attempts : [], .. pings && !limit ? (string[])["P1", "P2"] : [],
        ];
        yield return limit
            ? new("multicast-rate-limit", $"multicast is limited {site.Where}: {Wording.Percent(site.Loss.Percent)} of it is lost, of unicast {Wording.Percent(unicast.Percent)}", where, explains, evidence,
                "raise or remove the storm-control or rate limit for multicast on the ports concerned")
            : new("loss", $"packets are lost {site.Where}: {Wording.Percent(site.Loss.Percent)} of them{(gap ? $", in {Wording.Names(run.OwnDatagrams.Lossy.Select(f => f.Phase).Distinct())} only" : "")}", where, explains, evidence,
                "read drop, error and storm-control counters along the path, and compare with a second run");
    }

    // Datagrams of all kinds arrive, and TCP's segments do not.
    private static Suspicion OfTcp(RunAnalysis run, string[] aside)
    {
        LossSite site = LossSite.Of(Without(run, run.TcpPaths.Delivery, aside));
        return new("loss", $"TCP loses segments {site.Where}, datagrams none: {Wording.Percent(site.Loss.Percent)} of them", site.Where == "in the whole fabric" ? "" : site.Where,
            [.. Symptoms.Cluster, .. Symptoms.Attempts, "P3"], run.TcpPaths.Lossy.Select(f => $"{f}"),
            "look for a device that treats TCP apart: a stateful firewall, a policer or a rule for this port; compare with a second run");
    }

    // Ports to which, or from which, fast unicast loses much more than the slow streams do; the worst first, and without it the next.
    private static IEnumerable<string> SlowPorts(RunAnalysis run, string[] aside)
    {
        var found = new List<string>(aside);
        foreach (Func<Direction, string> end in (Func<Direction, string>[])[w => w.To, w => w.From])
        {
            foreach (string port in run.FastUnicast.Lossy.GroupBy(end).OrderByDescending(g => DeliveryMatrix.Sum(g.Select(w => run.FastUnicast.Measured[w])).Percent).Select(g => g.Key))
            {
                bool Concerns(Delivery d) => end(d.Way) == port && !found.Contains(d.Way.To) && !found.Contains(d.Way.From);
                Proportion fast = DeliveryMatrix.Sum(run.FastUnicast.Measured.Values.Where(Concerns)), streams = DeliveryMatrix.Sum(run.AgentDelivery.Measured.Values.Where(d => Concerns(d) && !d.None));
                // Where no group goes anywhere, small echo requests tell what is lost without haste.
                if (streams.Total == 0) streams = Unanswered(run, w => (w.To == port || w.From == port) && !found.Contains(w.To) && !found.Contains(w.From));
                if (MuchMore(fast, streams)) found.Add(port);
            }
        }

        return found.Except(aside).Order();
    }

    private static Proportion Unanswered(RunAnalysis run, Func<Direction, bool> concerns)
    {
        PingObservation[] pings = [.. run.Pings.Small.Where(p => concerns(p.Key)).Select(p => p.Value)];
        return new(pings.Sum(p => p.Sent - p.Answered), pings.Sum(p => p.Sent));
    }

    private static Suspicion Slow(RunAnalysis run, string[] ports)
    {
        Delivery[] ways = [.. run.FastUnicast.Lossy.Select(w => run.FastUnicast.Measured[w]).Where(d => ports.Contains(d.Way.To) || ports.Contains(d.Way.From))
            .OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.From).ThenBy(d => d.Way.To)];
        return new("slow-port", $"{Wording.Names(ports)} cannot carry what is offered: at {Rates(run)}, {Wording.Percent(DeliveryMatrix.Sum(ways).Percent)} of the datagrams are lost", $"port of {Wording.Names(ports)}",
            [.. Symptoms.Cluster, .. Symptoms.Delivery, "M12", "P1", "P2"],
            [
                .. ways.Select(d => $"{d.Way}: {d.Received} of {d.Sent} fast unicast datagrams arrived"),
                $"of the slower numbered datagrams {DeliveryMatrix.Sum(run.AgentDelivery.Measured.Values.Where(d => ports.Contains(d.Way.To) && !d.None))} were lost",
            ],
            "look at the link's negotiated speed, duplex, and shapers or policers on that port");
    }

    // Unicast may have been tried on some of the ways only, or on others between the same ports.
    private static Proportion OnTheSameWays(RunAnalysis run, Delivery[] ways)
    {
        Proportion same = DeliveryMatrix.Sum(ways.Select(d => run.FastUnicast.Measured.GetValueOrDefault(d.Way)).OfType<Delivery>());
        if (same.Total > 0) return same;
        HashSet<string> from = [.. ways.Select(d => d.Way.From)], to = [.. ways.Select(d => d.Way.To)];
        return DeliveryMatrix.Sum(run.FastUnicast.Measured.Values.Where(d => from.Contains(d.Way.From) && to.Contains(d.Way.To)));
    }

    private static DeliveryMatrix Without(RunAnalysis run, DeliveryMatrix matrix, string[] ports) => ports.Length == 0 ? matrix : DeliveryMatrix.From(
        matrix.Measured.Where(d => !ports.Contains(d.Key.To) && !ports.Contains(d.Key.From)).ToDictionary(d => d.Key, d => d.Value), run.Spec.Thresholds.LossPercent);

    private static bool MuchMore(Proportion one, Proportion other) => other.Total > 0 && one.Interval95.Low > other.Interval95.High * Alike;

    private static string Rates(RunAnalysis run) => Wording.Names(run.Trials.Of(TrialKind.Unicast)
        .Select(t => 8000.0 * t.Plan.Bytes / Math.Max(1, t.Plan.IntervalNs)).Distinct().Order().Select(megabits => $"{megabits:0.#} Mbit/s"), 3);
}
