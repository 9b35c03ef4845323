using System.Collections.Concurrent;
using System.Diagnostics;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic;

/// <summary>This process as a host of loads.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="ends">Its members' ends that are here, by name.</param>
/// <param name="origin">The run's time 0, as <see cref="Stopwatch.GetTimestamp"/> gave it.</param>
/// <param name="name">Its name, where there are others.</param>
public sealed class LocalLoads(ClusterSpec cluster, IReadOnlyDictionary<string, ProbeSource> ends, long origin, string name = "") : ILoadHost, IDisposable
{
    /// <summary>Loads at a time, at most: one, and what is measured under it.</summary>
    public const int MostAtOnce = 2;

    private readonly ConcurrentDictionary<uint, ILoadShare> _shares = [];

    // What an interface is stays so; what it does with bursts may be switched.
    private readonly ConcurrentDictionary<string, bool> _virtual = [];

    /// <inheritdoc/>
    public string Name => name;

    /// <summary>What a test wants to do to the threads.</summary>
    internal LoadHooks Hooks { get; init; } = new();

    /// <summary>All of a cluster's ends in this process, as a stage.</summary>
    /// <param name="toolVersion">The tool's version, for the record.</param>
    public LoadStage Stage(string toolVersion) => new(cluster, [this], () => (long)Stopwatch.GetElapsedTime(origin).TotalNanoseconds, toolVersion);

    /// <inheritdoc/>
    public Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation) => OwnThread.RunAsync(() =>
    {
        if (LoadRules.Fault(work, cluster) is { } fault) throw new LoadException($"this load cannot be: {fault}");
        if (_shares.Count >= MostAtOnce) throw new LoadFailedException($"{_shares.Count} loads are open here: no more than {MostAtOnce} at a time");
        var setup = new ShareSetup(cluster, ends, run, origin + LoadClock.Ticks(TimeSpan.FromMicroseconds(aheadNs / 1e3))) { IsVirtual = IsVirtual, Hooks = Hooks };
        if (work is LoadWork.Vms || (work is LoadWork.Flows && LoadPlan.Make(cluster, work.Options).Any(f => f.Transport == LoadTransport.Tcp))) LoadSockets.CheckCongestion(work.Options);
        ILoadShare share = work switch
        {
            LoadWork.Flows => new FlowShare(setup, work.Options),
            LoadWork.Vms vms => new VmShare(setup, vms),
            LoadWork.RoundTrips trips => new RoundTripShare(setup, trips),
            _ => throw new ArgumentOutOfRangeException(nameof(work), work, "no such load"),
        };
        if (_shares.TryAdd(run, share)) return;
        share.Dispose();
        throw new LoadFailedException($"load {run} is open already");
    }, cancellation);

    /// <inheritdoc/>
    public Task ConnectAsync(uint run, CancellationToken cancellation) => Share(run).ConnectAsync(cancellation);

    /// <inheritdoc/>
    public Task BeginAsync(uint run, long atNs, CancellationToken cancellation)
    {
        Share(run).Begin(atNs);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<PartCounts> CountAsync(uint run, CancellationToken cancellation) => Task.FromResult(Share(run).Count());

    /// <inheritdoc/>
    public Task StopAsync(uint run, CancellationToken cancellation)
    {
        // It may have ended meanwhile.
        if (_shares.TryGetValue(run, out ILoadShare? share)) share.Stop();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<LoadPart> EndAsync(uint run, CancellationToken cancellation)
    {
        try
        {
            return await Share(run).EndAsync(cancellation);
        }
        finally
        {
            // What did not end as it should is not to go on either.
            await OwnThread.RunAsync(() => Close(run), CancellationToken.None);
        }
    }

    /// <summary>Ends all loads at once.</summary>
    public void Dispose()
    {
        foreach (uint run in _shares.Keys) Close(run);
    }

    private bool IsVirtual(string member) => _virtual.GetOrAdd(member, m => ends[m].Namespace.Run(() => InterfaceKind.Of(ends[m].Interface)).Length > 0);

    private ILoadShare Share(uint run) => _shares.TryGetValue(run, out ILoadShare? share) ? share : throw new LoadFailedException($"no load {run} is open here");

    private void Close(uint run)
    {
        if (_shares.TryRemove(run, out ILoadShare? share)) share.Dispose();
    }
}
