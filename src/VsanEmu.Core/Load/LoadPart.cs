namespace VsanEmu.Core.Load;

/// <summary>What one flow's sender counted.</summary>
/// <param name="Flow">The flow's number.</param>
/// <param name="Sent">Datagrams or writes sent while it was measured.</param>
/// <param name="SentBytes">Payload sent, bytes.</param>
/// <param name="Forgone">Units that its rate had room for and that could not be sent in time.</param>
/// <param name="ThreadNs">Processor time of its thread.</param>
/// <param name="Burst">Datagrams sent at a time, at most.</param>
/// <param name="SegmentsByKernel">Whether the kernel cut bursts into datagrams.</param>
/// <param name="Retransmits">Segments that TCP sent again.</param>
/// <param name="RoundTripUs">TCP's smoothed round trip at the end, microseconds.</param>
/// <param name="Error">What ended it early, in words; else empty.</param>
public sealed record SenderCounts(
    int Flow, long Sent, long SentBytes, long Forgone, long ThreadNs, int Burst, bool SegmentsByKernel, long Retransmits, long RoundTripUs, string Error);

/// <summary>What one flow's receiver counted.</summary>
/// <param name="Result">As the outcome has it, without what only the sender knows.</param>
/// <param name="LastNs">When the last of it came, ns since the measurement began.</param>
/// <param name="JoinsByKernel">Whether the kernel joined datagrams.</param>
/// <param name="RestUs">How long the receiver rests between batches, microseconds; 0 when it does not.</param>
/// <param name="Delays">How often each delay was measured.</param>
public sealed record ReceiverCounts(FlowResult Result, long LastNs, bool JoinsByKernel, int RestUs, IReadOnlyList<DelayCount> Delays);

/// <summary>How often a delay was measured.</summary>
/// <param name="Ns">The delay, with three significant digits.</param>
/// <param name="Count">How often.</param>
public sealed record DelayCount(long Ns, long Count);

/// <summary>What is counted so far, of the flows of one host.</summary>
/// <param name="Sent">Datagrams or writes sent.</param>
/// <param name="SentBytes">Payload sent, bytes.</param>
/// <param name="Delivered">Datagrams delivered, repeats included.</param>
/// <param name="DeliveredBytes">Payload delivered, bytes.</param>
/// <param name="Sends">Whether it sends still.</param>
public sealed record PartCounts(long Sent, long SentBytes, long Delivered, long DeliveredBytes, bool Sends);

/// <summary>The part of a load that one host had.</summary>
/// <param name="Senders">Its flows' senders.</param>
/// <param name="Receivers">Its flows' receivers.</param>
/// <param name="Processors">Processor time of its process over the measured time, in processors.</param>
/// <param name="OfProcessors">Processors that it has.</param>
/// <param name="CrossesUncut">Whether its interface is a virtual one, which bursts may cross uncut.</param>
public sealed record LoadPart(
    IReadOnlyList<SenderCounts> Senders, IReadOnlyList<ReceiverCounts> Receivers, double Processors, int OfProcessors, bool CrossesUncut);

/// <summary>Puts the parts of a load together.</summary>
public static class LoadParts
{
    // What fewer than this share of the rate went out, a generator could not make.
    private const double Kept = 0.99;
    private const double BusyShare = 0.9;

    /// <summary>The outcome: sent is the sender's word, delivered the receiver's.</summary>
    /// <param name="flows">The load's flows.</param>
    /// <param name="parts">Part by host.</param>
    /// <param name="outcome">What is known without them; flows, delay and means are filled in.</param>
    public static LoadResult Join(IReadOnlyList<LoadFlow> flows, IReadOnlyDictionary<string, LoadPart> parts, LoadResult outcome)
    {
        var senders = parts.Values.SelectMany(p => p.Senders).ToDictionary(s => s.Flow);
        ReceiverCounts[] receivers = [.. parts.Values.SelectMany(p => p.Receivers).OrderBy(r => r.Result.Flow)];
        LoadResult all = outcome with
        {
            MeasuredNs = Math.Max(outcome.MeasuredNs, receivers.Select(r => r.LastNs).DefaultIfEmpty().Max()),
            Flows = [.. receivers.Select(r => Whole(senders[r.Result.Flow], r.Result))],
            Delay = Delay(receivers.SelectMany(r => r.Delays), outcome.ClockErrorNs),
            Processors = parts.Values.Sum(p => p.Processors),
            GeneratorLimit = Limit(flows, parts),
            Means = outcome.Means with
            {
                SegmentsByKernel = senders.Values.Any(s => s.SegmentsByKernel),
                JoinsByKernel = receivers.Any(r => r.JoinsByKernel),
                Burst = senders.Values.Select(s => s.Burst).DefaultIfEmpty().Max(),
                ReceiverRestUs = receivers.Select(r => r.RestUs).DefaultIfEmpty().Max(),
                CrossesUncut = parts.Values.Any(p => p.CrossesUncut),
            },
        };
        all = all with { Flows = [.. all.Flows.Select(f => Tells(f.Delay, outcome.ClockErrorNs) ? f : f with { Delay = null })] };
        return all with { Checks = LoadChecks.Judge(all, flows) };
    }

    private static FlowResult Whole(SenderCounts sender, FlowResult received) => received with
    {
        Sent = sender.Sent,
        SentBytes = sender.SentBytes,
        Retransmits = sender.Retransmits,
        RoundTripUs = sender.RoundTripUs,
        Error = sender.Error.Length > 0 ? sender.Error : received.Error,
    };

    // A delay that is no longer than the clocks may be apart is none.
    private static bool Tells(DelaySummary? delay, long errorNs) => delay is not null && delay.P50 > errorNs;

    private static DelaySummary? Delay(IEnumerable<DelayCount> counts, long errorNs)
    {
        (long Ns, long Count)[] all = [.. counts.GroupBy(c => c.Ns).Select(g => (g.Key, g.Sum(c => c.Count))).OrderBy(c => c.Key)];
        long total = all.Sum(c => c.Count);
        if (total == 0) return null;
        var summary = new DelaySummary(total, all[0].Ns, At(50), At(90), At(99), At(99.9), all[^1].Ns);
        return Tells(summary, errorNs) ? summary : null;

        long At(double percentile)
        {
            long rank = Math.Max(1, (long)Math.Ceiling(total * percentile / 100)), seen = 0;
            foreach ((long ns, long count) in all)
                if ((seen += count) >= rank) return ns;
            return all[^1].Ns;
        }
    }

    private static string Limit(IReadOnlyList<LoadFlow> flows, IReadOnlyDictionary<string, LoadPart> parts)
    {
        foreach ((string host, LoadPart part) in parts)
        {
            long dropped = part.Receivers.Select(r => r.Result.DroppedAtSocket).DefaultIfEmpty().Max();
            if (dropped > 0) return $"{dropped} datagrams found no room in their receiver's socket on {host}: that machine, not the fabric, lost them";
            SenderCounts[] behind = [.. part.Senders.Where(s => flows.First(f => f.Id == s.Flow) is { BitsPerSecond: > 0 } flow && s.Forgone > (1 - Kept) * ((flow.Transport == LoadTransport.Udp ? s.Sent : s.SentBytes) + s.Forgone))];
            if (behind.Length > 0) return $"{behind.Length} of {part.Senders.Count} flows of {host} could not be sent as fast as asked for: that machine, not the fabric, is the limit";
            if (part.Processors > BusyShare * part.OfProcessors) return $"all processors of {host} are busy ({part.Processors:0.0} of {part.OfProcessors}): that machine, not the fabric, is the limit";
        }

        return "";
    }
}
