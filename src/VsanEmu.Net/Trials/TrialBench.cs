using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Trials;

/// <summary>
/// What trials need of a fabric's ends, by their names: paced streams, joins and leaves, echo requests, attempts to get in, idle connections. It carries out;
/// what is tried, and when, is decided elsewhere. May be called from any thread. Disposing ends what is under way and leaves all groups.
/// </summary>
public sealed class TrialBench : IDisposable
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IdlePatience = TimeSpan.FromSeconds(5);

    // Some retransmissions more than a healthy stream takes.
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(2);

    // As often, and as far apart, as makes one lost question or answer no matter.
    private const int Questions = 3;
    private static readonly TimeSpan QuestionInterval = TimeSpan.FromMilliseconds(60);

    private readonly CaptureSet _captures;
    private readonly IPorts _ports;
    private readonly ClusterSpec _cluster;
    private readonly Dictionary<string, FabricEnd> _ends;
    private readonly StreamPacer _pacer;
    private readonly ConcurrentDictionary<string, GroupActor> _actors = [];
    private readonly ConcurrentDictionary<(string At, string From), WholeDatagrams> _listeners = [];
    private readonly SemaphoreSlim _probes = new(TrialLimits.MaxProbes);
    private readonly SemaphoreSlim _pinging = new(TrialLimits.MaxPinging);
    private readonly IPAddress _sibling;

    /// <summary>Makes a bench; it sends nothing by itself.</summary>
    /// <param name="captures">Captures the ends' ports under the ends' names.</param>
    /// <param name="ports">Knows what arrived at any port of the run.</param>
    /// <param name="ends">The ends that may act; others of the cluster's may be acted on.</param>
    /// <param name="cluster">The cluster.</param>
    public TrialBench(CaptureSet captures, IPorts ports, IReadOnlyList<FabricEnd> ends, ClusterSpec cluster)
    {
        _captures = captures;
        _ports = ports;
        _cluster = cluster;
        _ends = ends.ToDictionary(e => e.Name);
        _pacer = new StreamPacer(captures.Run, captures.OriginTimestamp);
        _sibling = SiblingAddress.Of(cluster);
    }

    /// <summary>
    /// Asks for members' addresses by ARP, whether the kernel knows them or not. What is answered, the captures hold; what cannot be asked for want of a
    /// working interface is not.
    /// </summary>
    /// <exception cref="KeyNotFoundException">No such endpoint.</exception>
    public async Task AskAsync(string from, IReadOnlyList<string> whose, CancellationToken cancellation)
    {
        ProbeSource asker = Source(from);
        IPAddress[] asked = [.. whose.Select(AddressOf)];
        for (int i = 0; i < Questions; i++)
        {
            try
            {
                await OwnThread.RunAsync(() => ArpRequest.Send(asker, asked), cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                return;
            }

            await Task.Delay(QuestionInterval, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a stream, beginning now; ends with it. What stands in its way is told, not thrown.</summary>
    /// <exception cref="KeyNotFoundException">No such endpoint.</exception>
    public async Task<StreamSent> StreamAsync(TrialStream stream, CancellationToken cancellation)
    {
        ProbeSource from = Source(stream.Sender);
        try
        {
            Task<StreamSent> sent = await OwnThread.RunAsync(() => _pacer.SendAsync(stream, from), cancellation).ConfigureAwait(false);
            return await sent.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new StreamSent(0, _captures.NowNs, _captures.NowNs, e.Message);
        }
    }

    /// <summary>Joins or leaves a group, or sends an IGMP message about it. What stands in its way is told, not thrown.</summary>
    /// <exception cref="KeyNotFoundException">No such endpoint.</exception>
    public async Task<GroupActDone> ActAsync(string endpoint, GroupAct act, IPAddress group, CancellationToken cancellation)
    {
        GroupActor actor = _actors.GetOrAdd(endpoint, name => new GroupActor(Source(name), _sibling, () => _captures.NowNs));
        try
        {
            return await OwnThread.RunAsync(() => actor.Act(act, group), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new GroupActDone(_captures.NowNs, 0, e.Message);
        }
    }

    /// <summary>Sends echo requests from one endpoint to several members, <paramref name="count"/> of each size to each.</summary>
    public async Task<IReadOnlyList<PingObservation>> PingAsync(
        string phase, string from, IReadOnlyList<string> to, IReadOnlyList<int> bytes, int count, CancellationToken cancellation)
    {
        ProbeSource source = Source(from);
        IPAddress[] targets = [.. to.Select(AddressOf)];
        await _pinging.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await OwnThread.RunAsync(Ping, cancellation, $"ping {from}").ConfigureAwait(false);
        }
        finally
        {
            _pinging.Release();
        }

        IReadOnlyList<PingObservation> Ping()
        {
            using var requests = new EchoRequests(source);
            return [.. bytes.SelectMany(size => requests.Run(targets, size, count, PingInterval, PingPatience).Select((r, i) => Observe(r, to[i], size)))];
        }

        PingObservation Observe(EchoResult result, string name, int size) => new()
        {
            Phase = phase,
            From = from,
            To = name,
            Bytes = size,
            Sent = result.Sent,
            Answered = result.RoundTripsNs.Count,
            MinNs = result.RoundTripsNs is [long shortest, ..] ? shortest : 0,
            MedianNs = result.RoundTripsNs.Count == 0 ? 0 : result.RoundTripsNs[(result.RoundTripsNs.Count - 1) / 2],
            MaxNs = result.RoundTripsNs is [.., long longest] ? longest : 0,
            RefusedMtu = result.RefusedMtu,
            RefusedBy = result.RefusedBy?.ToString() ?? "",
            NotSent = result.NotSent,
            Refusal = result.Refusal,
        };
    }

    /// <summary>
    /// Outsiders' attempts on members' reliable port by one method, all at a time. By IPv6 only where both have an address for it: an attempt that
    /// cannot be made is left out.
    /// </summary>
    /// <param name="phase">The phase, for the observations.</param>
    /// <param name="method">How.</param>
    /// <param name="attempts">Who, whom, and for a spoofed one as whom.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<IReadOnlyList<ProbeObservation>> AttemptAsync(
        string phase, ProbeMethod method, IReadOnlyList<(string From, string To, string As)> attempts, CancellationToken cancellation)
    {
        int port = _cluster.Channels.ReliablePort;
        var syns = new ForgedSyns(_captures, _ports);
        var connects = new TcpProbe(_captures, _ports, _cluster.Timers.TcpConnect);
        IReadOnlyList<ProbeObservation>[] seen = await Task.WhenAll(attempts.Select(OneAsync)).ConfigureAwait(false);
        return [.. seen.SelectMany(s => s)];

        async Task<IReadOnlyList<ProbeObservation>> OneAsync((string From, string To, string As) attempt)
        {
            await _probes.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                ProbeSource source = Source(attempt.From);
                switch (method)
                {
                    case ProbeMethod.Fragments:
                        return [await syns.FragmentsAsync(phase, source, Target(attempt.To), port, cancellation).ConfigureAwait(false)];
                    case ProbeMethod.Spoofed:
                        return [await syns.SpoofedAsync(phase, source, Target(attempt.As), Target(attempt.To), port, cancellation).ConfigureAwait(false)];
                    case ProbeMethod.Ipv6 when await PairAsync(attempt.From, attempt.To, cancellation).ConfigureAwait(false) is { } pair:
                        return [await connects.RunAsync(phase, source with { Address = pair.From }, 0, new ProbeTarget(attempt.To, pair.To), port, cancellation).ConfigureAwait(false)];
                    case ProbeMethod.Ipv6:
                        return [NoPath(phase, attempt.From, attempt.To, port)];
                    default:
                        return [await connects.RunAsync(phase, source, 0, Target(attempt.To), port, cancellation).ConfigureAwait(false)];
                }
            }
            finally
            {
                _probes.Release();
            }
        }
    }

    /// <summary>
    /// Has an endpoint listen to what another one sends it with the Agent Group's port, until <see cref="Heard"/> is asked. Empty, or the kernel's words when it cannot.
    /// </summary>
    /// <exception cref="KeyNotFoundException">No such endpoint.</exception>
    public async Task<string> ListenAsync(string at, string from, CancellationToken cancellation)
    {
        ProbeSource place = Source(at);
        try
        {
            WholeDatagrams listener = await OwnThread.RunAsync(() => new WholeDatagrams(place, AddressOf(from), _cluster.Channels.AgentPort), cancellation).ConfigureAwait(false);
            if (_listeners.TryRemove((at, from), out WholeDatagrams? old)) old.Dispose();
            _listeners[(at, from)] = listener;
            return "";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return e.Message;
        }
    }

    /// <summary>How many different datagrams of a trial an endpoint has heard whole of another one since it listens; it listens no more.</summary>
    /// <param name="at">Who listened.</param>
    /// <param name="from">To whom.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="bytes">Bytes of the IP packet that each was.</param>
    public int Heard(string at, string from, int trial, int bytes)
    {
        if (!_listeners.TryRemove((at, from), out WholeDatagrams? listener)) return 0;
        using (listener) return listener.Count(_captures.Run, trial, bytes - PacedStream.HeaderBytes);
    }

    /// <summary>Sends a short TCP stream from one member to another, and tells what the kernels at both ends count of it.</summary>
    public Task<TcpStreamObservation> TcpAsync(string phase, TcpStream stream, CancellationToken cancellation) =>
        new TcpStreamTrial(_cluster, StreamPatience, () => _captures.NowNs).RunAsync(phase, stream, Source(stream.From), Member(stream.From), Member(stream.To), cancellation);

    /// <summary>Leaves a connection between two members idle, and sees whether it survives.</summary>
    public Task<IdleObservation> IdleAsync(string from, string to, TimeSpan idle, CancellationToken cancellation) =>
        new IdleConnection(_cluster, IdlePatience).RunAsync(Source(from), Member(from), Member(to), idle, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _pacer.Dispose();
        foreach (GroupActor actor in _actors.Values) actor.Dispose();
        foreach (WholeDatagrams listener in _listeners.Values) listener.Dispose();
    }

    private ProbeSource Source(string name) => _ends[name].AsSource();

    private ProbeTarget Target(string name) => new(name, AddressOf(name));

    private IPAddress AddressOf(string name) =>
        _cluster.Members.FirstOrDefault(m => m.Name == name)?.Address ?? _cluster.Outsiders.FirstOrDefault(o => o.Name == name)?.Address ?? Source(name).Address;

    // That there are no addresses by which it could be tried is an outcome, too: what is not told was not looked at.
    private ProbeObservation NoPath(string phase, string from, string to, int port) => new()
    {
        Phase = phase,
        From = from,
        To = to,
        SourcePort = 0,
        DestinationPort = port,
        Method = ProbeMethod.Ipv6,
        Outcome = ProbeOutcome.Unreachable,
        AtNs = _captures.NowNs,
        TookNs = 0,
    };

    private async ValueTask<Ipv6Pair?> PairAsync(string from, string to, CancellationToken cancellation)
    {
        // Members, which are tried, are always in the segment.
        IReadOnlyList<IPAddress> own = await _ports.Ipv6Async(from, cancellation).ConfigureAwait(false);
        return Ipv6Pair.Find(own, await _ports.Ipv6Async(to, cancellation).ConfigureAwait(false), _ends[from].InSegment);
    }

    private MemberSpec Member(string name) => _cluster.Members.First(m => m.Name == name);
}
