using VsanEmu.Control;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Node;

namespace VsanEmu.Cli.Runs;

// A run's parts in this process, as the conductor knows them: each of these only passes on.

/// <summary>A member.</summary>
internal sealed class LocalMember(NodeRunner runner) : IMember
{
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
