namespace VsanEmu.Core.Load;

/// <summary>Puts the parts of a load together. Parts are by host; this process's own has the empty name.</summary>
public static class LoadParts
{
    // What fewer than this share of the rate went out, a generator could not make.
    private const double Kept = 0.99;
    private const double BusyShare = 0.9;

    /// <summary>The outcome of flows: sent is the sender's word, delivered the receiver's.</summary>
    /// <param name="flows">The load's flows.</param>
    /// <param name="parts">Part by host.</param>
    /// <param name="outcome">What is known without them; flows, delay and means are filled in.</param>
    public static LoadResult Join(IReadOnlyList<LoadFlow> flows, IReadOnlyDictionary<string, LoadPart.OfFlows> parts, LoadResult outcome)
    {
        var senders = parts.Values.SelectMany(p => p.Senders).ToDictionary(s => s.Flow);
        ReceiverCounts[] receivers = [.. parts.Values.SelectMany(p => p.Receivers).OrderBy(r => r.Result.Flow)];
        DelaySummary? delay = Summary(receivers.SelectMany(r => r.Delays));
        // What came before it was sent shows that the clocks are further apart than was thought.
        outcome = outcome with { ClockErrorNs = Math.Max(outcome.ClockErrorNs, receivers.Select(r => r.EarlyNs).DefaultIfEmpty().Max()) };
        LoadResult all = outcome with
        {
            MeasuredNs = Math.Max(outcome.MeasuredNs, receivers.Select(r => r.LastNs).DefaultIfEmpty().Max()),
            Flows = [.. receivers.Select(r => Whole(senders[r.Result.Flow], r.Result, outcome.ClockErrorNs))],
            Delay = Tells(delay, outcome.ClockErrorNs) ? delay : null,
            Processors = parts.Values.Sum(p => p.Processors),
            Means = outcome.Means with
            {
                SegmentsByKernel = senders.Values.Any(s => s.SegmentsByKernel),
                JoinsByKernel = receivers.Any(r => r.JoinsByKernel),
                Burst = senders.Values.Select(s => s.Burst).DefaultIfEmpty().Max(),
                ReceiverRestUs = receivers.Select(r => r.RestUs).DefaultIfEmpty().Max(),
                CrossesUncut = parts.Values.Any(p => p.CrossesUncut),
            },
        };
        all = all with { GeneratorLimit = First(parts, (host, part) => Limit(host, part, flows, all.MeasuredNs)) };
        return all with { Checks = LoadChecks.Judge(all, flows) };
    }

    /// <summary>The outcome of VMs.</summary>
    /// <param name="parts">Part by host.</param>
    /// <param name="outcome">What is known without them; VMs and latencies are filled in.</param>
    public static VmLoadResult Join(IReadOnlyDictionary<string, LoadPart.OfVms> parts, VmLoadResult outcome)
    {
        VmCounts[] vms = [.. parts.Values.SelectMany(p => p.All).OrderBy(v => v.Result.Vm)];
        int late = vms.Count(v => v.Result.Forgone > 0);
        string busy = First(parts, (host, part) => Busy(host, part, "a VM's thread", part.All.Select(v => v.ThreadNs).DefaultIfEmpty().Max(), outcome.MeasuredNs));
        return outcome with
        {
            Vms = [.. vms.Select(v => v.Result)],
            ReadLatency = Summary(vms.SelectMany(v => v.Reads)),
            WriteLatency = Summary(vms.SelectMany(v => v.Writes)),
            Processors = parts.Values.Sum(p => p.Processors),
            GeneratorLimit = busy.Length > 0 ? busy
                : late > 0 ? $"{late} of {vms.Length} VMs had their queue full when operations were due: the queue depth, or what the copies can answer, is the limit" : "",
        };
    }

    private static FlowResult Whole(SenderCounts sender, FlowResult received, long clockErrorNs) => received with
    {
        Sent = sender.Sent,
        SentBytes = sender.SentBytes,
        Retransmits = sender.Retransmits,
        RoundTripUs = sender.RoundTripUs,
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

    private static string Limit(string host, LoadPart.OfFlows part, IReadOnlyList<LoadFlow> flows, long measuredNs)
    {
        long dropped = part.Receivers.DistinctBy(r => (r.Result.To, flows[r.Result.Flow - 1].Port)).Sum(r => r.Result.DroppedAtSocket);
        if (dropped > 0) return $"{dropped} datagrams found no room in their receiver's socket{(host.Length > 0 ? $" on {host}" : "")}: {It(host)}, not the fabric, lost them";
        int behind = part.Senders.Count(s => flows[s.Flow - 1] is { BitsPerSecond: > 0 } f && s.Forgone > (1 - Kept) * ((f.Transport == LoadTransport.Udp ? s.Sent : s.SentBytes) + s.Forgone));
        if (behind > 0) return $"{behind} of {part.Senders.Count} flows{Of(host)} could not be sent as fast as asked for: {It(host)}, not the fabric, is the limit";
        // What goes as fast as it can is limited by something; what kept its rate was not.
        return flows.Any(f => f.BitsPerSecond == 0) ? Busy(host, part, "a sending thread", part.Senders.Select(s => s.ThreadNs).DefaultIfEmpty().Max(), measuredNs) : "";
    }

    private static string Busy(string host, LoadPart part, string thread, long threadNs, long measuredNs)
    {
        if (part.Processors > BusyShare * part.OfProcessors)
            return FormattableString.Invariant($"all processors{Of(host)} are busy ({part.Processors:0.0} of {part.OfProcessors}): {It(host)}, not the fabric, is the limit");
        double share = (double)threadNs / Math.Max(1, measuredNs);
        return share > BusyShare ? FormattableString.Invariant($"{thread}{Of(host)} is busy all the time ({100 * share:0} %): {It(host)}, not the fabric, is the limit") : "";
    }

    private static string Of(string host) => host.Length > 0 ? $" of {host}" : "";

    private static string It(string host) => host.Length > 0 ? "that machine" : "this machine";
}
