using System.Net;
using VsanEmu.Control;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Trials;
using VsanEmu.Node;

namespace VsanEmu.Cli.Runs;

// A run's parts in this process, as the conductor knows them: each of these only passes on.

/// <summary>A member.</summary>
internal sealed class LocalMember(NodeRunner runner) : IMember
{
    /// <summary>How a member runs at its end. All begin their life at the same instant: of equals the lowest id becomes Master, in every run.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="member">The member.</param>
    /// <param name="end">Its end.</param>
    /// <param name="origin">When the run began, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gave it.</param>
    public static RunnerOptions Options(ClusterSpec cluster, MemberSpec member, FabricEnd end, long origin) => new()
    {
        Cluster = cluster,
        Self = member.Id,
        Place = end.Namespace,
        OriginTimestamp = origin,
        IncarnationNs = 1,
        Seed = member.Id.Value,
    };

    public string Name => runner.Name;

    public MemberView View => runner.View;

    public Task StartAsync(CancellationToken cancellation) => runner.StartAsync(cancellation);

    public Task SendAsync(MemberCommand command, CancellationToken cancellation) => runner.CommandAsync(command);

    public Task StopAsync(CancellationToken cancellation) => runner.StopAsync(cancellation);

    public Task KillAsync(CancellationToken cancellation) => runner.KillAsync(cancellation);

    public MemberReport Report()
    {
        NodeReport report = runner.Report();
        return new MemberReport(report.Node, report.StreamsSent, report.StreamsReceived, report.Probes, report.Directory);
    }

    public ValueTask DisposeAsync() => runner.DisposeAsync();
}

/// <summary>The captures at all ports.</summary>
internal sealed class LocalCaptures(CaptureSet captures) : ICaptures
{
    public void BeginPhase(string phase) => captures.BeginPhase(phase);

    public IReadOnlyList<PortCapture> Snapshot() => captures.Snapshot();

    public ValueTask DisposeAsync()
    {
        captures.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The outsiders.</summary>
internal sealed class LocalOutsiders(OutsiderProbes probes) : IOutsiders
{
    public Task<IReadOnlyList<ProbeObservation>> ProbeAsync(string phase, int port, CancellationToken cancellation) => probes.ProbeAsync(phase, port, cancellation);

    public Task ProveObserverAsync(CancellationToken cancellation) => probes.ProveObserverAsync(cancellation);
}

/// <summary>The trials.</summary>
internal sealed class LocalTrials(TrialBench bench) : ITrials
{
    public Task AskAsync(string from, IReadOnlyList<string> whose, CancellationToken cancellation) => bench.AskAsync(from, whose, cancellation);

    public Task<StreamSent> StreamAsync(TrialStream stream, CancellationToken cancellation) => bench.StreamAsync(stream, cancellation);

    public Task<GroupActDone> ActAsync(string endpoint, GroupAct act, IPAddress group, CancellationToken cancellation) =>
        bench.ActAsync(endpoint, act, group, cancellation);

    public Task<IReadOnlyList<PingObservation>> PingAsync(
        string phase, string from, IReadOnlyList<string> to, IReadOnlyList<int> bytes, int count, CancellationToken cancellation) =>
        bench.PingAsync(phase, from, to, bytes, count, cancellation);

    public Task<IReadOnlyList<ProbeObservation>> AttemptAsync(
        string phase, ProbeMethod method, IReadOnlyList<(string From, string To, string As)> attempts, CancellationToken cancellation) =>
        bench.AttemptAsync(phase, method, attempts, cancellation);

    public Task<IdleObservation> IdleAsync(string from, string to, TimeSpan idle, CancellationToken cancellation) => bench.IdleAsync(from, to, idle, cancellation);
}
