using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Searches the highest rate at which no more than a set share is lost, by one load after the other (RFC 2544, 26.1).</summary>
/// <param name="options">The load; its rate is where the search begins, or what goes without a limit when it has none.</param>
/// <param name="search">How near, with what loss, how often.</param>
/// <param name="run">Runs a load.</param>
public sealed class NoDropTrials(LoadOptions options, NoDropOptions search, Func<LoadOptions, CancellationToken, Task<LoadResult>> run)
{
    // What passes unpaced is little more than what passes paced.
    private const double AboveDelivered = 1.05;

    /// <summary>Runs them.</summary>
    /// <param name="progress">Told after each trial.</param>
    /// <param name="cancellation">Ends the search early, without a result.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task<NoDropResult> RunAsync(IProgress<NoDropTrial>? progress, CancellationToken cancellation)
    {
        var trials = new List<NoDropTrial>();
        double highest = options.BitsPerSecond is > 0 and long asked ? asked : await HighestAsync(cancellation);
        var state = new NoDropSearch(highest, search.Resolution, search.LossPercent, search.Repeats);
        LoadResult last = null!;
        while (!state.Done)
        {
            double rate = state.Rate;
            last = await run(options with { BitsPerSecond = Math.Max(1, (long)rate) }, cancellation);
            cancellation.ThrowIfCancellationRequested();
            long expected = last.Flows.Sum(f => f.Sent), lost = last.Flows.Sum(f => f.Lost), queued = NoDropSearch.Queued(last, options.Duration);
            var trial = new NoDropTrial((long)rate, expected, lost, queued, last.Delay?.P99 ?? 0, last.GeneratorLimit);
            trials.Add(trial);
            progress?.Report(trial);
            state.Take(expected, lost + queued);
        }

        int payload = options.Payload ?? LoadPlan.DatagramBytes;
        return new NoDropResult
        {
            PayloadRate = (long)state.Passed,
            FrameRate = (long)(state.Passed * (payload + NoDropResult.HeaderBytes) / payload),
            Payload = payload,
            LossPercent = search.LossPercent,
            Resolution = search.Resolution,
            Trials = trials,
            Means = last.Means,
        };
    }

    private async Task<double> HighestAsync(CancellationToken cancellation)
    {
        LoadResult free = await run(options with { BitsPerSecond = 0 }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return AboveDelivered * Math.Max(1, free.Flows.Max(f => 8 * f.DeliveredBytes / free.Total.Seconds));
    }
}
