using VsanEmu.Core.Checks;
using VsanEmu.Core.Checks.Analysis;

namespace VsanEmu.Core.Load;

/// <summary>Says what a search's end means: it fails when nothing passed, and is inconclusive when what was asked for could not be offered.</summary>
public static class SearchJudge
{
    // Of a trial at less than this share of what came at a higher rate, nothing is lost for want of room.
    private const double WellBelow = 0.9;

    // Loss that is no less than this share of the loss at a higher rate is the same, and of fewer datagrams it is chance.
    private const double AsMuch = 0.5;
    private const long Sure = 3;

    /// <summary>The verdict.</summary>
    /// <param name="found">What passed; 0 when nothing did.</param>
    /// <param name="asked">Whether the user named what to begin with.</param>
    /// <param name="generatorLimit">What could not be offered, in words; empty when all could.</param>
    /// <param name="open">Whether what the fabric carries is not known for that: what was sent was not lost, or not by the fabric.</param>
    /// <param name="last">The last trial's verdict, which knows who was the limit.</param>
    public static LoadVerdict Verdict(double found, bool asked, string generatorLimit, bool open, LoadVerdict last)
    {
        if (generatorLimit.Length > 0 && open && (asked || found <= 0)) return Hindered(generatorLimit);
        if (generatorLimit.Length > 0 && found > 0) return new() { Limit = LoadLimit.Sender, Note = generatorLimit };
        return found > 0 ? LoadVerdict.Passed : last with { Outcome = CheckOutcome.Fail, Reasons = ["nothing passed", .. last.Reasons] };
    }

    /// <summary>The verdict of a search that its own machine did not let go on.</summary>
    /// <param name="why">In words.</param>
    public static LoadVerdict Hindered(string why) => new() { Outcome = CheckOutcome.Inconclusive, Reasons = [why], Limit = LoadLimit.Sender, Note = why };

    /// <summary>What kept a trial's own machine from offering it, so that no other trial is of use, in words; null when nothing did.</summary>
    public static string? Hindrance(LoadResult trial)
    {
        if (trial.Verdict.Outcome == CheckOutcome.Inconclusive && trial.Flows.FirstOrDefault(f => f.Error.Length > 0) is { } broken) return $"{broken.From} to {broken.To}: {broken.Error}";
        return trial.Flows.FirstOrDefault(f => f.Refused > (1 - NoDropSearch.Offered) * (f.Sent + f.Refused)) is { } refused ? $"the generator was the limit: {LoadJudge.Refusal(refused)}" : null;
    }

    /// <summary>That as much is lost at rates far below what the fabric carried as above it, in words; null when that is not so.</summary>
    /// <param name="trials">A search's.</param>
    public static string? LossAtAnyRate(IReadOnlyList<NoDropTrial> trials)
    {
        // A fabric that carries nothing any more is another matter.
        trials = [.. trials.Where(t => t.Lost < t.Expected)];
        if (trials.Where(t => t.Lost > 0).MaxBy(t => t.Rate) is not { } high) return null;
        double carried = high.Rate * (1 - ((double)high.Lost / high.Expected));
        NoDropTrial[] low = [.. trials.Where(t => t.Rate < WellBelow * carried)];
        var share = new Proportion(low.Sum(t => t.Lost), low.Sum(t => t.Expected));
        var above = new Proportion(high.Lost, high.Expected);
        return share.Hits >= Sure && share.Percent >= AsMuch * above.Percent
            ? $"loss does not depend on the rate: {above} at {RateWords.Bits(high.Rate)}, and {share} at {RateWords.Bits(low.Max(t => t.Rate))} and less" : null;
    }

    /// <summary>What was lost of how many, and what that proves, in words.</summary>
    public static string Confidence(long lost, long expected) => new Proportion(lost, expected).ToString();
}
