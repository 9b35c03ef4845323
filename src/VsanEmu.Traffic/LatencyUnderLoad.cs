using VsanEmu.Core.Load;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Round trips between two members, first on the idle fabric and then under load: what queues add shows in the difference.</summary>
/// <param name="setup">The load.</param>
/// <param name="payload">Payload of a question, bytes.</param>
public sealed class LatencyUnderLoad(LoadSetup setup, int payload)
{
    // The load has begun, and has not ended, while round trips are measured under it.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.5);

    /// <summary>Measures.</summary>
    /// <param name="progress">Told of the load's intervals.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<LatencyResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        (ProbeSource from, ProbeSource to) = (setup.Ends[setup.Cluster.Members[0].Name], setup.Ends[setup.Cluster.Members[1].Name]);
        LoadOptions options = setup.Options;
        Task<RoundTripResult> Measure() => RoundTrips.RunAsync(from, to, payload, options.Duration, options.Dscp, cancellation);

        RoundTripResult idle = await Measure();
        Task<LoadResult> load = new LoadRun(setup with { Options = options with { Duration = options.Duration + (2 * Margin) } }).RunAsync(progress, cancellation);
        await Task.WhenAny(load, Task.Delay(options.LeadIn + (2 * Margin), CancellationToken.None));
        RoundTripResult loaded = await Measure();
        return new LatencyResult { Idle = idle, Loaded = loaded, Load = await load };
    }
}
