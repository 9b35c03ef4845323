using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>
/// Says whether flows passed and who was the limit: by what was sent of what was asked for, by what came to receivers' interfaces and sockets, and by what TCP says of its connections.
/// </summary>
/// <param name="flows">The load's flows.</param>
/// <param name="parts">Part by host.</param>
/// <param name="all">What came of it, all but the verdict.</param>
internal sealed class LoadJudge(IReadOnlyList<LoadFlow> flows, IReadOnlyDictionary<string, LoadPart.OfFlows> parts, LoadResult all)
{
    // A load of which less than half could be offered is not the one that was asked for.
    private const double CarriedOut = 0.5;

    private const double Mostly = 0.5;

    // What goes as fast as it can loses a little by any machine; of more it is said where.
    private const double Much = 0.05;

    // So many datagrams to each group are not lost by chance.
    private const long SureOfGroup = 10;

    private const int MostReasons = 5;

    // What of a stream's rate may be missing, percent: pacing, its begin and what is under way at its end.
    private const double ShortPercent = 5;

    // Ethernet's, IPv4's and UDP's headers, bytes, as interfaces count them; some count the frame check sequence too.
    private const int HeaderBytes = 42;
    private const int FragmentHeaderBytes = 34;
    private const int FrameCheckBytes = 4;

    private readonly Dictionary<int, (string Host, SenderCounts Counts)> _senders =
        parts.SelectMany(p => p.Value.Senders, (p, s) => (p.Key, s)).ToDictionary(s => s.s.Flow, s => (s.Key, s.s));

    private readonly Dictionary<(int Flow, string To), (string Host, int Joined)> _joined =
        parts.SelectMany(p => p.Value.Receivers, (p, r) => (p.Key, r)).ToDictionary(r => (r.r.Result.Flow, r.r.Result.To), r => (r.Key, r.r.LongestJoined));

    private readonly ILookup<string, FlowResult> _from = all.Flows.ToLookup(f => f.From), _to = all.Flows.ToLookup(f => f.To);

    /// <summary>What was sent of what was asked for, of the flow that is farthest from it: 1 when all was, and where nothing was asked for.</summary>
    /// <param name="flows">The load's flows.</param>
    /// <param name="senders">What each sent.</param>
    /// <param name="burst">Datagrams that each was to send; 0 for no such number.</param>
    /// <param name="sendingNs">How long was sent, ns.</param>
    public static double OfferedShare(IReadOnlyList<LoadFlow> flows, IEnumerable<SenderCounts> senders, long burst, long sendingNs) =>
        senders.Select(s => Offered(flows[s.Flow - 1], s, burst, sendingNs)).DefaultIfEmpty(1).Min();

    /// <summary>When a flow stopped, in words.</summary>
    public static string StoppedWords(FlowResult f) =>
        FormattableString.Invariant($"{f.From} to {f.To} stopped at {f.LastNs / 1e9:0.0} s") + (f.Error.Length > 0 ? $": {f.Error}" : "");

    /// <summary>What its own host refused of a flow, in words.</summary>
    public static string Refusal(FlowResult f) => $"{f.Refused} of {f.Sent + f.Refused} datagrams from {f.From} to {f.To} were refused by this host's own firewall";

    /// <summary>The verdict.</summary>
    public LoadVerdict Verdict()
    {
        Fault[] faults = [.. all.Flows.Select(Of).OfType<Fault>()];
        // What did not leave its own host was not offered to the fabric.
        string[] failed = [.. Said(faults.Where(f => f.Limit != LoadLimit.Sender)), .. Checks(faults)];
        string[] errors = [.. Some(all.Flows.Where(f => f.Error.Length > 0 && !f.Stopped).Select(f => $"{f.From} to {f.To}: {f.Error}"))];
        string[] cut = all.Completed ? [] : ["interrupted: what was measured until then"];
        string[] unsent = all.OfferedShare < CarriedOut ? [FormattableString.Invariant($"no more than {100 * all.OfferedShare:0.##} % of what was asked for could be sent")] : [];
        string[] mute = [.. Some(Each().Where(f => f.SentBytes == 0 && f.Error.Length == 0 && f.Refused == 0).Select(f => $"nothing was sent from {f.From} to {f.To}"))];
        string[] refused = [.. Some(Each().Where(RefusedTooMuch).Select(f => Refusal(f)))];
        (LoadLimit limit, string note) = Limit(faults);
        string[] open = failed.Length > 0 ? [] : [.. Said(faults.Where(f => f.Limit == LoadLimit.Sender)), .. unsent, .. refused, .. mute];
        return new LoadVerdict
        {
            Outcome = failed.Length > 0 ? CheckOutcome.Fail : open.Length + errors.Length + cut.Length > 0 ? CheckOutcome.Inconclusive : CheckOutcome.Pass,
            Reasons = [.. failed, .. open, .. errors, .. cut],
            Limit = limit,
            Note = note,
        };
    }

    // A check fails by a flow that stopped, which is told already.
    private IEnumerable<string> Checks(Fault[] faults) =>
        all.Checks.Where(c => c.Outcome == CheckOutcome.Fail && !faults.Any(f => f.Kind == Wrong.Stopped)).Select(c => $"{c.Id} {c.Title}: {c.Seen}");

    private static IEnumerable<string> Said(IEnumerable<Fault> faults) => faults.GroupBy(f => f.Kind).OrderBy(k => k.Key).SelectMany(k => Some(k.Select(f => f.Words)));

    private IEnumerable<FlowResult> Each() => all.Flows.DistinctBy(f => f.Flow);

    private static IEnumerable<string> Some(IEnumerable<string> reasons)
    {
        string[] all = [.. reasons];
        return all.Length <= MostReasons ? all : [.. all.Take(MostReasons), $"and {all.Length - MostReasons} more like that"];
    }

    private static string Sent(FlowResult f) => f.Transport == LoadTransport.Udp ? $"{f.Sent} datagrams" : $"{f.SentBytes} bytes";

    private static double Offered(LoadFlow flow, SenderCounts sent, long burst, long sendingNs)
    {
        if (burst > 0) return Math.Min(1, (double)sent.Sent / burst);
        return flow.BitsPerSecond > 0 ? Math.Min(1, 8e9 * sent.SentBytes / (flow.BitsPerSecond * sendingNs)) : 1;
    }

    private double? Bound(FlowResult f) => LossBound.Of(all.MaxLossPercent, flows[f.Flow - 1].BitsPerSecond);

    // What is wrong with a flow at a receiver, and whose doing it is; null when nothing is.
    private Fault? Of(FlowResult f)
    {
        (Wrong Kind, string Words)? wrong =
            f.Stopped ? (Wrong.Stopped, StoppedWords(f))
            : GotNothing(f) ? (Wrong.Nothing, $"{f.To} got nothing of what {f.From} sent ({Sent(f)})")
            : f.Transport == LoadTransport.Udp && LossBound.Exceeded(f.Lost, f.Sent, Bound(f)) ? (Wrong.Lossy, $"{f.To} {LossBound.Words(f.Lost, f.Sent, Bound(f))} of what {f.From} sent")
            : FallsShort(f) ? (Wrong.Short, $"{f.To} got {RateWords.Of(8e9 * f.DeliveredBytes / all.SendingNs, flows[f.Flow - 1].BitsPerSecond)} that were asked for from {f.From}")
            : f.SilentGroups > 0 && f.Sent >= SureOfGroup * flows[f.Flow - 1].Groups.Count ? (Wrong.Groups, $"{f.To} got nothing of {f.SilentGroups} groups")
            : null;
        if (wrong is not { } what) return null;
        (LoadLimit limit, string note) = OfLoss(f);
        return new(f, what.Kind, what.Words, limit, note);
    }

    // Of what did not leave nothing is known: it was interrupted before, the machine had no time for it, or its own host did not let it out.
    private bool GotNothing(FlowResult f) => f.DeliveredBytes == 0 && (f.SentBytes > 0 || _senders[f.Flow].Counts.Unreachable);

    // A stream is not sent faster than it is let: where that was not its sender's doing, the rate that was asked for was not carried.
    private bool FallsShort(FlowResult f)
    {
        double asked = Asked(f), missing = asked - f.DeliveredBytes;
        return f.Transport == LoadTransport.Tcp && f.Error.Length == 0 && missing > Math.Max(ShortPercent, all.MaxLossPercent ?? 0) / 100 * asked
            && HeldUp(f, missing / asked) && _senders[f.Flow].Counts.Tcp?.Limit(all.MeasuredNs).Limit is not LoadLimit.Sender;
    }

    // Whether a stream had no room, or was not acknowledged, for most of what is missing of its rate: else its sender had no time to write it.
    private bool HeldUp(FlowResult f, double missingShare)
    {
        double held = ((double)_senders[f.Flow].Counts.HeldNs / Math.Max(1, all.SendingNs)) + ((f.SentBytes - f.DeliveredBytes) / Asked(f));
        return held >= Mostly * missingShare;
    }

    // Payload that its rate makes in the time of sending, bytes.
    private double Asked(FlowResult f) => flows[f.Flow - 1].BitsPerSecond / 8e9 * all.SendingNs;

    private bool RefusedTooMuch(FlowResult f) => f.Refused > 0 && (f.SentBytes == 0 || LossBound.Exceeded(f.Refused, f.Sent + f.Refused, Bound(f)));

    // What is lost weighs more than what was not offered, and that more than what a machine was busy with.
    private (LoadLimit Limit, string Note) Limit(Fault[] faults)
    {
        if (parts.Values.SelectMany(p => p.Receivers).FirstOrDefault(r => r.Result.Error.Length > 0) is { } broken) return (LoadLimit.Receiver, $"{broken.Result.To}: {broken.Result.Error}");
        if (faults.Where(f => f.Limit != LoadLimit.Sender).MaxBy(Missing) is { } worst) return (worst.Limit, worst.Note);
        if (faults.MaxBy(Missing) is { } own) return (own.Limit, own.Note);
        if (Each().Where(f => f.Refused > 0).MaxBy(f => f.Refused) is { } refused) return (LoadLimit.Sender, $"the generator was the limit: {Refusal(refused)}");
        if (Room() is { Length: > 0 } noRoom) return (LoadLimit.Receiver, noRoom);
        if (all.Flows.FirstOrDefault(f => f.SentBytes == 0) is { } mute && all.Completed) return (LoadLimit.Sender, $"the generator was the limit: nothing was sent from {mute.From} to {mute.To}{(mute.Error.Length > 0 ? $": {mute.Error}" : "")}");
        if (all.OfferedShare < NoDropSearch.Offered) return OfOffer();
        // What goes as fast as it can is limited by something; what kept its rate was not.
        return flows.Any(f => f.BitsPerSecond == 0) ? OfHaste() : (LoadLimit.None, "");
    }

    private static double Missing(Fault fault) => (double)(fault.Flow.SentBytes - fault.Flow.DeliveredBytes) / Math.Max(1, fault.Flow.SentBytes);

    // What sockets had no room for; empty when that was nothing, or little of what was lost.
    private string Room() => First((host, part) =>
    {
        long dropped = part.Receivers.DistinctBy(r => (r.Result.To, flows[r.Result.Flow - 1].Port)).Sum(r => r.Result.DroppedAtSocket);
        int joined = part.Receivers.Select(r => r.LongestJoined).DefaultIfEmpty().Max();
        long lost = part.Receivers.Where(r => r.Result.Transport == LoadTransport.Udp).Sum(r => Math.Max(0, _senders[r.Result.Flow].Counts.Sent - r.Result.Delivered));
        return dropped == 0 || dropped * Math.Max(1, joined) < Mostly * lost ? "" : NoRoom(dropped, joined, host);
    });

    // A socket counts a burst that came as one as one.
    private static string NoRoom(long dropped, int joined, string host) =>
        $"{dropped} {(joined > 1 ? $"bursts of up to {joined} datagrams" : "datagrams")} found no room in their receiver's socket{(host.Length > 0 ? $" on {host}" : "")}: {LoadParts.It(host)}, not the fabric, lost them";

    private (LoadLimit, string) OfLoss(FlowResult f)
    {
        (string host, SenderCounts sender) = _senders[f.Flow];
        string way = $"{f.From} to {f.To}";
        if (sender.Unreachable) return (LoadLimit.Fabric, $"{way}: {sender.Error}: nobody answered on the fabric for {f.To}'s address");
        if (f.Transport == LoadTransport.Tcp) return OfStream(f, way);
        if (sender.Error.Length > 0 && f.DeliveredBytes == 0) return (LoadLimit.Sender, $"{way}: the generator was the limit: {sender.Error}");
        if (OfOwnHosts(f, way) is { } own) return own;
        int burst = Math.Max(1, sender.Burst);
        if (parts.Values.Sum(p => p.FramesDropped) is > 0 and long frames && frames * burst >= Mostly * f.Lost)
            return (LoadLimit.Receiver, $"{way}: {frames} frames found no room between a port and its receiver: {LoadParts.It(host)}, not the fabric, lost them");
        string room = f.DroppedAtSocket > 0 ? $"{f.DroppedAtSocket} of them found no room in its socket: the fabric lost the others" : "no socket had too little room: the fabric lost them";
        return (LoadLimit.Fabric, f.DeliveredBytes == 0
            ? $"{way}: what {f.From} sent left its interface and did not come to {f.To}: the fabric lost it"
            : $"{way}: {f.Lost} of {f.Sent} were lost, and {room}");
    }

    private (LoadLimit, string) OfStream(FlowResult f, string way)
    {
        TcpFacts? tcp = _senders[f.Flow].Counts.Tcp;
        // Sent again and again, little is sent again of much: it is no share by which this shows.
        if (f.Stopped && tcp is null or { AgainBytes: > 0 }) return (LoadLimit.Fabric, FormattableString.Invariant($"{way}: nothing of what was sent after {f.LastNs / 1e9:0.0} s came, however often it was sent again: the fabric lost it"));
        return tcp?.Limit(all.MeasuredNs) is { } why ? (why.Limit, $"{way}: {why.Why}") : (LoadLimit.Fabric, $"{way}: what was sent did not come");
    }

    // What the ends' own hosts did with it, by what passed their interfaces and sockets; null when it was not they who lost most of it.
    private (LoadLimit, string)? OfOwnHosts(FlowResult f, string way)
    {
        LoadFlow flow = flows[f.Flow - 1];
        long lost = _to[f.To].Where(o => flows[o.Flow - 1].Port == flow.Port).Sum(o => o.Lost);
        (string host, int joined) = _joined[(f.Flow, f.To)];
        long noRoom = f.DroppedAtSocket * Math.Max(1, joined);
        if (noRoom > 0 && noRoom >= Mostly * lost) return (LoadLimit.Receiver, NoRoom(f.DroppedAtSocket, joined, host));
        if (Interfaces(f.From) is { } left && NotLeft(f.From, left) is var kept && kept >= Mostly * LostFrom(f.From))
            return (LoadLimit.Sender, $"{way}: the generator was the limit: {SentFrom(f.From)} bytes were sent, and {left.LeftBytes} left the interface of {f.From}");
        double came = Interfaces(f.To) is { } at ? at.CameBytes - (at.CameFrames * (HeaderBytes + FrameCheckBytes)) - _to[f.To].Sum(o => o.DeliveredBytes + (o.Duplicates * flows[o.Flow - 1].Payload)) : 0;
        if (lost > 0 && came >= Mostly * (lost - noRoom) * flow.Payload)
            return (LoadLimit.Receiver, f.DeliveredBytes == 0
                ? $"{way}: {Interfaces(f.To)!.CameBytes} bytes came to the interface of {f.To}, and nothing to its socket: its own host throws it away, as a packet filter does"
                : $"{way}: {f.Lost} of {f.Sent} were lost, and came to the interface of {f.To}: its own host throws them away, as a packet filter does");
        return null;
    }

    private InterfaceBytes? Interfaces(string member) => parts.Values.SelectMany(p => p.Interfaces).FirstOrDefault(i => i.Member == member);

    private IEnumerable<FlowResult> From(string member) => _from[member].DistinctBy(o => o.Flow).Where(o => o.Transport == LoadTransport.Udp);

    private long SentFrom(string member) => From(member).Sum(o => o.SentBytes);

    // Of fragments but one has UDP's header.
    private double NotLeft(string member, InterfaceBytes left) => SentFrom(member) - left.LeftBytes + (left.LeftFrames * (all.Means.Fragments > 1 ? FragmentHeaderBytes : HeaderBytes));

    // What its worst receiver lost of each of its flows: what does not leave is lost at all.
    private double LostFrom(string member) => Math.Max(1, _from[member].GroupBy(o => o.Flow).Sum(o => o.Max(at => at.Lost) * flows[o.Key - 1].Payload));

    private (LoadLimit, string) OfOffer()
    {
        (string Host, SenderCounts Counts)[] behind = [.. _senders.Values.Where(s => Offered(flows[s.Counts.Flow - 1], s.Counts, all.BurstDatagrams, all.SendingNs) < NoDropSearch.Offered)];
        (string host, SenderCounts slowest) = behind.MinBy(s => Offered(flows[s.Counts.Flow - 1], s.Counts, all.BurstDatagrams, all.SendingNs));
        LoadFlow flow = flows[slowest.Flow - 1];
        // A stream is not sent faster than it is acknowledged: who holds it up, TCP knows.
        if (flow.Transport == LoadTransport.Tcp && HeldUp(all.Flows.First(f => f.Flow == flow.Id), 1 - Offered(flow, slowest, 0, all.SendingNs)) && slowest.Tcp?.Limit(all.MeasuredNs) is { Limit: not LoadLimit.Sender } held)
            return (held.Limit, $"{flow.From} to {flow.To[0]}: {held.Why}");
        string most = all.BurstDatagrams > 0 ? $"{slowest.Sent} of {all.BurstDatagrams} datagrams" : RateWords.Of(8e9 * slowest.SentBytes / all.SendingNs, flow.BitsPerSecond);
        string others = behind.Length > 1 ? $", and {behind.Length - 1} more flows fell short" : "";
        return (LoadLimit.Sender, $"the generator was the limit: {most} were sent from {flow.From}{(host.Length > 0 ? $" on {host}" : "")}{others}");
    }

    private (LoadLimit, string) OfHaste()
    {
        if (First((host, part) => LoadParts.Busy(host, part, "a sending thread", part.Senders.Select(s => s.ThreadNs).DefaultIfEmpty().Max(), all.MeasuredNs)) is { Length: > 0 } busy) return (LoadLimit.Sender, busy);
        if (all.Flows.Where(f => f.Lost > 0).MaxBy(f => (double)f.Lost / f.Sent) is { } lossy && lossy.Lost > Much * lossy.Sent) return OfLoss(lossy);
        FlowResult? slowest = all.Flows.Where(f => f.Transport == LoadTransport.Tcp).MinBy(f => f.DeliveredBytes);
        if (slowest is null || _senders[slowest.Flow].Counts is not { Tcp: { } tcp } counts) return (LoadLimit.None, "");
        (LoadLimit limit, string why) = tcp.Limit(all.MeasuredNs);
        // Who writes less at a time than a segment holds, and never waits for room, has no time for more.
        bool small = flows[slowest.Flow - 1].Payload < tcp.SegmentBytes && counts.HeldNs < Mostly * all.SendingNs && limit == LoadLimit.Fabric && tcp.AgainBytes == 0;
        return small ? (LoadLimit.Sender, $"the generator was the limit: {slowest.From} to {slowest.To} made {counts.Sent} writes of {flows[slowest.Flow - 1].Payload} bytes, one after the other") : (limit, $"{slowest.From} to {slowest.To}: {why}");
    }

    private string First(Func<string, LoadPart.OfFlows, string> limit) => parts.Select(p => limit(p.Key, p.Value)).FirstOrDefault(l => l.Length > 0, "");

    // In the order in which they are told.
    private enum Wrong : byte
    {
        Nothing,
        Stopped,
        Lossy,
        Short,
        Groups,
    }

    private sealed record Fault(FlowResult Flow, Wrong Kind, string Words, LoadLimit Limit, string Note);
}
