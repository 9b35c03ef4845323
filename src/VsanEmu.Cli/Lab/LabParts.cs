using VsanEmu.Control;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Lab;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Probing;
using VsanEmu.Node;

namespace VsanEmu.Cli.Lab;

// The lab's parts as the conductor knows them: each of these only passes on.

/// <summary>A member in this process, at a port of the lab's fabric.</summary>
internal sealed class LabMember(NodeRunner runner) : IMember
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

/// <summary>The lab's fabric.</summary>
internal sealed class LabFabric(Fabric fabric) : IFabric
{
    public Task SplitAsync(IReadOnlyDictionary<string, int> sideByMember, CancellationToken cancellation) => fabric.SplitAsync(sideByMember, cancellation);

    public Task HealAsync(CancellationToken cancellation) => fabric.HealAsync(cancellation);

    public ValueTask DisposeAsync() => fabric.DisposeAsync();
}

/// <summary>The captures at the lab's ports.</summary>
internal sealed class LabCaptures(CaptureSet captures) : ICaptures
{
    public void BeginPhase(string phase) => captures.BeginPhase(phase);

    public IReadOnlyList<PortCapture> Snapshot() => captures.Snapshot();

    public ValueTask DisposeAsync()
    {
        captures.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The lab's outsiders.</summary>
internal sealed class LabOutsiders(OutsiderProbes probes) : IOutsiders
{
    public Task<IReadOnlyList<ProbeObservation>> ProbeAsync(string phase, int port, CancellationToken cancellation) => probes.ProbeAsync(phase, port, cancellation);

    public Task ProveObserverAsync(CancellationToken cancellation) => probes.ProveObserverAsync(cancellation);
}
