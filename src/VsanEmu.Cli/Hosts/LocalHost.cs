using System.Net;
using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Processes;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Trials;
using VsanEmu.Node;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Hosts;

/// <summary>How a host takes part in a run.</summary>
internal sealed record LocalHostOptions
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>When the run began, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gave it.</summary>
    public required long Origin { get; init; }

    /// <summary>The run's number, where other hosts take part; else null.</summary>
    public ulong? Run { get; init; }

    /// <summary>Whether members start even though traffic is heard that is not this tool's.</summary>
    public bool Force { get; init; }

    /// <summary>Where to keep a pcapng file per port; null for nowhere.</summary>
    public string? CaptureDirectory { get; init; }

    /// <summary>Where this host's connection to control leads, if it is not a socket of this machine's: it is no flow of a member, whatever interface it takes.</summary>
    public IReadOnlyCollection<IPEndPoint> Control { get; init; } = [];

    /// <summary>Makes of the ports here all ports of the run, where there are others; null where there are none.</summary>
    public Func<IPorts, IPorts>? WithFarPorts { get; init; }
}

/// <summary>The ends of a fabric that are on this machine: a capture at each, a member at each member's, and whatever is asked of them.</summary>
internal sealed class LocalHost : IHost
{
    // Half the coarsest delay that a trial bears.
    private static readonly TimeSpan NotableStandstill = TimeSpan.FromMilliseconds(25);

    private readonly LocalHostOptions _options;
    private readonly ClusterSpec _cluster;
    private readonly IReadOnlyList<FabricEnd> _ends;
    private readonly MachineWatch _machine;
    private readonly CaptureSet _captures;
    private readonly TrialBench _bench;
    private readonly OutsiderProbes _probes;
    private readonly LocalPorts _ports;
    private readonly Dictionary<string, NodeRunner> _members;
    private readonly LocalLoads _loads;

    private LocalHost(LocalHostOptions options, ISite site)
    {
        (_options, _cluster, _ends) = (options, options.Cluster, site.Ends);
        Ends = [.. _ends.Select(e => new EndInfo(e.Name, e.Kind, e.Address?.ToString(), e.InSegment))];
        _captures = new CaptureSet(_cluster.Channels, options.Origin, options.CaptureDirectory, options.Run, options.Control);
        try
        {
            foreach (FabricEnd end in _ends) _captures.Add(end.Name, end.Kind, end.Namespace.Run(() => PacketCapture.Open(end.Interface, _cluster.Channels)));
        }
        catch
        {
            _captures.Dispose();
            throw;
        }

        _machine = new MachineWatch(options.Origin, NotableStandstill);
        _ports = new LocalPorts(_captures, _ends);
        IPorts all = options.WithFarPorts?.Invoke(_ports) ?? _ports;
        _bench = new TrialBench(_captures, all, _ends, _cluster);
        _probes = new OutsiderProbes(_captures, all, _cluster.Timers.TcpConnect);
        _loads = new LocalLoads(_cluster, _ends.Where(e => e.Kind == PortKind.Member).ToDictionary(e => e.Name, e => e.AsSource()), options.Origin);
        _members = _cluster.Members.Where(m => _ends.Any(e => e.Name == m.Name)).ToDictionary(m => m.Name, m => new NodeRunner(Member(m, site)));
    }

    /// <summary>Opens a capture at every end. Nothing is sent.</summary>
    /// <param name="options">How it takes part.</param>
    /// <param name="site">The ends that are here; its maker's to dispose of.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="CaptureException">A capture cannot be opened.</exception>
    public static Task<LocalHost> OpenAsync(LocalHostOptions options, ISite site, CancellationToken cancellation) =>
        OwnThread.RunAsync(() => new LocalHost(options, site), cancellation);

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<EndInfo> Ends { get; }

    /// <summary>Nanoseconds since the run began.</summary>
    public long NowNs => _captures.NowNs;

    /// <inheritdoc/>
    public MemberView View(string member) => Runner(member).View;

    /// <inheritdoc/>
    public async Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation)
    {
        switch (order)
        {
            case HostOrder.Start start:
                await Runner(start.Member).StartAsync(cancellation);
                return Seen(start.Member);
            case HostOrder.Command command:
                await Runner(command.Member).CommandAsync(command.What);
                return Seen(command.Member);
            case HostOrder.Stop stop:
                await Runner(stop.Member).StopAsync(cancellation);
                return Seen(stop.Member);
            case HostOrder.Kill kill:
                await Runner(kill.Member).KillAsync(cancellation);
                return Seen(kill.Member);
            case HostOrder.Report report:
                return new HostAnswer.Reported(Report(Runner(report.Member)));
            case HostOrder.BeginPhase begin:
                _captures.BeginPhase(begin.Phase, begin.AtNs);
                return new HostAnswer.Done();
            case HostOrder.Captured:
                return new HostAnswer.Ports(_captures.Snapshot());
            case HostOrder.Arrival a:
                var probe = new FiveTuple(FiveTuple.Tcp, FrameAddress.Parse(a.Source), (ushort)a.SourcePort, FrameAddress.Parse(a.Destination), (ushort)a.DestinationPort);
                return new HostAnswer.Arrived(await _ports.ArrivedAsync(a.Port, probe, a.SinceNs, cancellation));
            case HostOrder.Ipv6 ipv6:
                return new HostAnswer.Addresses(await _ports.Ipv6Async(ipv6.Port, cancellation));
            case HostOrder.Machine:
                return new HostAnswer.Kept(_machine.Snapshot());
            case HostOrder.LoadOpen or HostOrder.LoadConnect or HostOrder.LoadBegin or HostOrder.LoadCount or HostOrder.LoadStop or HostOrder.LoadEnd:
                return await FarLoads.CarryOutAsync(_loads, order, cancellation);
            default:
                return await TryAsync(order, cancellation);
        }
    }

    /// <summary>Ends every member at once, and all captures.</summary>
    public async ValueTask DisposeAsync()
    {
        await OwnThread.RunAsync(_loads.Dispose);
        foreach (NodeRunner member in _members.Values) await member.DisposeAsync();
        await OwnThread.RunAsync(() =>
        {
            _bench.Dispose();
            _captures.Dispose();
            _machine.Dispose();
        });
    }

    private async Task<HostAnswer> TryAsync(HostOrder order, CancellationToken cancellation)
    {
        switch (order)
        {
            case HostOrder.Probe probe:
                ProbeTarget[] targets = [.. _cluster.Members.Select(m => new ProbeTarget(m.Name, m.Address))];
                return new HostAnswer.Probed(await _probes.ProbeAsync(probe.Phase, Sources(probe.From), targets, probe.Port, cancellation));
            case HostOrder.Prove prove:
                await OutsiderProbes.ProveObserverAsync(Sources(prove.From), AddressText.Parse(prove.Observer), cancellation);
                return new HostAnswer.Done();
            case HostOrder.AskArp ask:
                await _bench.AskAsync(ask.From, ask.Whose, cancellation);
                return new HostAnswer.Done();
            case HostOrder.Send send:
                return new HostAnswer.Streamed(await _bench.StreamAsync(send.Stream, cancellation));
            case HostOrder.Act act:
                return new HostAnswer.Acted(await _bench.ActAsync(act.Endpoint, act.What, act.Group, cancellation));
            case HostOrder.Ping ping:
                return new HostAnswer.Pinged(await _bench.PingAsync(ping.Phase, ping.From, ping.To, ping.Bytes, ping.Count, cancellation));
            case HostOrder.Listen listen:
                return new HostAnswer.Listening(await _bench.ListenAsync(listen.At, listen.From, cancellation));
            case HostOrder.Heard heard:
                return new HostAnswer.HeardWhole(_bench.Heard(heard.At, heard.From, heard.Trial, heard.Bytes));
            case HostOrder.Tcp tcp:
                return new HostAnswer.TcpStreamed(await _bench.TcpAsync(tcp.Phase, tcp.Stream, cancellation));
            case HostOrder.Attempt attempt:
                return new HostAnswer.Probed(await _bench.AttemptAsync(attempt.Phase, attempt.Method, [.. attempt.Attempts.Select(a => (a.From, a.To, a.As))], cancellation));
            case HostOrder.Idle idle:
                return new HostAnswer.Idled(await _bench.IdleAsync(idle.From, idle.To, idle.Length, cancellation));
            default:
                return new HostAnswer.Failed($"host {Name} does not know the order {order.GetType().Name}");
        }
    }

    private RunnerOptions Member(MemberSpec member, ISite site)
    {
        FabricEnd end = _ends.Single(e => e.Name == member.Name);
        return Members.Options(_cluster, member, end, _options.Origin) with { Force = _options.Force, CutLink = cancellation => site.CutAsync(end, cancellation) };
    }

    private NodeRunner Runner(string member) =>
        _members.TryGetValue(member, out NodeRunner? runner) ? runner : throw new KeyNotFoundException($"host {Name} has no member {member}");

    private HostAnswer.Seen Seen(string member) => new(View(member), NowNs);

    private ProbeSource[] Sources(IReadOnlyList<string> names) => [.. names.Select(n => _ends.Single(e => e.Name == n).AsSource())];

    private static MemberReport Report(NodeRunner runner)
    {
        NodeReport report = runner.Report();
        return new MemberReport(
            report.Node,
            [.. report.StreamsSent.Select(s => new SentStream(s.Stream, s.Group, s.Datagrams))],
            [.. report.StreamsReceived.Select(s => new ReceivedStream(s.Stream, s.Counts))],
            report.Probes,
            report.Directory)
        {
            StreamsRefused = report.StreamsRefused,
        };
    }
}
