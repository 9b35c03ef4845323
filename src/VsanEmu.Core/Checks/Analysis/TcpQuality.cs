using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How TCP's segments fared in one direction: of a stream that was sent for it, or of the cluster's own connections in one phase.</summary>
/// <param name="Way">Who sent them, and to whom.</param>
/// <param name="Phase">When.</param>
/// <param name="What">Which ones, in words.</param>
/// <param name="Segments">Segments sent, those sent again included.</param>
/// <param name="Lost">Segments that were sent again because they had not arrived.</param>
/// <param name="Needless">Segments that were sent again though they had.</param>
/// <param name="OutOfOrder">Segments that arrived after a later one, or ahead of an earlier one.</param>
/// <param name="Acks">Mere acknowledgements that came back.</param>
/// <param name="DuplicateAcks">Those that said nothing new.</param>
/// <param name="StallNs">For how long nothing got through while one segment was sent again and again, ns.</param>
/// <param name="Missing">Segments that had not arrived when the stream was given up.</param>
internal sealed record TcpFlow(
    Direction Way, string Phase, string What, long Segments, long Lost, long Needless, long OutOfOrder, long Acks, long DuplicateAcks, long StallNs, long Missing)
{
    public Proportion Loss => new(Math.Min(Lost, Segments), Segments);

    public Proportion Disorder => new(Math.Min(OutOfOrder, Segments), Segments);

    public Proportion Repetition => new(Math.Min(DuplicateAcks, Acks), Acks);

    public override string ToString() => $"{Way}, {What}: lost and sent again {Loss}{More()}";

    private string More()
    {
        (string What, bool Is)[] more =
        [
            ($"one of them for {Wording.Span(StallNs)} while nothing got through", StallNs >= TcpQuality.StallNs),
            ($"{Missing} never arrived", Missing > 0),
            ($"{Needless} sent again needlessly", Needless > 0),
            ($"{OutOfOrder} out of order", OutOfOrder > 0),
            ($"{DuplicateAcks} of {Acks} acknowledgements twice", DuplicateAcks > 0),
        ];
        return string.Concat(more.Where(m => m.Is).Select(m => $", {m.What}"));
    }
}

/// <summary>
/// TCP among members: streams that were sent for it, by the kernels' own figures, and the cluster's own connections, by the captures at both ends. What was sent
/// again but had arrived was a delay's, perhaps this machine's own, and counts for no loss.
/// </summary>
internal sealed class TcpQuality
{
    /// <summary>
    /// A segment that is sent again for so long without getting through was not lost by chance: it takes three losses in a row (RFC 6298: 0.2 s, 0.4 s, 0.8 s),
    /// or a SYN's (1 s).
    /// </summary>
    public const long StallNs = 800_000_000;

    /// <summary>Fewer than so many prove nothing: a share needs more than one or two.</summary>
    private const int Few = 3;

    private const string BadCrc = "broken_frames.BadCrc";

    private readonly RunAnalysis _run;
    private readonly Dictionary<(string Port, string Phase, PortDirection Direction, string Source, string Destination, bool FromListener), TcpSighting> _rows;

    private TcpQuality(RunAnalysis run)
    {
        _run = run;
        _rows = Rows();
        Opened = [.. run.Seen.TcpStreams.Where(s => s.Opened)];
        Streams = [.. Opened.SelectMany(OfStream)];
        Connections = [.. run.Timeline.All.SelectMany(OfConnections)];
        ILookup<bool, TcpFlow> lossy = All.Where(IsLossy).ToLookup(f => Dropping.Contains(f.Phase));
        (Lossy, Doubtful) = ([.. lossy[false]], [.. lossy[true]]);
        Disordered = [.. All.Where(f => f.OutOfOrder >= Few && f.Disorder.Percent > run.Spec.Thresholds.OutOfOrderPercent)];
        Doubled = [.. All.Where(f => f.DuplicateAcks >= Few && f.Repetition.Percent > run.Spec.Thresholds.DuplicateAckPercent)];
    }

    /// <summary>The streams whose connections opened.</summary>
    public IReadOnlyList<TcpStreamObservation> Opened { get; }

    /// <summary>What became of them, and of what came back on them where not all did.</summary>
    public IReadOnlyList<TcpFlow> Streams { get; }

    /// <summary>Frames of a stream whose own checksum was wrong though TCP's was not, by the member that got them.</summary>
    public IReadOnlyList<(string Member, long Frames)> Corrupt => field ??=
    [
        .. _run.Seen.Nodes.Select(n => (n.Member, n.Counters.GetValueOrDefault(BadCrc))).Where(c => c.Item2 > 0),
    ];

    /// <summary>The cluster's own connections, by direction, opener and phase.</summary>
    public IReadOnlyList<TcpFlow> Connections { get; }

    /// <summary>Those that lose more than the limit, or on which nothing got through for a while.</summary>
    public IReadOnlyList<TcpFlow> Lossy { get; }

    /// <summary>Those that do in a phase in which this machine itself threw frames away.</summary>
    public IReadOnlyList<TcpFlow> Doubtful { get; }

    /// <summary>Those out of order beyond the limit.</summary>
    public IReadOnlyList<TcpFlow> Disordered { get; }

    /// <summary>Those of them that are so beyond what is critical.</summary>
    public IEnumerable<TcpFlow> Critical => Disordered.Where(f => f.Disorder.Percent > _run.Spec.Thresholds.OutOfOrderPercent * ThresholdSpec.CriticalFactor);

    /// <summary>Those with more duplicate acknowledgements than the limit.</summary>
    public IReadOnlyList<TcpFlow> Doubled { get; }

    private HashSet<string> Dropping => field ??= [.. _run.Timeline.All.Where(_run.ThrewFramesAway).Select(p => p.Name)];

    public IEnumerable<TcpFlow> All => Streams.Concat(Connections);

    /// <summary>Loss by direction, streams and connections together: where it sits.</summary>
    public DeliveryMatrix Delivery => field ??= DeliveryMatrix.From(ByWay([.. Lossy]), limitPercent: 0);

    public static TcpQuality Of(RunAnalysis run) => new(run);

    private Dictionary<Direction, Delivery> ByWay(HashSet<TcpFlow> lossy) => All.GroupBy(f => f.Way).ToDictionary(g => g.Key, g => Sum(g.Key, [.. g], lossy));

    // A direction that is lossy in one phase is, however much more is sent on it in others; one that loses less than the limits loses nothing.
    private static Delivery Sum(Direction way, TcpFlow[] flows, HashSet<TcpFlow> lossy)
    {
        TcpFlow[] bad = [.. flows.Where(lossy.Contains)];
        TcpFlow[] counted = bad.Length > 0 ? bad : flows;
        long sent = counted.Sum(f => f.Segments + f.Missing), lost = bad.Length > 0 ? bad.Sum(f => Math.Max(f.Lost + f.Missing, 1)) : 0;
        return new Delivery(way, sent, Math.Max(1, sent - lost), 0, 0, 0);
    }

    private bool IsLossy(TcpFlow f) =>
        f.Missing > 0 || (f.Lost >= Few && f.Loss.Percent > _run.Spec.Thresholds.RetransmittedPercent) || (f.StallNs >= StallNs && f.Lost > 0);

    // Of a stream whose receiver told nothing its kernel's acknowledgements tell how far it came; what was never sent was not lost.
    private IEnumerable<TcpFlow> OfStream(TcpStreamObservation s)
    {
        var way = new Direction(s.From, s.To);
        long needless = Math.Min(s.Needless, s.Retransmitted), sent = Math.Min(s.Planned, s.Segments - s.Retransmitted);
        long missing = Math.Max(0, s.Delivered >= 0 ? s.Planned - s.Delivered : sent - (s.Acknowledged ?? sent));
        TcpSighting? acks = Row(s.To, s.From, s.Phase, s.From, PortDirection.In, fromListener: true);
        yield return new(way, s.Phase, $"a stream of {s.Planned} segments", s.Segments, s.Retransmitted - needless, needless, s.OutOfOrder, acks?.Acknowledgements ?? 0,
            acks?.DuplicateAcks ?? 0, 0, IsCorrupt(s) ? 0 : missing);
        if (s.Returned is { } returned && missing == 0 && returned < TcpStream.ToReturn(s.Planned))
            yield return new(way.Reverse, s.Phase, $"what {s.To} sent back on a connection that {s.From} opened", returned, 0, 0, 0, 0, 0, 0, IsCorrupt(s) ? 0 : TcpStream.ToReturn(s.Planned) - returned);
    }

    // Who gets a frame with a wrong checksum cuts the connection.
    private bool IsCorrupt(TcpStreamObservation s) => s.Delivered < 0 && Corrupt.Any(c => c.Member == s.To || c.Member == s.From);

    private IEnumerable<TcpFlow> OfConnections(PhaseObservation phase)
    {
        MemberSpec[] watched = [.. _run.WatchedIn(phase)];
        foreach (MemberSpec from in watched)
        {
            foreach (MemberSpec to in watched.Where(m => m != from && Timeline.Side(phase, m.Name) == Timeline.Side(phase, from.Name)))
            {
                foreach (bool fromListener in (bool[])[false, true])
                {
                    if (OfConnection(phase, new(from.Name, to.Name), fromListener) is { } flow) yield return flow;
                }
            }
        }
    }

    // What never gets through, however small, or because it is large, or after a silence, is another check's: A1, P1, A9.
    private TcpFlow? OfConnection(PhaseObservation phase, Direction way, bool fromListener)
    {
        if (Row(way.From, way.To, phase.Name, way.From, PortDirection.Out, fromListener) is not { Segments: > 0 } sent) return null;
        if (!Alive(way, fromListener) || TooLarge(way) || IsCutIdle(way, phase)) return null;
        TcpSighting? came = Row(way.From, way.To, phase.Name, way.To, PortDirection.In, fromListener);
        long needless = Math.Min(came?.Repeated ?? 0, sent.Repeated), lost = sent.Repeated - needless;
        return new(way, phase.Name, $"connections that {(fromListener ? way.To : way.From)} opened, phase {phase.Name}", sent.Segments, lost, needless, 0, 0, 0, lost > 0 ? sent.StallNs : 0, 0);
    }

    private bool Alive(Direction way, bool fromListener) =>
        _run.Timeline.All.Any(p => Row(way.From, way.To, p.Name, way.To, PortDirection.In, fromListener) is { Segments: > 0 });

    private bool TooLarge(Direction way) => _run.Pings.TooLarge.Contains(way) || _run.Pings.TooLarge.Contains(way.Reverse);

    // The kernel goes on to send on a connection that was cut, until long after the trial.
    private bool IsCutIdle(Direction way, PhaseObservation phase) => !_run.Timeline.All.TakeWhile(p => p.Name != Phases.Trials).Contains(phase)
        && _run.Seen.Idles.Any(i => !i.Survived && ((i.From, i.To) == (way.From, way.To) || (i.From, i.To) == (way.To, way.From)));

    /// <summary>TCP from one member to another in a phase as it passed a port: from the one that opened, or from the one that listens.</summary>
    private TcpSighting? Row(string from, string to, string phase, string port, PortDirection direction, bool fromListener) =>
        _rows.GetValueOrDefault((port, phase, direction, _run.AddressOf(from), _run.AddressOf(to), fromListener));

    private Dictionary<(string, string, PortDirection, string, string, bool), TcpSighting> Rows()
    {
        int port = _run.Spec.Channels.ReliablePort;
        var rows = new Dictionary<(string, string, PortDirection, string, string, bool), TcpSighting>();
        foreach (PortCapture capture in _run.Seen.Ports)
        {
            foreach (FlowSighting f in capture.Flows)
            {
                if (f.Tcp is { } tcp && (f.SourcePort == port) != (f.DestinationPort == port))
                    rows[(capture.Port, f.Phase, f.Direction, f.Source, f.Destination, f.SourcePort == port)] = tcp;
            }
        }

        return rows;
    }
}
