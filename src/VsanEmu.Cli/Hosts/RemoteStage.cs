using System.Diagnostics;
using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>A run whose ends are on other hosts.</summary>
internal sealed class RemoteStage : IStage
{
    private readonly long _origin;

    private readonly Controller _controller;

    private RemoteStage(long origin, Controller controller, IReadOnlyList<(IHost Host, HostClock Clock)> hosts) => (_origin, _controller, Clocked) = (origin, controller, hosts);

    /// <summary>The hosts, and how well their clocks are known.</summary>
    public IReadOnlyList<(IHost Host, HostClock Clock)> Clocked { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IHost> Hosts => [.. Clocked.Select(h => h.Host)];

    /// <inheritdoc/>
    public IFabric? Fabric => null;

    /// <inheritdoc/>
    public long NowNs => Stopwatch.GetTimestamp() - _origin;

    /// <inheritdoc/>
    public IReadOnlyList<Hindrance> Hindrances =>
        [.. _controller.Outages.Select(o => new Hindrance(o.Since - _origin, (long)TimeProvider.System.GetElapsedTime(o.Since, o.Until).TotalNanoseconds, 0, o.Why))];

    /// <inheritdoc/>
    public TimeSpan Lead => Controller.PhaseLead;

    /// <summary>Opens the run on all of its hosts.</summary>
    /// <exception cref="HostException">One could not; the message names it.</exception>
    public static async Task<IStage> OpenAsync(Controller controller, ClusterSpec cluster, bool force, CancellationToken cancellation)
    {
        long origin = Stopwatch.GetTimestamp();
        return new RemoteStage(origin, controller, await controller.OpenRunAsync(cluster, FoundCluster.Places(cluster), origin, force, cancellation));
    }

    // The hosts are let go of with their controller.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
