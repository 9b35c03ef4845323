using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Searches the longest burst that is delivered whole when it is sent as fast as it goes (RFC 2544, 26.4), by one burst after the other.</summary>
/// <param name="options">The load: one that sends datagrams.</param>
/// <param name="longest">The longest burst to try, datagrams.</param>
/// <param name="repeats">How often a length must pass.</param>
/// <param name="run">Runs a load.</param>
public sealed class BackToBackTrials(LoadOptions options, long longest, int repeats, Func<LoadOptions, CancellationToken, Task<LoadResult>> run)
{
    private const double Resolution = 0.01;
    private const double Rounding = 1e-3;

    /// <summary>Runs them.</summary>
    /// <param name="progress">Told after each trial.</param>
    /// <param name="cancellation">Ends the search early, without a result.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public async Task<BackToBackResult> RunAsync(IProgress<BackToBackTrial>? progress, CancellationToken cancellation)
    {
        var trials = new List<BackToBackTrial>();
        var state = new NoDropSearch(longest, Resolution, lossPercent: 0, repeats, few: true);
        LoadResult last = null!;
        while (!state.Done)
        {
            long length = Math.Max(1, (long)state.Rate);
            last = await run(options with { BitsPerSecond = 0, BurstDatagrams = length }, cancellation);
            cancellation.ThrowIfCancellationRequested();
            long expected = last.Flows.Sum(f => f.Sent), lost = last.Flows.Sum(f => f.Lost);
            var trial = new BackToBackTrial(length, expected, lost, last.Flows.Max(f => f.DroppedAtSocket), last.MeasuredNs) { OfferedShare = last.OfferedShare };
            trials.Add(trial);
            progress?.Report(trial);
            if (SearchJudge.Hindrance(last) is { } hindrance) return Result(0, trials, last, SearchJudge.Hindered(hindrance));
            // A burst that its time cut short shows no more than it was long.
            state.Take(expected, lost, last.OfferedShare);
        }

        string limit = trials.LastOrDefault(t => t.OfferedShare < NoDropSearch.Offered) is { } cut && (state.GeneratorWasTheLimit || trials[0] == cut)
            ? FormattableString.Invariant($"the generator was the limit: {Math.Round(cut.OfferedShare * cut.Datagrams)} of {cut.Datagrams} datagrams were sent in the {options.Duration.TotalSeconds:0.#} s of a trial, {(state.GeneratorWasTheLimit ? "and all of them came" : "of which some were lost: fewer were tried")}") : "";
        LoadVerdict verdict = SearchJudge.Verdict(state.Passed, asked: true, limit, state.GeneratorWasTheLimit || trials.Any(t => t.DroppedAtSocket > 0), last.Verdict);
        return Result(state.Passed, trials, last, verdict) with { NoLess = state.GeneratorWasTheLimit, GeneratorLimit = limit };
    }

    private BackToBackResult Result(double passed, IReadOnlyList<BackToBackTrial> trials, LoadResult last, LoadVerdict verdict) => new()
    {
        Datagrams = (long)(passed + Rounding),
        Longest = longest,
        Payload = last.Payload,
        Trials = trials,
        Means = last.Means,
        Verdict = verdict,
    };
}
