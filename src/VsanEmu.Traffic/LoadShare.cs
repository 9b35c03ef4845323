using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HdrHistogram;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>What one host's share of a load is made with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Ends">This host's ends by name.</param>
/// <param name="Options">What is asked for.</param>
/// <param name="Run">The load's number, the same at all hosts; even.</param>
/// <param name="Origin">The run's time 0, as <see cref="Stopwatch.GetTimestamp"/> has it here: what is sent bears the time since.</param>
/// <param name="CrossesUncut">Whether an end here is a virtual interface.</param>
public sealed record LoadShareSetup(ClusterSpec Cluster, IReadOnlyDictionary<string, ProbeSource> Ends, LoadOptions Options, uint Run, long Origin, bool CrossesUncut);

/// <summary>The flows of a load that begin or end on this host. It is opened, connected, begun at an agreed time and ended, each when all hosts have done the step before.</summary>
public sealed class LoadShare : IDisposable
{
    private const int OwnThreads = 16;

    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);

    private readonly LoadShareSetup _setup;
    private readonly FlowAtSender[] _senders;
    private readonly FlowAtReceiver[] _receivers;
    private readonly (Socket Socket, FlowAtReceiver?[] Flows)[] _ports;
    private readonly Socket[] _members;
    private readonly TcpListeners _listeners;
    private readonly Dictionary<FlowAtReceiver, long> _before = [];
    private readonly List<Socket> _open = [];
    private Socket[] _sending = [];
    private TcpFlow[] _outgoing = [];
    private TcpFlow[] _incoming = [];
    private UdpReceiver[] _listening = [];
    private Thread[] _speaking = [];
    private Thread[] _hearing = [];
    private LoadClock? _clock;
    private LoadTotals? _totals;
    private TimeSpan _processorAtStart;
    private bool _begun;

    /// <summary>Opens what receives.</summary>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public LoadShare(LoadShareSetup setup)
    {
        _setup = setup;
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(setup.Cluster, setup.Options);
        _senders = [.. flows.Where(f => setup.Ends.ContainsKey(f.From)).Select(f => new FlowAtSender(f))];
        _receivers = [.. flows.SelectMany(f => f.To.Where(setup.Ends.ContainsKey), (f, to) => new FlowAtReceiver(f, to))];
        _ports = [.. Ports()];
        _members = [.. _receivers.Where(r => r.Flow.Groups.Count > 1).DistinctBy(r => r.To).SelectMany(r => LoadSockets.Members(setup.Ends[r.To], r.Flow.Groups))];
        _listeners = new TcpListeners([.. _receivers.Where(r => r.Flow.Transport == LoadTransport.Tcp)], setup.Ends, setup.Run);
    }

    /// <summary>Connects what sends, when the receivers of all hosts stand.</summary>
    /// <exception cref="LoadException">A connection does not open; the message says which.</exception>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        _sending = [.. _senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Select(Opened)];
        _outgoing = await TcpConnections.ConnectAsync(
            [.. _senders.Where(s => s.Flow.Transport == LoadTransport.Tcp)], _setup.Ends, name => _setup.Cluster.Members.First(m => m.Name == name).Address, _setup.Run, _setup.Options, cancellation);
        _incoming = await _listeners.AcceptedAsync(cancellation);
        _open.AddRange(_outgoing.Select(f => f.Sending));
        _open.AddRange(_incoming.Select(f => f.Receiving));
    }

    /// <summary>Begins at a time, ns since the run began.</summary>
    public void Begin(long atNs)
    {
        LoadOptions options = _setup.Options;
        _clock = new LoadClock(_setup.Origin + atNs, options.LeadIn, options.Duration, options.Ramp) { Origin = _setup.Origin };
        _listening = [.. _ports.Select(p => new UdpReceiver(p.Flows, p.Socket, _clock, _setup.Run, options.Offload))];
        UdpSender[] talkers = [.. _senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Select((s, i) => new UdpSender(s, [.. _receivers.Where(r => r.Flow.Id == s.Flow.Id)], 1, _sending[i], _clock, _setup.Run, options))];
        _totals = new LoadTotals(_senders, []);
        _hearing = [.. LoadThreads.Started(_listening.Select(l => (Action)l.Run).Concat(Shares(_incoming).Select(s => (Action)new TcpReceiver(s, _clock).Run)))];
        _speaking = [.. LoadThreads.Started(talkers.Select(t => (Action)t.Run).Concat(Shares(_outgoing).Select(s => (Action)new TcpSender(s, _clock).Run)))];
        _processorAtStart = Environment.CpuUsage.TotalTime;
    }

    /// <summary>What is counted now. The first question after the lead-in decides what belongs to it.</summary>
    public PartCounts Count()
    {
        if (_clock is not null && !_begun && Stopwatch.GetTimestamp() >= _clock.MeasureAt)
        {
            _begun = true;
            if (_clock.MeasureAt > _clock.StartAt)
            {
                _totals!.Begin();
                foreach (FlowAtReceiver at in _receivers.Where(r => r.Flow.Transport == LoadTransport.Tcp)) _before[at] = at.Bytes;
            }

            _processorAtStart = Environment.CpuUsage.TotalTime;
        }

        return new(
            _senders.Sum(s => s.Sent - (_totals?.Before(s).Sent ?? 0)), _senders.Sum(s => s.Bytes - (_totals?.Before(s).Bytes ?? 0)),
            _receivers.Sum(r => r.Came), _receivers.Sum(r => r.Bytes - _before.GetValueOrDefault(r)), _speaking.Any(t => t.IsAlive));
    }

    /// <summary>Stops sending.</summary>
    public void Stop() => _clock?.StopSenders();

    /// <summary>Waits for the senders of this host, and until nothing is under way to it any more.</summary>
    public async Task<LoadPart> EndAsync(CancellationToken cancellation)
    {
        Count();
        foreach (Thread thread in _speaking)
            while (thread.IsAlive) await Task.Delay(5, cancellation);
        TimeSpan used = Environment.CpuUsage.TotalTime - _processorAtStart;
        await DrainAsync(cancellation);
        _clock!.StopReceivers();
        foreach (Thread thread in _hearing)
            while (thread.IsAlive) await Task.Delay(5, cancellation);
        return new(
            [.. _senders.Select(Counted)], [.. _receivers.Select(Counted)], used.TotalSeconds / Math.Max(1e-3, _setup.Options.Duration.TotalSeconds), Environment.ProcessorCount, _setup.CrossesUncut);
    }

    /// <summary>Ends everything at once.</summary>
    public void Dispose()
    {
        _clock?.StopSenders();
        _clock?.StopReceivers();
        foreach (Thread thread in _speaking.Concat(_hearing)) thread.Join();
        _listeners.Dispose();
        foreach (Socket socket in _ports.Select(p => p.Socket).Concat(_members).Concat(_sending).Concat(_open)) socket.Dispose();
    }

    private SenderCounts Counted(FlowAtSender s)
    {
        (long sent, long bytes) = _totals!.Before(s);
        return new(s.Flow.Id, s.Sent - sent, s.Bytes - bytes, s.Forgone, s.ThreadNs, s.MostBurst, s.SegmentsByKernel, s.Retransmits, s.RoundTripUs, s.Error);
    }

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
            DeliveredBytes = udp ? at.Sequence.Delivered * at.Flow.Payload : at.Bytes - _before.GetValueOrDefault(at),
            Late = at.Late,
            Duplicates = at.Sequence.Duplicates,
            Reordered = at.Sequence.Reordered,
            LongestExtent = at.Sequence.LongestExtent,
            Delay = at.Delays.Summary(),
            DelayVariationNs = at.Delays.VariationNs,
            DroppedAtSocket = at.DroppedAtSocket,
            SilentGroups = at.SilentGroups,
        };
        LongHistogram delays = Delays.Sum();
        at.Delays.AddTo(delays);
        UdpReceiver? listener = _listening.FirstOrDefault(l => l.Rests || l.JoinsByKernel);
        return new(result, LoadClock.Nanoseconds(Math.Max(0, at.LastAt - _clock!.MeasureAt)), listener?.JoinsByKernel ?? false, listener is { Rests: true } ? (int)UdpReceiver.Rest.TotalMicroseconds : 0,
            [.. delays.RecordedValues().Select(v => new DelayCount(v.ValueIteratedTo, v.CountAtValueIteratedTo))]);
    }

    private IEnumerable<TcpFlow[]> Shares(TcpFlow[] flows)
    {
        int shares = flows.Length <= OwnThreads ? flows.Length : Math.Min(Environment.ProcessorCount, OwnThreads);
        return Enumerable.Range(0, shares).Select(i => flows.Where((_, n) => n % shares == i).ToArray());
    }

    private Socket Opened(FlowAtSender sender)
    {
        LoadFlow flow = sender.Flow;
        IPAddress address = flow.Group ?? _setup.Cluster.Members.First(m => m.Name == flow.To[0]).Address;
        IPEndPoint? to = flow.Groups.Count > 1 ? null : new IPEndPoint(address, flow.Port);
        return LoadSockets.Sender(_setup.Ends[flow.From], to, flow.Group is not null, (byte)_setup.Cluster.Channels.Ttl, _setup.Options.Dscp);
    }

    private IEnumerable<(Socket Socket, FlowAtReceiver?[] Flows)> Ports()
    {
        foreach (var port in _receivers.Where(r => r.Flow.Transport == LoadTransport.Udp).GroupBy(r => (r.To, r.Flow.Port, r.Flow.Group)))
        {
            var flows = new FlowAtReceiver?[port.Max(p => p.Flow.Id) + 1];
            foreach (FlowAtReceiver at in port) flows[at.Flow.Id] = at;
            yield return (LoadSockets.Receiver(_setup.Ends[port.Key.To], port.Key.Port, port.First().Flow.Groups), flows);
        }
    }

    private async Task DrainAsync(CancellationToken cancellation)
    {
        long limit = Stopwatch.GetTimestamp() + LoadClock.Ticks(DrainLimit), seen = -1, since = 0;
        while (Stopwatch.GetTimestamp() < limit && _hearing.Any(t => t.IsAlive))
        {
            long came = _receivers.Sum(r => r.Bytes), now = Stopwatch.GetTimestamp();
            if (came != seen) (seen, since) = (came, now);
            else if (now - since > LoadClock.Ticks(Drain)) return;
            await Task.Delay(10, cancellation);
        }
    }
}
