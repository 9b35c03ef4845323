namespace VsanEmu.Core.Load;

/// <summary>Puts the parts of a load together. Parts are by host; this process's own has the empty name.</summary>
public static class LoadParts
{
    private const double BusyShare = 0.9;

    /// <summary>The outcome of flows: sent is the sender's word, delivered the receiver's.</summary>
    /// <param name="flows">The load's flows.</param>
    /// <param name="parts">Part by host.</param>
    /// <param name="outcome">What is known without them; flows, delay and means are filled in.</param>
    public static LoadResult Join(IReadOnlyList<LoadFlow> flows, IReadOnlyDictionary<string, LoadPart.OfFlows> parts, LoadResult outcome)
    {
        var senders = parts.Values.SelectMany(p => p.Senders).ToDictionary(s => s.Flow);
        ReceiverCounts[] receivers = [.. parts.Values.SelectMany(p => p.Receivers).OrderBy(r => r.Result.Flow)];
        int mtu = senders.Values.Where(s => flows[s.Flow - 1].Transport == LoadTransport.Udp && s.Mtu > 0).Select(s => s.Mtu).DefaultIfEmpty().Min();
        DelaySummary? delay = Summary(receivers.SelectMany(r => r.Delays));
        // What came before it was sent shows that the clocks are further apart than was thought.
        outcome = outcome with { ClockErrorNs = Math.Max(outcome.ClockErrorNs, receivers.Select(r => r.EarlyNs).DefaultIfEmpty().Max()) };
        LoadResult all = outcome with
        {
            SendingNs = outcome.MeasuredNs,
            OfferedShare = LoadJudge.OfferedShare(flows, senders.Values, outcome.BurstDatagrams, outcome.MeasuredNs),
            MeasuredNs = Math.Max(outcome.MeasuredNs, receivers.Select(r => r.LastNs).DefaultIfEmpty().Max()),
            Flows = [.. receivers.Select(r => Whole(senders[r.Result.Flow], r.Result, outcome.ClockErrorNs) with { LastNs = r.LastNs, Stopped = FlowEnd.Stopped(flows[r.Result.Flow - 1], senders[r.Result.Flow], r, outcome.MeasuredNs) })],
            Delay = Tells(delay, outcome.ClockErrorNs) ? delay : null,
            Processors = parts.Values.Sum(p => p.Processors),
            Means = outcome.Means with
            {
                SegmentsByKernel = senders.Values.Any(s => s.SegmentsByKernel),
                JoinsByKernel = receivers.Any(r => r.JoinsByKernel),
                Burst = senders.Values.Select(s => s.Burst).DefaultIfEmpty().Max(),
                ReceiverRestUs = receivers.Select(r => r.RestUs).DefaultIfEmpty().Max(),
                CrossesUncut = parts.Values.Any(p => p.CrossesUncut) && receivers.Any(r => r.Result.Transport == LoadTransport.Udp && r.LongestJoined != 1),
                Mtu = mtu,
                Fragments = LoadPlan.Fragments(outcome.Payload, mtu),
            },
        };
        // Checks want to know who was the limit, and are part of the verdict.
        LoadVerdict first = new LoadJudge(flows, parts, all).Verdict();
        all = all with { GeneratorLimit = first.Limit is LoadLimit.None or LoadLimit.Fabric ? "" : first.Note };
        all = all with { Checks = LoadChecks.Judge(all, flows) };
        return all with { Verdict = new LoadJudge(flows, parts, all).Verdict() };
    }

    /// <summary>The outcome of VMs.</summary>
    /// <param name="parts">Part by host.</param>
    /// <param name="outcome">What is known without them; VMs and latencies are filled in.</param>
    public static VmLoadResult Join(IReadOnlyDictionary<string, LoadPart.OfVms> parts, VmLoadResult outcome)
    {
        VmCounts[] vms = [.. parts.Values.SelectMany(p => p.All).OrderBy(v => v.Result.Vm)];
        string busy = First(parts, (host, part) => Busy(host, part, "a VM's thread", part.All.Select(v => v.ThreadNs).DefaultIfEmpty().Max(), outcome.MeasuredNs));
        VmLoadResult all = outcome with
        {
            Vms = [.. vms.Select(v => v.Result)],
            ReadLatency = Summary(vms.SelectMany(v => v.Reads)),
            WriteLatency = Summary(vms.SelectMany(v => v.Writes)),
            Processors = parts.Values.Sum(p => p.Processors),
        };
        LoadVerdict verdict = VmJudge.Verdict(all, busy);
        return all with { Verdict = verdict, GeneratorLimit = verdict.Limit is LoadLimit.None or LoadLimit.Fabric ? "" : verdict.Note };
    }

    private static FlowResult Whole(SenderCounts sender, FlowResult received, long clockErrorNs) => received with
    {
        Sent = sender.Sent,
        SentBytes = sender.SentBytes,
        Retransmits = sender.Retransmits,
        RoundTripUs = sender.RoundTripUs,
        Refused = sender.Refused,
        Delay = Tells(received.Delay, clockErrorNs) ? received.Delay : null,
        Error = sender.Error.Length > 0 ? sender.Error : received.Error,
    };

    // A delay that is no longer than the clocks may be apart is none.
    private static bool Tells(DelaySummary? delay, long errorNs) => delay is not null && delay.P50 > errorNs;

    private static DelaySummary? Summary(IEnumerable<DelayCount> counts)
    {
        (long Ns, long Count)[] all = [.. counts.GroupBy(c => c.Ns).Select(g => (g.Key, g.Sum(c => c.Count))).OrderBy(c => c.Key)];
        long total = all.Sum(c => c.Count);
        return total == 0 ? null : new(total, all[0].Ns, At(50), At(90), At(99), At(99.9), all[^1].Ns);

        long At(double percentile)
        {
            long rank = Math.Max(1, (long)Math.Ceiling(total * percentile / 100)), seen = 0;
            foreach ((long ns, long count) in all)
                if ((seen += count) >= rank) return ns;
            return all[^1].Ns;
        }
    }

    private static string First<T>(IReadOnlyDictionary<string, T> parts, Func<string, T, string> limit) =>
        parts.Select(p => limit(p.Key, p.Value)).FirstOrDefault(l => l.Length > 0, "");

    /// <summary>Which machine, or thread of it, was busy all the time, in words; empty when none was.</summary>
    internal static string Busy(string host, LoadPart part, string thread, long threadNs, long measuredNs)
    {
        if (part.Processors > BusyShare * part.OfProcessors)
            return FormattableString.Invariant($"all processors{Of(host)} are busy ({part.Processors:0.0} of {part.OfProcessors}): {It(host)}, not the fabric, is the limit");
        double share = (double)threadNs / Math.Max(1, measuredNs);
        return share > BusyShare ? FormattableString.Invariant($"{thread}{Of(host)} is busy all the time ({100 * share:0} %): {It(host)}, not the fabric, is the limit") : "";
    }

    private static string Of(string host) => host.Length > 0 ? $" of {host}" : "";

    /// <summary>A host, in words.</summary>
    internal static string It(string host) => host.Length > 0 ? "that machine" : "this machine";
}
