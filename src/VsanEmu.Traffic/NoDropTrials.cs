using VsanEmu.Core.Checks;
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

    private readonly List<NoDropTrial> _trials = [];

    private bool Begins => options.BitsPerSecond > 0;

    private int Payload => options.Payload ?? LoadPlan.DatagramBytes;

    // A datagram in a trial.
    private double Slowest => 8 * Payload / options.Duration.TotalSeconds;

    /// <summary>Runs them.</summary>
    /// <param name="progress">Told after each trial.</param>
    /// <param name="cancellation">Ends the search early, without a result.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task<NoDropResult> RunAsync(IProgress<NoDropTrial>? progress, CancellationToken cancellation)
    {
        LoadResult? last = Begins ? null : await TryAsync(0, cancellation);
        if (last is not null && SearchJudge.Hindrance(last) is { } before) return Result(0, last, SearchJudge.Hindered(before));
        double highest = Begins ? options.BitsPerSecond!.Value : AboveDelivered * Math.Max(Slowest, last!.Flows.Max(f => 8 * f.DeliveredBytes / last.Total.Seconds));
        var state = new NoDropSearch(highest, search.Resolution, search.LossPercent, search.Repeats);
        bool ownLoss = false;
        while (!state.Done)
        {
            last = await TrialAsync(state.Rate, progress, cancellation);
            if (SearchJudge.Hindrance(last) is { } hindrance) return Result(0, last, SearchJudge.Hindered(hindrance));
            ownLoss |= last.Flows.Any(f => f.DroppedAtSocket > 0);
            NoDropTrial trial = _trials[^1];
            // Of what cannot even be sent, since nobody answers for the address, all is lost.
            if (trial.Expected == 0 && last.Verdict.Outcome == CheckOutcome.Fail) state.Take(1, 1);
            // What a generator that is at its end leaves in a queue says nothing of the fabric.
            else state.Take(trial.Expected, trial.OfferedShare < NoDropSearch.Offered ? trial.Lost : trial.Lost + trial.Queued, trial.OfferedShare);
        }

        if (state.Passed > 0 && await ChangedAsync(state.Passed, progress, cancellation) is { } changed) return Result(0, changed, SearchJudge.Verdict(0, Begins, "", open: false, changed.Verdict));
        string limit = Limit(state);
        LoadVerdict verdict = SearchJudge.Verdict(state.Passed, Begins, limit, state.GeneratorWasTheLimit || ownLoss, last!.Verdict);
        return Result(state.Passed, last, Doubted(verdict, state)) with
        {
            Confidence = state.Passed > 0 ? SearchJudge.Confidence(state.Shown.Lost, state.Shown.Expected) : "",
            NoLess = state.GeneratorWasTheLimit || (state.Passed > 0 && double.IsPositiveInfinity(state.Failed)),
            GeneratorLimit = limit,
        };
    }

    private NoDropResult Result(double passed, LoadResult last, LoadVerdict verdict) => new()
    {
        PayloadRate = (long)passed,
        FrameRate = (long)(passed * (Payload + NoDropResult.HeaderBytes) / Payload),
        Payload = Payload,
        LossPercent = search.LossPercent,
        Resolution = search.Resolution,
        Trials = _trials,
        Means = last.Means,
        Verdict = verdict,
    };

    // A trial of which nothing came may be the end of the fabric, and not of what it carries: what passed before is tried once more. Null when it passes, or when there is no doubt.
    private async Task<LoadResult?> ChangedAsync(double passed, IProgress<NoDropTrial>? progress, CancellationToken cancellation)
    {
        if (!_trials.Any(t => t.Lost == t.Expected)) return null;
        LoadResult again = await TrialAsync(passed, progress, cancellation);
        return _trials[^1].Lost == _trials[^1].Expected ? again : null;
    }

    private LoadVerdict Doubted(LoadVerdict verdict, NoDropSearch state)
    {
        if (state.Passed > 0) return verdict;
        if (SearchJudge.LossAtAnyRate(_trials) is { } any) return verdict with { Reasons = [.. verdict.Reasons, any] };
        return state.Undecided ? verdict with { Outcome = CheckOutcome.Inconclusive, Reasons = ["trials at lower rates had too few datagrams to tell them from those that failed: a longer --time has more"] } : verdict;
    }

    private string Limit(NoDropSearch state) => _trials.LastOrDefault(t => t.OfferedShare < NoDropSearch.Offered) is { } cut && (state.GeneratorWasTheLimit || _trials[0] == cut)
        ? FormattableString.Invariant($"the generator was the limit: {cut.OfferedShare * cut.Rate / 1e6:0.###} of {cut.Rate / 1e6:0.###} Mbit/s were sent in each flow, {(state.GeneratorWasTheLimit ? "and no more than may be was lost" : "of which more than may be was lost: less was tried")}") : "";

    private async Task<LoadResult> TrialAsync(double rate, IProgress<NoDropTrial>? progress, CancellationToken cancellation)
    {
        LoadResult result = await TryAsync(Math.Max(Slowest, rate), cancellation);
        long expected = result.Flows.Sum(f => f.Sent), lost = result.Flows.Sum(f => f.Lost), queued = NoDropSearch.Queued(result, options.Duration);
        var trial = new NoDropTrial((long)rate, expected, lost, queued, result.Delay?.P99 ?? 0, result.GeneratorLimit) { OfferedShare = result.OfferedShare };
        _trials.Add(trial);
        progress?.Report(trial);
        return result;
    }

    private async Task<LoadResult> TryAsync(double rate, CancellationToken cancellation)
    {
        LoadResult result = await run(options with { BitsPerSecond = rate }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return result;
    }
}
