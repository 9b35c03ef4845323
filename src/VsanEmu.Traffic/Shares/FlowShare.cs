using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Processes;

namespace VsanEmu.Traffic.Shares;

/// <summary>The flows of a load that begin or end here.</summary>
internal sealed class FlowShare : ILoadShare
{
    // Each flow has threads of its own up to so many; more share a few.
    private const int OwnThreads = 16;

    // From the last datagram until nothing is thought to be under way any more.
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(300);

    private readonly ShareSetup _setup;
    private readonly LoadOptions _options;
    private readonly FlowAtSender[] _senders;
    private readonly FlowAtReceiver[] _receivers;
    private readonly Dictionary<string, SendingInterface> _interfaces;
    private readonly (Socket Socket, FlowAtReceiver?[] Flows)[] _ports;
    private readonly Socket[] _members;
    private readonly TcpListeners _listeners;
    private readonly Dictionary<object, (long Count, long Bytes)> _before = [];
    private PartCounts _allBefore = new(0, 0, 0, 0, null, true);
    private Socket[] _sending = [];
    private TcpOutgoing[] _outgoing = [];
    private TcpIncoming[] _incoming = [];
    private UdpReceiver[] _listening = [];
    private LoadThread[] _speaking = [];
    private LoadThread[] _hearing = [];
    private LoadClock? _clock;
    private Baseline? _baseline;
    private InterfaceBytes[] _passedBefore = [];
    private long _framesBefore;

    /// <summary>Opens what receives.</summary>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public FlowShare(ShareSetup setup, LoadOptions options)
    {
        (_setup, _options) = (setup, options);
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(setup.Cluster, options);
        _senders = [.. flows.Where(f => setup.Ends.ContainsKey(f.From)).Select(f => new FlowAtSender(f))];
        _receivers = [.. flows.SelectMany(f => f.To.Where(setup.Ends.ContainsKey), (f, to) => new FlowAtReceiver(f, to, setup.Address(f.From)) { Sender = Array.Find(_senders, s => s.Flow.Id == f.Id) })];
        _interfaces = _senders.Where(IsUdp).Select(s => s.Flow.From).Distinct().ToDictionary(m => m, m => SendingInterface.Of(setup, m));
        _ports = [.. Ports()];
        _members = [.. _receivers.Where(r => r.Flow.Groups.Count > 1).DistinctBy(r => r.To).SelectMany(r => LoadSockets.Members(setup.Ends[r.To], r.Flow.Groups))];
        _listeners = new TcpListeners([.. _receivers.Where(r => r.Flow.Transport == LoadTransport.Tcp)], setup.Ends, setup.Run);
    }

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        _sending = [.. _senders.Where(IsUdp).Select(Opened)];
        foreach ((FlowAtSender sender, Socket socket) in _senders.Where(IsUdp).Zip(_sending)) sender.SourcePort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _outgoing = await TcpConnections.OpenAsync([.. _senders.Where(s => !IsUdp(s))], _setup, _options, cancellation);
        _incoming = await _listeners.AcceptedAsync(cancellation);
        (_passedBefore, _framesBefore) = (Passed(), OwnLosses.FramesDropped());
    }

    /// <inheritdoc/>
    public void Begin(long atNs)
    {
        LoadClock clock = _clock = _setup.Clock(_options, _options.LeadIn, atNs);
        _listening = [.. _ports.Select(p => new UdpReceiver(p.Flows, p.Socket, clock, _setup.Run, _options.Offload) { BeforeReceive = _setup.Hooks.BeforeReceive })];
        UdpSender[] talkers = [.. _senders.Where(IsUdp).Select((s, i) => Talker(s, _sending[i], clock))];
        _hearing =
        [
            .. _listening.Select((l, i) => new LoadThread(l.Run, clock, $"the receiver of {Ends(_ports[i].Flows)}")),
            .. Shares(_incoming).Select(s => new LoadThread(new TcpReceiver(s, clock).Run, clock, $"the receiver of {Ends(s.Select(f => f.To))}")),
        ];
        _speaking =
        [
            .. talkers.Select(t => new LoadThread(t.Run, clock, $"the sender of {t.From}")),
            .. Shares(_outgoing).Select(s => new LoadThread(new TcpSender(s, clock).Run, clock, $"the sender of {string.Join(", ", s.Select(f => f.From.Flow.From).Distinct())}")),
        ];
        _baseline = new Baseline(clock, NoteBefore);
    }

    /// <inheritdoc/>
    public PartCounts Count()
    {
        LoadThreads.Check(_speaking, _hearing);
        // What comes while it is counted must not seem lost, and what is sent meanwhile not be missing.
        long? expected = Expected();
        long came = _receivers.Sum(r => r.Delivered), cameBytes = _receivers.Sum(DeliveredBytes) - _allBefore.DeliveredBytes;
        return new(_senders.Sum(s => s.Sent) - _allBefore.Sent, _senders.Sum(s => s.Bytes) - _allBefore.SentBytes, came, cameBytes, expected, _speaking.Any(t => t.IsAlive));
    }

    /// <inheritdoc/>
    public void Stop() => _clock?.StopSenders();

    /// <inheritdoc/>
    public async Task<LoadPart> EndAsync(CancellationToken cancellation)
    {
        await LoadThreads.EndedAsync(_speaking, cancellation);
        double processors = _baseline!.End();
        await DrainAsync(cancellation);
        _clock!.StopReceivers();
        await LoadThreads.EndedAsync(_hearing, cancellation);
        return new LoadPart.OfFlows([.. _senders.Select(Counted)], [.. _receivers.Select(Counted)], _interfaces.Values.Any(i => i.Uncut), processors, Environment.ProcessorCount)
        {
            Interfaces = [.. Passed().Join(_passedBefore, n => n.Member, b => b.Member, Since)],
            FramesDropped = OwnLosses.FramesDropped() - _framesBefore,
        };
    }

    /// <summary>Ends everything at once.</summary>
    public void Dispose()
    {
        _clock?.StopSenders();
        _clock?.StopReceivers();
        foreach (LoadThread thread in _speaking.Concat(_hearing)) thread.Join();
        _listeners.Dispose();
        foreach (Socket socket in _ports.Select(p => p.Socket).Concat(_members).Concat(_sending).Concat(_outgoing.Select(o => o.Socket))) socket.Dispose();
    }

    private static string Ends(IEnumerable<FlowAtReceiver?> flows) => string.Join(", ", flows.OfType<FlowAtReceiver>().Select(f => f.To).Distinct());

    // Where datagrams go: of streams TCP tells more.
    private InterfaceBytes[] Passed() =>
    [
        .. _senders.Where(IsUdp).Select(s => s.Flow.From).Concat(_ports.SelectMany(p => p.Flows).OfType<FlowAtReceiver>().Select(f => f.To)).Distinct()
            .Select(m => _setup.Ends[m].Namespace.Run(() => InterfaceOffload.Bytes(_setup.Ends[m].Interface)) is { } bytes ? new InterfaceBytes(m, bytes.Came, bytes.Left) { CameFrames = bytes.CameFrames, LeftFrames = bytes.LeftFrames } : null)
            .OfType<InterfaceBytes>(),
    ];

    private static InterfaceBytes Since(InterfaceBytes now, InterfaceBytes before) =>
        new(now.Member, now.CameBytes - before.CameBytes, now.LeftBytes - before.LeftBytes) { CameFrames = now.CameFrames - before.CameFrames, LeftFrames = now.LeftFrames - before.LeftFrames };

    // What is looked at a moment after the measurement began has let out what was sent by then.
    private InterfaceBytes[] PassedUntilMeasured() => [.. Passed().Select(p => p with { LeftBytes = p.LeftBytes - _senders.Where(s => IsUdp(s) && s.Flow.From == p.Member).Sum(s => s.Bytes) })];

    private static long DeliveredBytes(FlowAtReceiver at) => at.Flow.Transport == LoadTransport.Udp ? at.Delivered * at.Flow.Payload : at.Bytes;

    private static bool IsUdp(FlowAtSender sender) => sender.Flow.Transport == LoadTransport.Udp;

    // Datagrams of a warm-up bear another number, and are not counted; a byte stream has no numbers.
    private void NoteBefore()
    {
        foreach (FlowAtSender sender in _senders.Where(s => !IsUdp(s))) _before[sender] = (sender.Sent, sender.Bytes);
        foreach (FlowAtReceiver at in _receivers.Where(r => r.Flow.Transport == LoadTransport.Tcp)) _before[at] = (at.Came, at.Bytes);
        _allBefore = new(_senders.Sum(s => Before(s).Count), _senders.Sum(s => Before(s).Bytes), 0, _receivers.Sum(r => Before(r).Bytes), null, true);
        _passedBefore = PassedUntilMeasured();
    }

    private (long Count, long Bytes) Before(object flow) => _before.GetValueOrDefault(flow);

    // Of what a receiver still gets, all up to the last that came is expected, since what is under way is not lost; of what it gets no more, all that was sent, if that is known here.
    private long? Expected()
    {
        long expected = 0, silentSince = Stopwatch.GetTimestamp() - LoadClock.Ticks(_options.Interval);
        foreach (FlowAtReceiver at in _receivers.Where(r => r.Flow.Transport == LoadTransport.Udp))
        {
            if (at.LastAt > silentSince) expected += at.Next;
            else if (Array.Find(_senders, s => s.Flow.Id == at.Flow.Id) is { } sender) expected += sender.Sent;
            else return null;
        }

        return expected;
    }

    private UdpSender Talker(FlowAtSender sender, Socket socket, LoadClock clock)
    {
        FlowAtReceiver[] own = [.. _receivers.Where(r => r.Flow.Id == sender.Flow.Id)];
        int sharers = _ports.Where(p => p.Flows.Any(own.Contains)).Select(p => p.Flows.Count(f => f is not null)).DefaultIfEmpty(1).Max();
        return new UdpSender(sender, own, sharers, socket, clock, _setup.Run, _options) { Renumber = _setup.Hooks.Renumber };
    }

    private static IEnumerable<T[]> Shares<T>(T[] flows)
    {
        int shares = flows.Length <= OwnThreads ? flows.Length : Math.Min(Environment.ProcessorCount, OwnThreads);
        return Enumerable.Range(0, shares).Select(i => flows.Where((_, n) => n % shares == i).ToArray());
    }

    private Socket Opened(FlowAtSender sender)
    {
        LoadFlow flow = sender.Flow;
        IPEndPoint? to = flow.Groups.Count > 1 ? null : new IPEndPoint(flow.Group ?? _setup.Address(flow.To[0]), flow.Port);
        return LoadSockets.Sender(_setup.Ends[flow.From], to, flow.Group is not null, (byte)_setup.Cluster.Channels.Ttl, _options.Dscp);
    }

    // One socket for all flows that come to one port of one end.
    private IEnumerable<(Socket Socket, FlowAtReceiver?[] Flows)> Ports()
    {
        foreach (var port in _receivers.Where(r => r.Flow.Transport == LoadTransport.Udp).GroupBy(r => (r.To, r.Flow.Port, r.Flow.Group)))
        {
            var flows = new FlowAtReceiver?[port.Max(p => p.Flow.Id) + 1];
            foreach (FlowAtReceiver at in port) flows[at.Flow.Id] = at;
            yield return (LoadSockets.Receiver(_setup.Ends[port.Key.To], port.Key.Port, port.First().Flow.Groups), flows);
        }
    }

    // Until nothing has come for a while, or every stream has ended.
    private async Task DrainAsync(CancellationToken cancellation)
    {
        long limit = Stopwatch.GetTimestamp() + LoadClock.Ticks(_clock!.Drain), seen = -1, since = 0;
        while (Stopwatch.GetTimestamp() < limit && _hearing.Any(t => t.IsAlive))
        {
            long came = _receivers.Sum(r => r.Bytes), now = Stopwatch.GetTimestamp();
            if (came != seen) (seen, since) = (came, now);
            else if (now - since > LoadClock.Ticks(Drain)) return;
            await Task.Delay(10, cancellation);
        }
    }

    private long SinceMeasured(long at) => LoadClock.Nanoseconds(Math.Max(0, at - _clock!.MeasureAt));

    private SenderCounts Counted(FlowAtSender s) =>
        new(s.Flow.Id, s.Sent - Before(s).Count, s.Bytes - Before(s).Bytes, s.Forgone, s.ThreadNs, s.MostBurst, s.SegmentsByKernel, s.Retransmits, s.RoundTripUs, s.Error)
        {
            Tcp = s.Tcp,
            Mtu = _interfaces.TryGetValue(s.Flow.From, out SendingInterface? at) ? at.Mtu : 0,
            Unreachable = s.Unreachable,
            LastNs = SinceMeasured(s.LastAt),
            Refused = s.Refused,
            HeldNs = LoadClock.Nanoseconds(s.Held),
        };

    private ReceiverCounts Counted(FlowAtReceiver at)
    {
        bool udp = at.Flow.Transport == LoadTransport.Udp;
        var result = new FlowResult
        {
            Flow = at.Flow.Id,
            From = at.Flow.From,
            To = at.To,
            Transport = at.Flow.Transport,
            Sent = 0,
            SentBytes = 0,
            Delivered = at.Sequence.Delivered,
            DeliveredBytes = udp ? at.Sequence.Delivered * at.Flow.Payload : at.Bytes - Before(at).Bytes,
            Late = at.Late,
            Duplicates = at.Sequence.Duplicates,
            Reordered = at.Sequence.Reordered,
            LongestExtent = at.Sequence.LongestExtent,
            Delay = at.Delays.Summary(),
            DelayVariationNs = at.Delays.VariationNs,
            DroppedAtSocket = at.DroppedAtSocket,
            ForeignAtSocket = at.ForeignAtSocket,
            SilentGroups = at.SilentGroups,
            Error = at.Error,
        };
        UdpReceiver? listener = _ports.Index().FirstOrDefault(p => p.Item.Flows.Contains(at)) is { Item.Socket: not null } port ? _listening[port.Index] : null;
        return new(result, SinceMeasured(at.LastAt), listener?.JoinsByKernel ?? false, listener is { Rests: true } ? (int)UdpReceiver.Rest.TotalMicroseconds : 0, at.Delays.Counts())
        {
            EarlyNs = at.Delays.EarlyNs,
            LongestJoined = listener?.LongestJoined ?? 0,
        };
    }
}
