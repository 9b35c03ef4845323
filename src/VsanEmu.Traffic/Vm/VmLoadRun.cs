using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using HdrHistogram;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic.Vm;

/// <summary>The data plane under load: a VM on each member reads and writes blocks that other members keep.</summary>
/// <param name="setup">The cluster and its ends; of the options, the time, the interval and what the connections are like.</param>
/// <param name="options">What the VMs do.</param>
public sealed class VmLoadRun(LoadSetup setup, VmOptions options)
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StartMargin = TimeSpan.FromMilliseconds(50);

    /// <summary>For a test that wants to hold the copies up.</summary>
    internal Action? BeforeServe { get; init; }

    /// <summary>Runs it. Ends by itself; <paramref name="cancellation"/> ends it early, and what was measured by then is the result.</summary>
    /// <param name="progress">Told at the end of each interval.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public async Task<VmLoadResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        IReadOnlyList<LoadVm> vms = LoadVm.Make(setup.Cluster, options);
        (LoadVm Vm, FlowAtSender From, FlowAtReceiver To)[] ways = [.. Ways(vms)];
        IReadOnlyList<TcpFlow> streams = await TcpConnections.OpenAsync(
            [.. ways.Select(w => (w.From, w.To))], setup.Ends, (uint)Random.Shared.Next(2, int.MaxValue), setup.Options, cancellation);
        Socket[] open = [.. streams.SelectMany(s => new[] { s.Sending, s.Receiving })];
        try
        {
            foreach (Socket socket in open) socket.NoDelay = true;
            ILookup<LoadVm, Socket> asking = ways.Zip(streams).ToLookup(w => w.First.Vm, w => w.Second.Sending);
            return await MeasureAsync(asking, streams.GroupBy(s => s.To.To, s => s.Receiving), progress, cancellation);
        }
        finally
        {
            foreach (Socket socket in open) socket.Dispose();
        }
    }

    private IEnumerable<(LoadVm Vm, FlowAtSender From, FlowAtReceiver To)> Ways(IReadOnlyList<LoadVm> vms)
    {
        int id = 0;
        foreach (LoadVm vm in vms)
        {
            foreach (string copy in vm.Copies)
            {
                var flow = new LoadFlow(++id, vm.Host, [copy], null, LoadTransport.Tcp, setup.Cluster.Channels.ReliablePort, options.BlockBytes, 0);
                yield return (vm, new FlowAtSender(flow), new FlowAtReceiver(flow, copy));
            }
        }
    }

    private async Task<VmLoadResult> MeasureAsync(
        ILookup<LoadVm, Socket> asking, IEnumerable<IGrouping<string, Socket>> answering, IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        var clock = new LoadClock(Stopwatch.GetTimestamp() + LoadClock.Ticks(StartMargin), setup.Options.WarmUp, setup.Options.Duration);
        VmHost[] hosts = [.. asking.Select(a => new VmHost(a.Key, options, [.. a], clock))];
        BlockStore[] stores = [.. answering.Select(a => new BlockStore([.. a], clock) { BeforeServe = BeforeServe })];
        Thread[] serving = [.. LoadThreads.Started(stores.Select(s => (Action)s.Run))];
        Thread[] running = [.. LoadThreads.Started(hosts.Select(h => (Action)h.Run))];

        // Hosts end when what is under way has ended: that is measured too, within bounds.
        var sampler = new LoadSampler(() => default, () => Read(hosts), clock, setup.Options.Interval);
        await using (cancellation.Register(clock.StopSenders)) await sampler.RunAsync(() => !Over(clock) && running.Any(t => t.IsAlive), progress);
        long limit = Stopwatch.GetTimestamp() + LoadClock.Ticks(Drain);
        while (running.Any(t => t.IsAlive) && Stopwatch.GetTimestamp() < limit) await Task.Delay(10, CancellationToken.None);
        clock.StopReceivers();
        foreach (Thread thread in running.Concat(serving)) thread.Join();

        LongHistogram reads = Delays.Sum(), writes = Delays.Sum();
        foreach (VmHost host in hosts) host.AddTo(reads, writes);
        VmResult[] results = [.. hosts.Select(h => h.Result())];
        return new VmLoadResult
        {
            ToolVersion = setup.ToolVersion,
            Started = started.ToString("O", CultureInfo.InvariantCulture),
            Options = options,
            MeasuredNs = LoadClock.Nanoseconds(Math.Max(1, sampler.EndedAt - clock.MeasureAt)),
            Completed = !cancellation.IsCancellationRequested,
            Intervals = sampler.Intervals,
            Vms = results,
            ReadLatency = Delays.Summary(reads),
            WriteLatency = Delays.Summary(writes),
            Processors = sampler.Processors,
            GeneratorLimit = Limit(hosts, results, sampler),
        };
    }

    private static bool Over(LoadClock clock) => clock.SendersStopped || Stopwatch.GetTimestamp() >= clock.EndAt;

    private LoadCounts Read(VmHost[] hosts)
    {
        long begun = hosts.Sum(h => h.Begun), ended = hosts.Sum(h => h.Ended);
        return new(begun, begun * options.BlockBytes, ended, ended * options.BlockBytes, 0);
    }

    private static string Limit(VmHost[] hosts, VmResult[] results, LoadSampler sampler)
    {
        if (sampler.Busy("a VM's thread", hosts.Max(h => h.ThreadNs)) is { Length: > 0 } busy) return busy;
        int late = results.Count(r => r.Forgone > 0);
        return late > 0 ? $"{late} of {results.Length} VMs had their queue full when operations were due: the queue depth, or what the copies can answer, is the limit" : "";
    }
}
