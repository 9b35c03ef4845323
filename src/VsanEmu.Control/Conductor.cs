using VsanEmu.Control.Hosts;
using VsanEmu.Control.Trials;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control;

/// <summary>What a run is made with. The conductor owns none of it: who made it disposes of it.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Members">Its members, one for each in the spec, not started.</param>
/// <param name="Captures">The captures at all ports.</param>
/// <param name="Outsiders">The outsiders, or null when the spec has none.</param>
/// <param name="Fabric">The fabric, when the tool owns it and may split it; else null.</param>
/// <param name="Trials">Who makes the trials, or null when nobody can.</param>
/// <param name="Paths">Who makes those of paths between members, or null when nobody can.</param>
public sealed record RunParts(
    ClusterSpec Cluster, IReadOnlyList<IMember> Members, ICaptures Captures, IOutsiders? Outsiders, IFabric? Fabric, ITrials? Trials = null, IPathTrials? Paths = null);

/// <summary>
/// Leads a cluster through a run: it forms, rests, runs VMs, is probed, trials are made beside it, it loses its Master, is split and healed. It observes and concludes nothing;
/// a fabric on which the cluster does not come to rest is observed as far as that makes sense.
/// </summary>
/// <param name="parts">What to lead.</param>
/// <param name="options">How long to give each part.</param>
/// <param name="time">The clock for waiting.</param>
/// <param name="nowNs">Nanoseconds since the run began, on the members' and captures' own clock.</param>
/// <param name="progress">Told several times a second how the run stands, or null.</param>
public sealed partial class Conductor(RunParts parts, ConductorOptions options, TimeProvider time, Func<long> nowNs, IProgress<RunProgress>? progress)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    // A member's whole report is much to make: it is asked for less often than its view.
    private static readonly TimeSpan ReportStep = TimeSpan.FromMilliseconds(100);

    // Members stop within less; who is told to end by Ctrl-C, and cannot reach a host, must be gone before the terminal loses patience.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly Crew _crew = new(parts.Members);
    private readonly List<ProbeObservation> _outsiderProbes = [];
    private readonly List<FailoverObservation> _failovers = [];
    private readonly List<PartitionObservation> _partitions = [];
    private readonly TrialFindings _trials = new();
    private PhaseLog _phases = null!;
    private int _updates;

    /// <summary>Runs all phases and returns what was seen. Every member has been told to stop when it returns.</summary>
    public async Task<RunObservations> RunAsync(CancellationToken cancellation)
    {
        _phases = new PhaseLog(parts.Captures, _crew, nowNs);
        try
        {
            bool formed = await FormAsync(cancellation);
            if (formed)
            {
                await RestAsync(Phases.Steady, cancellation);
                await RunVmsAsync(cancellation);
            }

            if (options.Wants(RunPart.Probing)) await ProbeAsync(cancellation);
            IReadOnlyDictionary<string, string> notTried = Reasons.Of(parts, options);
            await TryAsync(formed, cancellation);
            await HearQuerierAsync(cancellation);
            if (formed && options.Failover && options.Wants(RunPart.Failover) && parts.Members.Count > 1) await FailOverAsync(cancellation);
            if (formed && options.Partition && options.Wants(RunPart.Partition) && parts.Fabric is not null && _crew.Alive.Count() > 1) await SplitAndHealAsync(parts.Fabric, cancellation);
            _phases.End();
            IReadOnlyList<PortCapture> ports = await parts.Captures.SnapshotAsync(cancellation);
            return await new Findings(_crew, _phases.Done, ports, _outsiderProbes, _failovers, _partitions, _trials, notTried, options).AssembleAsync(cancellation);
        }
        finally
        {
            await StopAsync();
        }
    }

    // Why a run ended, or its verdict, is not lost because a member's host is gone, too: a host lets go by itself.
    private async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, time);
        try
        {
            await _crew.EachAsync(m => m.StopAsync(limit.Token));
        }
        catch (Exception e) when (e is HostException or OperationCanceledException)
        {
            // It was told.
        }
    }

    private async Task<bool> FormAsync(CancellationToken cancellation)
    {
        await _phases.BeginAsync(Phases.Forming, cancellation);
        await _crew.EachAsync(m => m.StartAsync(cancellation));
        return await SettleAsync(cancellation) is not null;
    }

    private async Task RestAsync(string phase, CancellationToken cancellation)
    {
        await _phases.BeginAsync(phase, cancellation);
        await SubmitAsync(cancellation);
        await WaitAsync(Heartbeats(options.RestHeartbeats), "watching the cluster at rest", cancellation);
        await SettleAsync(cancellation);
    }

    private async Task RunVmsAsync(CancellationToken cancellation)
    {
        if (parts.Cluster.Vms.Count == 0) return;
        await _phases.BeginAsync(Phases.Vms, cancellation);
        foreach (VmSpec vm in parts.Cluster.Vms)
        {
            await Named(vm.Host).SendAsync(new MemberCommand.PowerOn(vm.Name), cancellation);
            _phases.VmsOn.Add(vm.Name);
        }

        await WaitAsync(Heartbeats(options.RestHeartbeats), $"{parts.Cluster.Vms.Count} VMs read and write", cancellation);
        await SettleAsync(cancellation);
    }

    // One kind of probe after the other: each wants the fabric, and the machine, for itself.
    private async Task ProbeAsync(CancellationToken cancellation)
    {
        await _phases.BeginAsync(Phases.Probing, cancellation);
        await ProbePeersAsync(cancellation);
        if (parts.Outsiders is not null) await ProbeFromOutsideAsync(parts.Outsiders, cancellation);
        (int count, TimeSpan interval) = options.ProbePace(parts.Members.Count);
        if (parts.Cluster.Profile.Unicast)
        {
            await StreamAsync(FlowGroup.None, "each member", count, interval, cancellation);
        }
        else
        {
            await StreamAsync(FlowGroup.Agent, "the Agent Group", count, interval, cancellation);
            await StreamAsync(FlowGroup.Master, "the Master Group", options.ProbeCount, options.ProbeInterval, cancellation);
        }

        await SettleAsync(cancellation);
    }

    private async Task ProbePeersAsync(CancellationToken cancellation)
    {
        int expected = parts.Members.Count - 1;
        TimeSpan limit = parts.Cluster.Timers.TcpConnect * (4 + (parts.Members.Count / 2));
        await _crew.SendAsync(_ => new MemberCommand.ProbePeers(), cancellation);
        await WhileAsync(LacksAsync, limit, () => "each member tries each other on TCP 2233", cancellation, ReportStep);

        async Task<bool> LacksAsync() => (await Task.WhenAll(_crew.Alive.Select(m => m.ReportAsync(cancellation)))).Any(r => r.Probes.Count < expected);
    }

    private async Task ProbeFromOutsideAsync(IOutsiders outsiders, CancellationToken cancellation)
    {
        await outsiders.ProveObserverAsync(cancellation);
        Task<IReadOnlyList<ProbeObservation>> probes = outsiders.ProbeAsync(Phases.Probing, parts.Cluster.Channels.ReliablePort, cancellation);
        await WhileAsync(() => !probes.IsCompleted, TimeSpan.FromMinutes(1), () => "outsiders try TCP 2233", cancellation);
        _outsiderProbes.AddRange(await probes);
    }

    private async Task StreamAsync(FlowGroup group, string to, int count, TimeSpan interval, CancellationToken cancellation)
    {
        const int stream = 1;
        await _crew.SendAsync(_ => new MemberCommand.ProbeStream(group, stream, count, interval, options.ProbeBytes), cancellation);
        await WaitAsync((count * interval) + Heartbeats(1), $"{count} numbered datagrams from each sender to {to}", cancellation);
    }

    // Trials need endpoints and a switch, not a cluster: they are made also where none formed.
    private async Task TryAsync(bool formed, CancellationToken cancellation)
    {
        if (parts.Trials is not { } trials || !options.Wants(RunPart.Trials)) return;
        await _phases.BeginAsync(Phases.Trials, cancellation);
        if (parts.Outsiders is not null) await parts.Outsiders.ProveObserverAsync(cancellation);
        var stage = new TrialStage(trials, parts.Cluster, options, time, parts.Paths);
        Task work = stage.RunAsync(_crew.Views, _trials, cancellation, await MtusAsync(cancellation));
        await WatchAsync(work, "echo requests, TCP streams, streams on test groups, joins and leaves, odd attempts", cancellation);
        if (options.Long && options.Wants(RunPart.Long)) await OutlastAsync(stage, cancellation);
        if (!formed) return;
        await SettleAsync(cancellation);
        if (options.Long && options.Wants("M6")) await RestAsync(Phases.Aged, cancellation);
    }

    // A member that is killed is watched up to then only: no querier's interval may end a second later.
    private async Task HearQuerierAsync(CancellationToken cancellation)
    {
        if (parts.Cluster.Profile.Unicast || !options.Wants("M5")) return;
        TimeSpan left = parts.Cluster.Timers.LongestQueryGap() - TimeSpan.FromMicroseconds((nowNs() - _phases.BeganNs) / 1000);
        if (left <= options.QuerierWait) await WaitAsync(left + Step, "watching for the querier's next query", cancellation);
    }

    private async Task<IReadOnlyDictionary<string, int>> MtusAsync(CancellationToken cancellation)
    {
        if (!options.Wants("P1", "P2")) return new Dictionary<string, int>();
        MemberReport[] reports = await Task.WhenAll(_crew.Alive.Select(m => m.ReportAsync(cancellation)));
        return reports.Where(r => r.Node.Settings.Mtu > 0).ToDictionary(r => r.Node.Member, r => r.Node.Settings.Mtu);
    }

    private async Task OutlastAsync(TrialStage stage, CancellationToken cancellation)
    {
        TimeSpan length = (2 * parts.Cluster.Timers.QueryInterval) + parts.Cluster.Timers.QueryResponse + options.LongMargin;
        Task idle = options.Wants("A9") ? stage.IdleAsync([.. _crew.Alive.Select(m => m.Name)], length, _trials, cancellation) : Task.CompletedTask;
        await WatchAsync(Task.WhenAll(idle, Task.Delay(length, time, cancellation)), $"connections idle, memberships grow old: {length.TotalSeconds:0} s", cancellation);
    }

    // Shows progress while something goes on.
    private async Task WatchAsync(Task work, string doing, CancellationToken cancellation)
    {
        await WhileAsync(() => !work.IsCompleted, TimeSpan.MaxValue, () => doing, cancellation);
        await work;
    }

    private async Task SubmitAsync(CancellationToken cancellation)
    {
        for (int i = 0; i < options.UpdatesPerMember; i++)
        {
            string key = $"CONFIG_STATUS/{_updates++}";
            await _crew.SendAsync(m => new MemberCommand.Submit(key, System.Text.Encoding.UTF8.GetBytes($"{m.Name} wrote {key}")), cancellation);
        }
    }

    /// <summary>Waits until every side is at rest; returns when it was, or null when the time was up.</summary>
    private async Task<long?> SettleAsync(CancellationToken cancellation, bool data = true)
    {
        bool rested = await WhileAsync(
            () => Settlement.Missing(_crew.ViewsBySide, data) is not null, SettleTime, () => $"waiting for {Settlement.Missing(_crew.ViewsBySide, data)}", cancellation);
        if (!rested) return null;
        long at = nowNs();
        // Frames of the state before may still be under way.
        await WaitAsync(Heartbeats(1), "at rest", cancellation);
        return at;
    }

    private Task<bool> RebuiltAsync(CancellationToken cancellation) => WhileAsync(
        () => Settlement.Missing(_crew.ViewsBySide) is not null, SettleTime + parts.Cluster.Timers.RebuildDelay, () => $"waiting for {Settlement.Missing(_crew.ViewsBySide)}", cancellation);

    private Task WaitAsync(TimeSpan length, string doing, CancellationToken cancellation) => WhileAsync(() => true, length, () => doing, cancellation);

    /// <summary>Waits while something holds, at most for <paramref name="limit"/>. True when it ended by itself.</summary>
    private Task<bool> WhileAsync(Func<bool> holds, TimeSpan limit, Func<string> doing, CancellationToken cancellation) =>
        WhileAsync(() => Task.FromResult(holds()), limit, doing, cancellation, Step);

    private async Task<bool> WhileAsync(Func<Task<bool>> holds, TimeSpan limit, Func<string> doing, CancellationToken cancellation, TimeSpan step)
    {
        long start = time.GetTimestamp();
        while (await holds())
        {
            cancellation.ThrowIfCancellationRequested();
            TimeSpan left = limit - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            progress?.Report(Picture(doing()));
            await Task.Delay(left < step ? left : step, time, cancellation);
        }

        return true;
    }

    private RunProgress Picture(string doing) => new()
    {
        Phase = _phases.Current,
        Doing = doing,
        Done = [.. _phases.Done.Select(p => (p.Name, TimeSpan.FromMicroseconds((p.EndNs - p.StartNs) / 1000)))],
        Elapsed = TimeSpan.FromMicroseconds(nowNs() / 1000),
        Members = [.. _crew.All.Select(m => m.View)],
        Killed = new HashSet<string>(_crew.Killed),
    };

    private TimeSpan SettleTime => Heartbeats(options.SettleHeartbeats + (options.SettleHeartbeatsPerMember * parts.Members.Count));

    private TimeSpan Heartbeats(double count) => parts.Cluster.Timers.Heartbeat * count;

    private IMember Named(MemberId id) => parts.Members.First(m => m.Name == parts.Cluster.Member(id).Name);
}
