using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HdrHistogram;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>What a load is made with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Ends">Its members' ends by name.</param>
/// <param name="Options">What is asked for.</param>
/// <param name="CrossesUncut">Whether the ends are virtual interfaces of one machine, so that bursts cross uncut.</param>
/// <param name="ToolVersion">The tool's version, for the record.</param>
public sealed record LoadSetup(ClusterSpec Cluster, IReadOnlyDictionary<string, ProbeSource> Ends, LoadOptions Options, bool CrossesUncut, string ToolVersion);

/// <summary>One load, from its first socket to its figures.</summary>
public sealed class LoadRun(LoadSetup setup)
{
    // Each flow has threads of its own up to so many; more share a few.
    private const int OwnThreads = 16;

    // From the last datagram until nothing is thought to be under way any more.
    private static readonly TimeSpan Drain = TimeSpan.FromMilliseconds(300);
    // Until a switch has taken in the reports of one socket's groups.
    private static readonly TimeSpan ReportTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StartMargin = TimeSpan.FromMilliseconds(50);

    // What fewer than this share of the rate went out, the generator could not make.
    private const double Kept = 0.99;

    private readonly LoadOptions _options = setup.Options;
    private readonly uint _run = (uint)Random.Shared.Next(2, int.MaxValue) & ~1u;

    /// <summary>For a test that wants to hold receivers up.</summary>
    internal Action? BeforeReceive { get; init; }

    /// <summary>For a test that wants order upset.</summary>
    internal Func<long, long>? Renumber { get; init; }

    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public async Task<LoadResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(setup.Cluster, _options);
        FlowAtSender[] senders = [.. flows.Select(f => new FlowAtSender(f))];
        (FlowAtSender From, FlowAtReceiver At)[] receivers = [.. senders.SelectMany(s => s.Flow.To, (s, to) => (s, new FlowAtReceiver(s.Flow, to)))];
        IReadOnlyList<TcpFlow> streams = await TcpConnections.OpenAsync(
            [.. receivers.Where(r => r.From.Flow.Transport == LoadTransport.Tcp)], setup.Ends, _run, _options, cancellation);
        Socket[] open = [.. streams.SelectMany(s => new[] { s.Sending, s.Receiving })];
        try
        {
            LoadResult result = await MeasureAsync(senders, receivers, streams, progress, cancellation);
            return result with { Checks = LoadChecks.Judge(result, flows) };
        }
        finally
        {
            foreach (Socket socket in open) socket.Dispose();
        }
    }

    private async Task<LoadResult> MeasureAsync(
        FlowAtSender[] senders, (FlowAtSender From, FlowAtReceiver At)[] receivers, IReadOnlyList<TcpFlow> streams, IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        // Receivers stand before the clock is set: a thousand groups take a while to be joined.
        (Socket Socket, FlowAtReceiver?[] Flows)[] ports = [.. Ports(receivers)];
        Socket[] sending = [.. senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Select(Opened)];
        Socket[] members = [.. receivers.Where(r => r.At.Flow.Groups.Count > 1).DistinctBy(r => r.At.To).SelectMany(r => LoadSockets.Members(setup.Ends[r.At.To], r.At.Flow.Groups))];
        using var leaving = new Sockets(members);
        if (ports.Length > 0) await Task.Delay(Drain + (ReportTime * members.Length), cancellation);
        var clock = new LoadClock(Stopwatch.GetTimestamp() + LoadClock.Ticks(StartMargin), _options.LeadIn, _options.Duration, _options.Ramp);

        UdpReceiver[] listeners = [.. ports.Select(p => new UdpReceiver(p.Flows, p.Socket, clock, _run, _options.Offload) { BeforeReceive = BeforeReceive })];
        UdpSender[] talkers = [.. senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Select((s, i) => Talker(s, sending[i]))];
        int shares = streams.Count <= OwnThreads ? streams.Count : Math.Min(Environment.ProcessorCount, OwnThreads);
        TcpFlow[][] shared = [.. Enumerable.Range(0, shares).Select(i => streams.Where((_, n) => n % shares == i).ToArray())];
        UdpSender Talker(FlowAtSender sender, Socket socket)
        {
            FlowAtReceiver[] own = [.. receivers.Where(r => r.From == sender).Select(r => r.At)];
            int sharers = ports.Where(p => p.Flows.Any(own.Contains)).Max(p => p.Flows.Count(f => f is not null));
            return new UdpSender(sender, own, sharers, socket, clock, _run, _options) { Renumber = Renumber };
        }

        Thread[] receiving = [.. LoadThreads.Started(listeners.Select(l => (Action)l.Run).Concat(shared.Select(s => (Action)new TcpReceiver(s, clock).Run)))];
        Thread[] speaking = [.. LoadThreads.Started(talkers.Select(t => (Action)t.Run).Concat(shared.Select(s => (Action)new TcpSender(s, clock).Run)))];

        var totals = new LoadTotals(senders, receivers);
        var sampler = new LoadSampler(totals.Begin, totals.Read, clock, _options.Interval);
        await using (cancellation.Register(clock.StopSenders)) await sampler.RunAsync(() => speaking.Any(t => t.IsAlive), progress);
        foreach (Thread thread in speaking) thread.Join();
        await DrainAsync(receivers, clock, receiving);
        clock.StopReceivers();
        foreach (Thread thread in receiving) thread.Join();
        bool completed = !cancellation.IsCancellationRequested;

        LongHistogram all = Delays.Sum();
        foreach ((_, FlowAtReceiver at) in receivers) at.Delays.AddTo(all);
        long last = receivers.Select(r => r.At.LastAt).DefaultIfEmpty(clock.MeasureAt).Max();
        return new LoadResult
        {
            Profile = _options.Profile,
            ToolVersion = setup.ToolVersion,
            Started = started.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            MeasuredNs = LoadClock.Nanoseconds(Math.Max(1, Math.Max(last, sampler.EndedAt) - clock.MeasureAt)),
            Completed = completed,
            Means = new LoadMeans
            {
                SegmentsByKernel = senders.Any(s => s.SegmentsByKernel),
                JoinsByKernel = listeners.Any(l => l.JoinsByKernel),
                Burst = senders.Where(s => s.Flow.Transport == LoadTransport.Udp).Select(s => s.MostBurst).DefaultIfEmpty().Max(),
                ReceiverRestUs = listeners.Any(l => l.Rests) ? (int)UdpReceiver.Rest.TotalMicroseconds : 0,
                CrossesUncut = setup.CrossesUncut,
            },
            Payload = senders[0].Flow.Payload,
            Groups = _options.Groups,
            Intervals = sampler.Intervals,
            Flows = [.. receivers.Select(r => Result(r.From, r.At, totals))],
            Delay = Delays.Summary(all),
            Processors = sampler.Processors,
            GeneratorLimit = Limit(senders, [.. receivers.Select(r => r.At)], sampler),
        };
    }

    private Socket Opened(FlowAtSender sender)
    {
        LoadFlow flow = sender.Flow;
        IPEndPoint? to = flow.Groups.Count > 1 ? null : new IPEndPoint(flow.Group ?? setup.Ends[flow.To[0]].Address, flow.Port);
        return LoadSockets.Sender(setup.Ends[flow.From], to, flow.Group is not null, (byte)setup.Cluster.Channels.Ttl, _options.Dscp);
    }

    // One socket for all flows that come to one port of one end.
    private IEnumerable<(Socket Socket, FlowAtReceiver?[] Flows)> Ports((FlowAtSender From, FlowAtReceiver At)[] receivers)
    {
        foreach (var port in receivers.Where(r => r.At.Flow.Transport == LoadTransport.Udp).GroupBy(r => (r.At.To, r.At.Flow.Port, r.At.Flow.Group)))
        {
            var flows = new FlowAtReceiver?[port.Max(p => p.At.Flow.Id) + 1];
            foreach ((_, FlowAtReceiver at) in port) flows[at.Flow.Id] = at;
            yield return (LoadSockets.Receiver(setup.Ends[port.Key.To], port.Key.Port, port.First().At.Flow.Groups), flows);
        }
    }

    // Until nothing has come for a while, or every stream has ended.
    private static async Task DrainAsync((FlowAtSender From, FlowAtReceiver At)[] receivers, LoadClock clock, Thread[] receiving)
    {
        long limit = Stopwatch.GetTimestamp() + LoadClock.Ticks(DrainLimit), seen = -1, since = 0;
        while (Stopwatch.GetTimestamp() < limit && receiving.Any(t => t.IsAlive))
        {
            long came = receivers.Sum(r => r.At.Bytes);
            long now = Stopwatch.GetTimestamp();
            if (came != seen) (seen, since) = (came, now);
            else if (now - since > LoadClock.Ticks(Drain)) return;
            await Task.Delay(10);
        }
    }

    private static FlowResult Result(FlowAtSender from, FlowAtReceiver at, LoadTotals totals)
    {
        bool udp = from.Flow.Transport == LoadTransport.Udp;
        (long sent, long sentBytes) = totals.Before(from);
        return new FlowResult
        {
            Flow = from.Flow.Id,
            From = from.Flow.From,
            To = at.To,
            Transport = from.Flow.Transport,
            Sent = from.Sent - sent,
            SentBytes = from.Bytes - sentBytes,
            Delivered = at.Sequence.Delivered,
            DeliveredBytes = udp ? at.Sequence.Delivered * from.Flow.Payload : at.Bytes - totals.Before(at),
            Late = at.Late,
            Duplicates = at.Sequence.Duplicates,
            Reordered = at.Sequence.Reordered,
            LongestExtent = at.Sequence.LongestExtent,
            Delay = at.Delays.Summary(),
            DelayVariationNs = at.Delays.VariationNs,
            Retransmits = from.Retransmits,
            RoundTripUs = from.RoundTripUs,
            DroppedAtSocket = at.DroppedAtSocket,
            SilentGroups = at.SilentGroups,
            Error = from.Error,
        };
    }

    private static long Units(FlowAtSender sender) => sender.Flow.Transport == LoadTransport.Udp ? sender.Sent : sender.Bytes;

    private static string Limit(FlowAtSender[] senders, FlowAtReceiver[] receivers, LoadSampler sampler)
    {
        long dropped = receivers.DistinctBy(r => (r.To, r.Flow.Port)).Sum(r => r.DroppedAtSocket);
        if (dropped > 0) return $"{dropped} datagrams found no room in their receiver's socket: this machine, not the fabric, lost them";
        FlowAtSender[] behind = [.. senders.Where(s => s.Flow.BitsPerSecond > 0 && s.Forgone > (1 - Kept) * (Units(s) + s.Forgone))];
        if (behind.Length > 0) return $"{behind.Length} of {senders.Length} flows could not be sent as fast as asked for: this machine, not the fabric, is the limit";
        return senders.Any(s => s.Flow.BitsPerSecond == 0) ? sampler.Busy("a sending thread", senders.Max(s => s.ThreadNs)) : "";
    }

    // Sockets that end together.
    private sealed class Sockets(Socket[] sockets) : IDisposable
    {
        public void Dispose()
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }
}
