using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Traffic.Vm;

namespace VsanEmu.Traffic.Shares;

/// <summary>The VMs of a load that run here, and the copies that are kept here.</summary>
internal sealed class VmShare : ILoadShare
{
    private readonly ShareSetup _setup;
    private readonly LoadWork.Vms _work;
    private readonly (LoadVm Vm, FlowAtSender From)[] _ways;
    private readonly TcpListeners _listeners;
    private TcpOutgoing[] _asking = [];
    private TcpIncoming[] _answering = [];
    private VmHost[] _vms = [];
    private LoadThread[] _running = [];
    private LoadThread[] _serving = [];
    private LoadClock? _clock;
    private Baseline? _baseline;

    /// <summary>Opens what receives.</summary>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public VmShare(ShareSetup setup, LoadWork.Vms work)
    {
        (_setup, _work) = (setup, work);
        (LoadVm Vm, LoadFlow Flow)[] all = [.. Ways()];
        _ways = [.. all.Where(w => setup.Ends.ContainsKey(w.Flow.From)).Select(w => (w.Vm, new FlowAtSender(w.Flow)))];
        _listeners = new TcpListeners([.. all.Where(w => setup.Ends.ContainsKey(w.Flow.To[0])).Select(w => new FlowAtReceiver(w.Flow, w.Flow.To[0], setup.Address(w.Flow.From)))], setup.Ends, setup.Run);
    }

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken cancellation)
    {
        _asking = await TcpConnections.OpenAsync([.. _ways.Select(w => w.From)], _setup, _work.Options, cancellation);
        _answering = await _listeners.AcceptedAsync(cancellation);
        foreach (Socket socket in _asking.Select(a => a.Socket).Concat(_answering.Select(a => a.Socket))) socket.NoDelay = true;
    }

    /// <inheritdoc/>
    public void Begin(long atNs)
    {
        LoadClock clock = _clock = _setup.Clock(_work.Options, _work.Options.LeadIn, atNs);
        ILookup<LoadVm, Socket> asking = _ways.Zip(_asking).ToLookup(w => w.First.Vm, w => w.Second.Socket);
        _vms = [.. asking.Select(a => new VmHost(a.Key, _work.What, [.. a], clock))];
        BlockStore[] stores = [.. _answering.GroupBy(a => a.To.To, a => a.Socket).Select(a => new BlockStore([.. a], clock) { BeforeServe = _setup.Hooks.BeforeServe })];
        _serving = LoadThreads.Started(stores.Select(s => (Action)s.Run), clock);
        _running = LoadThreads.Started(_vms.Select(v => (Action)v.Run), clock);
        _baseline = new Baseline(clock, () => { });
    }

    /// <inheritdoc/>
    public PartCounts Count()
    {
        LoadThreads.Check(_running, _serving);
        // What ends while it is counted has begun.
        long ended = _vms.Sum(v => v.Ended), begun = _vms.Sum(v => v.Begun);
        bool over = _clock is not { SendersStopped: false } clock || Stopwatch.GetTimestamp() >= clock.EndAt;
        return new(begun, begun * _work.What.BlockBytes, ended, ended * _work.What.BlockBytes, null, Sends: !over && _running.Any(t => t.IsAlive));
    }

    /// <inheritdoc/>
    public void Stop() => _clock?.StopSenders();

    /// <inheritdoc/>
    public async Task<LoadPart> EndAsync(CancellationToken cancellation)
    {
        double processors = _baseline!.End();
        // A VM that has ended closes its connections, and with the last of them the copies end, wherever they are.
        Task ended = LoadThreads.EndedAsync([.. _running, .. _serving], cancellation);
        await Task.WhenAny(ended, Task.Delay(_clock!.Drain, cancellation));
        _clock.StopReceivers();
        await ended;
        return new LoadPart.OfVms([.. _vms.Select(v => v.Counts())], processors, Environment.ProcessorCount);
    }

    /// <summary>Ends everything at once.</summary>
    public void Dispose()
    {
        _clock?.StopSenders();
        _clock?.StopReceivers();
        foreach (LoadThread thread in _running.Concat(_serving)) thread.Join();
        _listeners.Dispose();
        foreach (TcpOutgoing asking in _asking) asking.Socket.Dispose();
    }

    // A connection from each VM to each of its copies.
    private IEnumerable<(LoadVm Vm, LoadFlow Flow)> Ways() => LoadVm.Make(_setup.Cluster, _work.What)
        .SelectMany(vm => vm.Copies, (vm, copy) => (vm, copy))
        .Select((w, i) => (w.vm, new LoadFlow(i + 1, w.vm.Host, [w.copy], null, LoadTransport.Tcp, _setup.Cluster.Channels.ReliablePort, _work.What.BlockBytes, 0)));
}
