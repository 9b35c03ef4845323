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

    // So many datagrams to each group are not lost by chance.
    private const long SureOfGroup = 10;

    private const int MostReasons = 5;

    private readonly Dictionary<int, (string Host, SenderCounts Counts)> _senders =
        parts.SelectMany(p => p.Value.Senders, (p, s) => (p.Key, s)).ToDictionary(s => s.s.Flow, s => (s.Key, s.s));

    /// <summary>What was sent of what was asked for, of the flow that is farthest from it: 1 when all was, and where nothing was asked for.</summary>
    /// <param name="flows">The load's flows.</param>
    /// <param name="senders">What each sent.</param>
    /// <param name="burst">Datagrams that each was to send; 0 for no such number.</param>
    /// <param name="sendingNs">How long was sent, ns.</param>
    public static double OfferedShare(IReadOnlyList<LoadFlow> flows, IEnumerable<SenderCounts> senders, long burst, long sendingNs) =>
        senders.Select(s => Offered(flows[s.Flow - 1], s, burst, sendingNs)).DefaultIfEmpty(1).Min();

    /// <summary>The verdict.</summary>
    public LoadVerdict Verdict()
    {
        FlowResult[] empty = [.. all.Flows.Where(GotNothing)], lossy = [.. all.Flows.Where(LostTooMuch)], silent = [.. all.Flows.Where(MissesGroups)];
        string[] failed =
        [
            .. Some(empty.Select(f => $"{f.To} got nothing of what {f.From} sent ({Sent(f)})")),
            .. Some(lossy.Select(f => $"{f.To} {LossBound.Words(f.Lost, f.Sent, Bound(f))} of what {f.From} sent")),
            .. Some(silent.Select(f => $"{f.To} got nothing of {f.SilentGroups} groups")),
            .. all.Checks.Where(c => c.Outcome == CheckOutcome.Fail).Select(c => $"{c.Id} {c.Title}: {c.Seen}"),
        ];
        string[] errors = [.. Some(all.Flows.Where(f => f.Error.Length > 0).Select(f => $"{f.From} to {f.To}: {f.Error}"))];
        string[] cut = all.Completed ? [] : ["interrupted: what was measured until then"];
        string[] unsent = all.OfferedShare < CarriedOut ? [FormattableString.Invariant($"no more than {100 * all.OfferedShare:0.##} % of what was asked for could be sent")] : [];
        string[] mute = [.. Some(all.Flows.Where(f => f.SentBytes == 0 && f.Error.Length == 0).DistinctBy(f => f.Flow).Select(f => $"nothing was sent from {f.From} to {f.To}"))];
        (LoadLimit limit, string note) = Limit([.. empty, .. lossy, .. silent]);
        // A stream is not sent faster than it is let: where that was not its sender's doing, the rate that was asked for was not carried.
        if (unsent.Length > 0 && limit is LoadLimit.Fabric or LoadLimit.PeerWindow or LoadLimit.Receiver) failed = [.. failed, .. failed.Length == 0 ? unsent : []];
        string[] open = failed.Length > 0 ? [] : [.. unsent, .. mute];
        return new LoadVerdict
        {
            Outcome = failed.Length > 0 ? CheckOutcome.Fail : open.Length + errors.Length + cut.Length > 0 ? CheckOutcome.Inconclusive : CheckOutcome.Pass,
            Reasons = [.. failed, .. open, .. errors, .. cut],
            Limit = limit,
            Note = note,
        };
    }

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

    // Of what did not leave, without an error that says why, nothing is known: it was interrupted before, or the machine had no time for it.
    private static bool GotNothing(FlowResult f) => f.DeliveredBytes == 0 && (f.SentBytes > 0 || f.Error.Length > 0);

    private bool LostTooMuch(FlowResult f) => !GotNothing(f) && f.Transport == LoadTransport.Udp && LossBound.Exceeded(f.Lost, f.Sent, Bound(f));

    private bool MissesGroups(FlowResult f) => !GotNothing(f) && !LostTooMuch(f) && f.SilentGroups > 0 && f.Sent >= SureOfGroup * flows[f.Flow - 1].Groups.Count;

    // What is lost weighs more than what was not offered, and that more than what a machine was busy with.
    private (LoadLimit Limit, string Note) Limit(FlowResult[] bad)
    {
        if (parts.Values.SelectMany(p => p.Receivers).FirstOrDefault(r => r.Result.Error.Length > 0) is { } broken) return (LoadLimit.Receiver, $"{broken.Result.To}: {broken.Result.Error}");
        if (NoRoom() is { Length: > 0 } noRoom) return (LoadLimit.Receiver, noRoom);
        if (bad.Length > 0) return OfLoss(bad.MaxBy(f => (double)f.Lost / Math.Max(1, f.Sent))!);
        if (all.Flows.FirstOrDefault(f => f.SentBytes == 0) is { } mute && all.Completed) return (LoadLimit.Sender, $"the generator was the limit: nothing was sent from {mute.From} to {mute.To}");
        if (all.OfferedShare < NoDropSearch.Offered) return OfOffer();
        // What goes as fast as it can is limited by something; what kept its rate was not.
        return flows.Any(f => f.BitsPerSecond == 0) ? OfHaste() : (LoadLimit.None, "");
    }

    private string NoRoom() => First((host, part) =>
    {
        long dropped = part.Receivers.DistinctBy(r => (r.Result.To, flows[r.Result.Flow - 1].Port)).Sum(r => r.Result.DroppedAtSocket);
        return dropped == 0 ? "" : $"{dropped} datagrams found no room in their receiver's socket{(host.Length > 0 ? $" on {host}" : "")}: {LoadParts.It(host)}, not the fabric, lost them";
    });

    private (LoadLimit, string) OfLoss(FlowResult f)
    {
        (string host, SenderCounts sender) = _senders[f.Flow];
        string way = $"{f.From} to {f.To}";
        if (f.SentBytes == 0 || (sender.Error.Length > 0 && !sender.Unreachable && f.DeliveredBytes == 0 && f.Transport == LoadTransport.Udp))
            return (LoadLimit.Sender, $"{way}: the generator was the limit: {sender.Error}");
        if (sender.Unreachable) return (LoadLimit.Fabric, $"{way}: {sender.Error}: nobody answered on the fabric for {f.To}'s address");
        if (f.Transport == LoadTransport.Tcp) return sender.Tcp?.Limit(all.MeasuredNs) is { } tcp ? (tcp.Limit, $"{way}: {tcp.Why}") : (LoadLimit.Fabric, $"{way}: what was sent did not come");
        if (f.DeliveredBytes == 0 && Interfaces(f.From) is { } own && own.LeftBytes < Mostly * f.SentBytes)
            return (LoadLimit.Sender, $"{way}: the generator was the limit: {f.SentBytes} bytes were sent, and {own.LeftBytes} left the interface of {f.From}");
        if (f.DeliveredBytes == 0 && Interfaces(f.To) is { } its && its.CameBytes >= Mostly * SentTo(f.To))
            return (LoadLimit.Receiver, $"{way}: {its.CameBytes} bytes came to the interface of {f.To}, and nothing to its socket: its own host throws it away, as a packet filter does");
        if (parts.Values.Sum(p => p.FramesDropped) is > 0 and long frames)
            return (LoadLimit.Receiver, $"{way}: {frames} frames found no room between a port and its receiver: {LoadParts.It(host)}, not the fabric, lost them");
        return (LoadLimit.Fabric, f.DeliveredBytes == 0
            ? $"{way}: what {f.From} sent left its interface and did not come to {f.To}: the fabric lost it"
            : $"{way}: {f.Lost} of {f.Sent} were lost, and no socket had too little room: the fabric lost them");
    }

    private InterfaceBytes? Interfaces(string member) => parts.Values.SelectMany(p => p.Interfaces).FirstOrDefault(i => i.Member == member);

    private long SentTo(string member) => all.Flows.Where(f => f.To == member).Sum(f => f.SentBytes);

    private (LoadLimit, string) OfOffer()
    {
        (string Host, SenderCounts Counts)[] behind = [.. _senders.Values.Where(s => Offered(flows[s.Counts.Flow - 1], s.Counts, all.BurstDatagrams, all.SendingNs) < NoDropSearch.Offered)];
        (string host, SenderCounts slowest) = behind.MinBy(s => Offered(flows[s.Counts.Flow - 1], s.Counts, all.BurstDatagrams, all.SendingNs));
        LoadFlow flow = flows[slowest.Flow - 1];
        // A stream is not sent faster than it is acknowledged: who holds it up, TCP knows.
        if (flow.Transport == LoadTransport.Tcp && slowest.Tcp?.Limit(all.MeasuredNs) is { Limit: not LoadLimit.Sender } held) return (held.Limit, $"{flow.From} to {flow.To[0]}: {held.Why}");
        string most = all.BurstDatagrams > 0 ? $"{slowest.Sent} of {all.BurstDatagrams} datagrams"
            : FormattableString.Invariant($"{8e3 * slowest.SentBytes / all.SendingNs:0.###} of {flow.BitsPerSecond / 1e6:0.###} Mbit/s");
        string others = behind.Length > 1 ? $", and {behind.Length - 1} more flows fell short" : "";
        return (LoadLimit.Sender, $"the generator was the limit: {most} were sent from {flow.From}{(host.Length > 0 ? $" on {host}" : "")}{others}");
    }

    private (LoadLimit, string) OfHaste()
    {
        if (First((host, part) => LoadParts.Busy(host, part, "a sending thread", part.Senders.Select(s => s.ThreadNs).DefaultIfEmpty().Max(), all.MeasuredNs)) is { Length: > 0 } busy) return (LoadLimit.Sender, busy);
        FlowResult? slowest = all.Flows.Where(f => f.Transport == LoadTransport.Tcp).MinBy(f => f.DeliveredBytes);
        return slowest is not null && _senders[slowest.Flow].Counts.Tcp?.Limit(all.MeasuredNs) is { } tcp ? (tcp.Limit, $"{slowest.From} to {slowest.To}: {tcp.Why}") : (LoadLimit.None, "");
    }

    private string First(Func<string, LoadPart.OfFlows, string> limit) => parts.Select(p => limit(p.Key, p.Value)).FirstOrDefault(l => l.Length > 0, "");
}
