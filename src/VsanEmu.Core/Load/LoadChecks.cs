using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>L1 and L2: what a load carried, against what vSAN's own network performance test calls good.</summary>
public static class LoadChecks
{
    // vSAN's multicast performance test: red under 20, yellow under 50 MB/s.
    private const double MulticastRed = 20e6;
    private const double MulticastYellow = 50e6;

    // Its unicast test: yellow under 850 Mbit/s.
    private const double UnicastYellow = 850e6;

    /// <summary>The checks that a load of this profile is for; none for the others.</summary>
    /// <param name="result">What it carried.</param>
    /// <param name="flows">What it was made of.</param>
    public static IReadOnlyList<CheckResult> Judge(LoadResult result, IReadOnlyList<LoadFlow> flows) => result.Profile switch
    {
        LoadProfile.Multicast => [Multicast(result, flows)],
        LoadProfile.Ring => [Unicast(result, flows)],
        _ => [],
    };

    private static CheckResult Multicast(LoadResult result, IReadOnlyList<LoadFlow> flows)
    {
        (FlowResult slowest, double rate) = Slowest(result);
        string seen = $"{RateWords.Bytes(rate)} at {slowest.To}, the slowest of {result.Flows.Count}";
        var check = new CheckResult
        {
            Id = "L1",
            Title = "multicast performance",
            Expected = "one sender, every receiver gets at least 50 MB/s; under 20 MB/s it fails",
            Outcome = rate < 8 * MulticastRed ? CheckOutcome.Fail : rate < 8 * MulticastYellow ? CheckOutcome.Warn : CheckOutcome.Pass,
            Seen = seen,
        };
        return Weighed(check, rate, 8 * MulticastYellow, flows, result,
            "storm control or a rate limit on multicast, a slow port, or groups that are flooded to slow ports", "read drop counters and storm-control settings on the ports concerned; see M4");
    }

    private static CheckResult Unicast(LoadResult result, IReadOnlyList<LoadFlow> flows)
    {
        (FlowResult slowest, double rate) = Slowest(result);
        var check = new CheckResult
        {
            Id = "L2",
            Title = "unicast performance",
            Expected = "each member sends to the next one at 850 Mbit/s or more, all at a time",
            Outcome = rate < UnicastYellow ? CheckOutcome.Warn : CheckOutcome.Pass,
            Seen = $"{RateWords.Bits(rate)} {slowest.From} to {slowest.To}, the slowest of {result.Flows.Count}",
        };
        return Weighed(check, rate, UnicastYellow, flows, result, "a link at a lower speed, a shaper, or an oversubscribed uplink", "look at the negotiated speed and the error counters of the ports concerned");
    }

    // What was not asked for cannot be expected, and what this machine could not make is not the fabric's fault.
    private static CheckResult Weighed(CheckResult check, double rate, double wanted, IReadOnlyList<LoadFlow> flows, LoadResult result, string cause, string remedy)
    {
        double asked = flows.Min(f => f.BitsPerSecond);
        // An average says nothing of a flow that is no more.
        if (result.Flows.FirstOrDefault(f => f.Stopped) is { } stopped)
            return check with { Outcome = CheckOutcome.Fail, Seen = $"{check.Seen}; {LoadJudge.StoppedWords(stopped)}", Cause = cause, Remedy = remedy };
        if (check.Outcome == CheckOutcome.Pass) return check;
        if (asked > 0 && asked < wanted)
            return check with { Outcome = CheckOutcome.Skip, Seen = rate == 0 ? $"{check.Seen}: nothing came" : FormattableString.Invariant($"{check.Seen}, of {RateWords.Bits(asked)} that were asked for: -b {wanted * 1.2 / 1e6:0}M or -b 0 asks for enough") };
        if (result.GeneratorLimit.Length > 0) return check with { Outcome = CheckOutcome.Inconclusive, Seen = $"{check.Seen}; {result.GeneratorLimit}" };
        return check with { Cause = cause, Remedy = remedy, Evidence = [.. result.Flows.Where(f => f.Error.Length > 0).Select(f => $"{f.From} to {f.To}: {f.Error}")] };
    }

    private static (FlowResult Flow, double BitsPerSecond) Slowest(LoadResult result)
    {
        FlowResult slowest = result.Flows.MinBy(f => f.DeliveredBytes)!;
        return (slowest, 8 * slowest.DeliveredBytes / result.Total.Seconds);
    }
}
