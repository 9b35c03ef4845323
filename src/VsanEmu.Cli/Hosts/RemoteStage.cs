using System.Diagnostics;
using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>A run whose ends are on other hosts.</summary>
internal sealed class RemoteStage : IStage
{
    private readonly long _origin;

    private RemoteStage(long origin, IReadOnlyList<(IHost Host, HostClock Clock)> hosts) => (_origin, Clocked) = (origin, hosts);

    /// <summary>The hosts, and how well their clocks are known.</summary>
    public IReadOnlyList<(IHost Host, HostClock Clock)> Clocked { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IHost> Hosts => [.. Clocked.Select(h => h.Host)];

    /// <inheritdoc/>
    public IFabric? Fabric => null;

    /// <inheritdoc/>
    public long NowNs => Stopwatch.GetTimestamp() - _origin;

    /// <inheritdoc/>
    public TimeSpan Lead => Controller.PhaseLead;

    /// <summary>Opens the run on all of its hosts.</summary>
    /// <exception cref="HostException">One could not; the message names it.</exception>
    public static async Task<IStage> OpenAsync(Controller controller, ClusterSpec cluster, bool force, CancellationToken cancellation)
    {
        long origin = Stopwatch.GetTimestamp();
        return new RemoteStage(origin, await controller.OpenRunAsync(cluster, FoundCluster.Places(cluster), origin, force, cancellation));
    }

    // The hosts are let go of with their controller.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
