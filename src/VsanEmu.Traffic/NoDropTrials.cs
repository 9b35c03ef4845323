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
        bool begins = options.BitsPerSecond > 0;
        double highest = begins ? options.BitsPerSecond!.Value : await HighestAsync(cancellation);
        var state = new NoDropSearch(highest, search.Resolution, search.LossPercent, search.Repeats);
        LoadResult last = null!;
        bool ownLoss = false;
        while (!state.Done)
        {
            double rate = state.Rate;
            last = await run(options with { BitsPerSecond = Math.Max(Slowest, rate) }, cancellation);
            cancellation.ThrowIfCancellationRequested();
            long expected = last.Flows.Sum(f => f.Sent), lost = last.Flows.Sum(f => f.Lost), queued = NoDropSearch.Queued(last, options.Duration);
            var trial = new NoDropTrial((long)rate, expected, lost, queued, last.Delay?.P99 ?? 0, last.GeneratorLimit) { OfferedShare = last.OfferedShare };
            trials.Add(trial);
            progress?.Report(trial);
            ownLoss |= last.Flows.Any(f => f.DroppedAtSocket > 0);
            // What a generator that is at its end leaves in a queue says nothing of the fabric.
            state.Take(expected, last.OfferedShare < NoDropSearch.Offered ? lost : lost + queued, last.OfferedShare);
        }

        string limit = trials.LastOrDefault(t => t.OfferedShare < NoDropSearch.Offered) is { } cut && (state.GeneratorWasTheLimit || trials[0] == cut)
            ? FormattableString.Invariant($"the generator was the limit: {cut.OfferedShare * cut.Rate / 1e6:0.###} of {cut.Rate / 1e6:0.###} Mbit/s were sent in each flow, {(state.GeneratorWasTheLimit ? "and no more than may be was lost" : "of which more than may be was lost: less was tried")}") : "";
        return new NoDropResult
        {
            PayloadRate = (long)state.Passed,
            FrameRate = (long)(state.Passed * (Payload + NoDropResult.HeaderBytes) / Payload),
            Payload = Payload,
            LossPercent = search.LossPercent,
            Resolution = search.Resolution,
            Trials = trials,
            Means = last.Means,
            NoLess = state.GeneratorWasTheLimit,
            GeneratorLimit = limit,
            Verdict = SearchJudge.Verdict(state.Passed, begins, limit, state.GeneratorWasTheLimit || ownLoss, last.Verdict),
        };
    }

    private int Payload => options.Payload ?? LoadPlan.DatagramBytes;

    // A datagram in a trial.
    private double Slowest => 8 * Payload / options.Duration.TotalSeconds;

    private async Task<double> HighestAsync(CancellationToken cancellation)
    {
        LoadResult free = await run(options with { BitsPerSecond = 0 }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return AboveDelivered * Math.Max(Slowest, free.Flows.Max(f => 8 * f.DeliveredBytes / free.Total.Seconds));
    }
}
