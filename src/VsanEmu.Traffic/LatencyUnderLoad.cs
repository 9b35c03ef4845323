using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Round trips between the first two members, first on the idle fabric and then under load: what queues add shows in the difference.</summary>
/// <param name="stage">With whom.</param>
/// <param name="options">The load.</param>
/// <param name="payload">Payload of a question, bytes.</param>
public sealed class LatencyUnderLoad(LoadStage stage, LoadOptions options, int payload)
{
    // The load has begun, and has not ended, while round trips are measured under it.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(0.5);

    /// <summary>Measures.</summary>
    /// <param name="progress">Told of the load's intervals.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="LoadException">It cannot be as it was asked for.</exception>
    public async Task<LatencyResult> RunAsync(IProgress<LoadInterval>? progress, CancellationToken cancellation)
    {
        (string from, string to) = (stage.Cluster.Members[0].Name, stage.Cluster.Members[1].Name);
        var questions = new RoundTripRun(stage, options with { PacketsPerSecond = null });
        RoundTripResult idle = await questions.RunAsync(from, to, payload, cancellation);
        var run = new LoadRun(stage, options with { Duration = options.Duration + stage.Lead + (2 * Margin) });
        Task<LoadResult> load = run.RunAsync(progress, cancellation);
        if (await Task.WhenAny(load, run.Measuring) == load) await load;
        // A load that goes as fast as it can overruns something, and may take questions with it.
        double? bound = LossBound.Of(options.MaxLossPercent, options.BitsPerSecond ?? 1);
        RoundTripResult loaded = await new RoundTripRun(stage, options with { PacketsPerSecond = null }) { Bound = bound }.RunAsync(from, to, payload, cancellation);
        return new LatencyResult { Idle = idle, Loaded = loaded, Load = await load };
    }
}
