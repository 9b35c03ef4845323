using Microsoft.Extensions.Logging;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Tcp;
using VsanEmu.Net.Udp;
using VsanEmu.Node.Safety;

namespace VsanEmu.Node;

/// <summary>
/// One emulated member on a real interface: listens first, then takes part until it is stopped, or killed. One life: a member that starts again is a
/// new runner. <see cref="View"/> and <see cref="Report"/> may be asked from any thread at any time after the start.
/// </summary>
public sealed class NodeRunner : IAsyncDisposable
{
    // A membership report is sent by the kernel a few ticks after the socket asked for it (igmp_ifc_timer): a namespace must live that long.
    private static readonly TimeSpan LeaveSettles = TimeSpan.FromMilliseconds(50);

    // A container's network may be taken out and put in again: then its interface is another one.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly RunnerOptions _options;
    private readonly MemberSpec _self;
    private readonly NodeCounters _counters = new();
    private readonly ForeignTraffic _foreign;
    private readonly RunClock _clock;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _ended = new();

    private LocalInterface? _interface;
    private SegmentListener? _listener;
    private NodeSockets? _sockets;
    private NodePump? _pump;
    private ITimer? _watch;
    private long? _killedAtNs;
    private int _igmpVersion;
    private int _mtu;
    private int _state;

    /// <summary>Makes a runner that has done nothing yet.</summary>
    /// <exception cref="KeyNotFoundException">The cluster has no such member.</exception>
    public NodeRunner(RunnerOptions options)
    {
        _options = options;
        _self = options.Cluster.Member(options.Self);
        _foreign = new ForeignTraffic(options.Cluster);
        _clock = new RunClock(options.Time, options.OriginTimestamp ?? options.Time.GetTimestamp());
        _log = options.Logger;
        _igmpVersion = options.Cluster.Channels.IgmpVersion;
    }

    private enum State
    {
        New,
        Started,
        Ended,
        Killed,
    }

    /// <summary>The member's name.</summary>
    public string Name => _self.Name;

    /// <summary>The member's latest view of the cluster.</summary>
    public MemberView View => _pump?.Read(static node => node.View) ?? MemberView.NotStarted(_self);

    /// <summary>Foreign traffic heard before it started to send.</summary>
    public IReadOnlyList<ForeignSighting> Foreign => _foreign.Heard;

    private NodePump Pump => _pump ?? throw new InvalidOperationException($"{Name} was never started");

    /// <summary>
    /// Starts: captures for a while, then joins its groups and listens once more, and returns when it takes part. Nothing but membership reports was sent
    /// until then.
    /// </summary>
    /// <exception cref="ForeignTrafficException">Something that is not this tool uses the cluster's groups or ports.</exception>
    /// <exception cref="NodeStartException">An address is missing, a port is taken, or something is not permitted.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Started, (int)State.New) != (int)State.New)
            throw new InvalidOperationException($"{Name} was started before: a member that starts again is a new runner");
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
            await ListenThenTakePartAsync(either.Token).ConfigureAwait(false);
            // What ended it while it opened its sockets may have come too early to close them.
            if (_state != (int)State.Started) throw new OperationCanceledException($"{Name} was ended while it started");
        }
        catch (Exception e)
        {
            End(State.Ended);
            Release();
            if (e is OperationCanceledException) throw;
            _log.Refused(Name, e.Message);
            if (e is not IOException) throw;
            throw new NodeStartException($"{Name} cannot start: {e.Message}", e);
        }
    }

    /// <summary>Gives the node an order; returns when the node took it, not when it is done.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public Task CommandAsync(MemberCommand command)
    {
        if (!Pump.Command(command)) throw new InvalidOperationException($"{Name} does not run");
        return Task.CompletedTask;
    }

    /// <summary>Stops cleanly: says goodbye, leaves its groups, closes its connections. Takes no longer than twice <see cref="StreamLimits.Close"/>.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (_state != (int)State.Started) return;
        if (_pump is null)
        {
            // It still listens, and has said nothing: nobody is to be told.
            End(State.Ended);
            return;
        }

        _log.Leaving(Name);
        try
        {
            await Pump.LeaveAsync().WaitAsync(Limits.Close * 2, _options.Time, cancellation).ConfigureAwait(false);
            await Task.Delay(LeaveSettles, _options.Time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // A peer that does not close its side: the connection is cut below.
        }
        finally
        {
            End(State.Ended);
        }

        _log.Stopped(Name);
    }

    /// <summary>Ends it as a power failure would: with <see cref="RunnerOptions.CutLink"/>, nothing more leaves its port.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _killedAtNs ??= _clock.NowNs;
        if (_options.CutLink is { } cut) await cut(cancellation).ConfigureAwait(false);
        End(State.Killed);
        _log.Killed(Name);
    }

    /// <summary>What it kept about itself; null when it was never started, or refused to before it opened a socket.</summary>
    public NodeReport? TryReport() => _pump is null ? null : Report();

    /// <summary>What it kept about itself.</summary>
    /// <exception cref="InvalidOperationException">It was never started.</exception>
    public NodeReport Report()
    {
        return Pump.Read(node => new NodeReport(
            Observed(node.Observe()),
            node.StreamsSent,
            node.StreamsReceived,
            node.PeerProbes,
            node.DirectoryRevisions,
            Foreign)
        {
            StreamsRefused = node.StreamsRefused,
        });
    }

    /// <summary>Ends it at once, if it still runs.</summary>
    public ValueTask DisposeAsync()
    {
        End(State.Ended);
        return ValueTask.CompletedTask;
    }

    // What the node cannot know by itself: the interface as it really is, and what the driver counted.
    private NodeObservation Observed(NodeObservation node) => node with
    {
        Counters = _counters.With(node.Counters, _sockets!.ReceiveErrors),
        Settings = node.Settings with { PrefixLength = _interface!.PrefixLength, IgmpVersion = _igmpVersion, Mtu = _mtu },
        Killed = _state == (int)State.Killed,
        EndedAtNs = _killedAtNs,
    };

    private StreamLimits Limits => new() { Idle = _options.Cluster.Timers.TcpIdle, Connect = _options.Cluster.Timers.TcpConnect };

    private async Task ListenThenTakePartAsync(CancellationToken cancellation)
    {
        _interface = await InsideAsync(() => LocalInterface.Find(_self.Interface, _self.Address), cancellation).ConfigureAwait(false);
        _log.Listening(Name, _interface.Name, $"{_interface.Address}/{_interface.PrefixLength}");
        _listener = await InsideAsync(Listen, cancellation).ConfigureAwait(false);
        var gate = new StartGate(Name, _foreign, _listener, _options.Force);
        await Task.Delay(_options.Cluster.Timers.Listen * _options.CaptureFirst, _options.Time, cancellation).ConfigureAwait(false);
        gate.ThrowIfForeign();

        _sockets = await InsideAsync(() => new NodeSockets(_options.Cluster, _interface, Limits, _options.Time), cancellation).ConfigureAwait(false);
        _pump = NewPump(gate);
        _sockets.StartReceiving(_options.Loop ?? ReceiveLoop.Shared, _pump);
        _sockets.Listener.Start(_pump.OnAccepted);
        _pump.Start();
        await gate.Opened.WaitAsync(cancellation).ConfigureAwait(false);

        (_igmpVersion, _mtu) = await InsideAsync(() => (_interface.IgmpVersion(), _interface.Mtu()), cancellation).ConfigureAwait(false);
        if (_foreign.Heard is { Count: > 0 } heard) _log.Forced(Name, string.Join("; ", heard));
        if (_igmpVersion != _options.Cluster.Channels.IgmpVersion && !_options.Cluster.Profile.Unicast)
            _log.OtherIgmp(Name, _igmpVersion, _options.Cluster.Channels.IgmpVersion, _interface.Name);
        if (_options.Place is null) _watch = _options.Time.CreateTimer(_ => WatchInterface(), null, LookAgain, LookAgain);
        _log.Started(Name, _options.Cluster.Name, _options.Cluster.ClusterId, _igmpVersion);
    }

    private NodePump NewPump(StartGate gate)
    {
        long wall = _clock.WallNs;
        var node = new NodeOptions
        {
            Cluster = _options.Cluster,
            Self = _options.Self,
            IncarnationNs = _options.IncarnationNs ?? wall,
            Seed = _options.Seed ?? (ulong)wall ^ _options.Self.Value,
        };
        var connector = new FrameConnector(_options.Place, _self.Address, Limits.Connect, _options.Time);
        return new NodePump(
            node,
            _sockets!,
            pump => new Links(_options.Cluster, Limits, connector, _options.Time, pump),
            gate,
            _counters,
            _clock,
            _options.Time,
            _log,
            _options.Heard);
    }

    private void WatchInterface()
    {
        if (LocalInterface.All().FirstOrDefault(a => a.Address.Equals(_self.Address)) is not { } now || now.Index == _interface!.Index) return;
        _interface = now;
        _log.Moved(Name, now.Name, now.Index);
        try
        {
            _pump!.Read(_ =>
            {
                _sockets!.MoveTo(now);
                return true;
            });
        }
        catch (ObjectDisposedException)
        {
            // It ended just now.
        }
    }

    private SegmentListener? Listen()
    {
        try
        {
            return new SegmentListener(_interface!.Name, _options.Cluster.Channels, _foreign, _options.Time);
        }
        catch (CaptureException e)
        {
            _log.CannotCapture(Name, e.Message, _options.Cluster.Channels.ReliablePort);
            return null;
        }
    }

    private async ValueTask<T> InsideAsync<T>(Func<T> work, CancellationToken cancellation) =>
        _options.Place is { } place ? await place.RunAsync(work, cancellation).ConfigureAwait(false) : work();

    private void End(State how)
    {
        if (Interlocked.Exchange(ref _state, (int)how) is (int)State.Ended or (int)State.Killed) return;
        _ended.Cancel();
        Release();
    }

    private void Release()
    {
        _watch?.Dispose();
        _listener?.Dispose();
        _pump?.Halt();
        _sockets?.Dispose();
    }
}
