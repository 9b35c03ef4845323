using System.Diagnostics;
using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>A run that takes place in this process alone.</summary>
internal sealed class LocalStage : IStage
{
    private readonly ISite _site;
    private readonly LocalHost _host;

    private LocalStage(ISite site, LocalHost host) => (_site, _host) = (site, host);

    /// <inheritdoc/>
    public IReadOnlyList<IHost> Hosts => [_host];

    /// <inheritdoc/>
    public IFabric? Fabric => _site.Fabric;

    /// <inheritdoc/>
    public long NowNs => _host.NowNs;

    /// <inheritdoc/>
    public IReadOnlyList<Hindrance> Hindrances => [];

    /// <inheritdoc/>
    public TimeSpan Lead => TimeSpan.Zero;

    /// <summary>Makes the site, opens captures at its ends, and waits until they can send.</summary>
    /// <param name="site">Makes or opens the fabric.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="force">Whether members start even though traffic is heard that is not this tool's.</param>
    /// <param name="captureDirectory">Where to keep a pcapng file per port; null for nowhere.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task<IStage> OpenAsync(Func<Task<ISite>> site, ClusterSpec cluster, bool force, string? captureDirectory, CancellationToken cancellation)
    {
        long origin = Stopwatch.GetTimestamp();
        ISite place = await site();
        LocalHost? host = null;
        try
        {
            host = await LocalHost.OpenAsync(
                new LocalHostOptions { Name = "this machine", Cluster = cluster, Origin = origin, Force = force, CaptureDirectory = captureDirectory }, place, cancellation);
            await place.WaitReadyAsync(cancellation);
            return new LocalStage(place, host);
        }
        catch
        {
            if (host is not null) await host.DisposeAsync();
            await place.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _site.DisposeAsync();
    }
}
