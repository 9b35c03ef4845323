using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Runs;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;

namespace VsanEmu.Cli.Lab;

/// <summary>One run of the lab: builds the fabric, with its faults, and makes a run on it. Nothing is left behind, whatever happens.</summary>
public sealed class LabRun(LabOptions options)
{
    private readonly ClusterSpec _cluster = options.Shape.Adapt(options.Cluster);

    /// <summary>Called when the fabric stands and before the first member starts: for a test that wants to watch on its own.</summary>
    public Func<Fabric, Task> FabricReady { get; init; } = _ => Task.CompletedTask;

    /// <summary>Runs and judges.</summary>
    public Task<RunRecord> RunAsync(IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        Fabric? fabric = null;
        var run = new ClusterRun(new RunSetup
        {
            Cluster = _cluster,
            Conduct = options.Conduct,
            CommandLine = options.CommandLine,
            InjectedFaults = [.. options.Faults.Select(f => f.Name)],
        })
        { Ready = () => FabricReady(fabric!) };
        return run.RunAsync(_ => LocalStage.OpenAsync(BuildAsync, _cluster, force: false, options.CaptureDirectory, cancellation), $"building a switch with {_cluster.Members.Count} members", progress, cancellation);

        async Task<ISite> BuildAsync()
        {
            fabric = await Fabric.BuildAsync(_cluster, new FabricOptions { Faults = options.Faults, Shape = options.Shape }, cancellation);
            return new LabSite(fabric);
        }
    }
}
