using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;

namespace VsanEmu.Traffic.Tests;

/// <summary>Searches whose trials are played: no rate and no burst passes of which not all was sent.</summary>
public sealed class SearchTests
{
    private static readonly LoadOptions Second = new() { Profile = LoadProfile.Pair, Duration = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task A_rate_that_could_not_be_sent_does_not_pass_and_what_was_sent_is_found()
    {
        NoDropResult found = await SearchAsync(10e9, rate => Played(Math.Min(rate, 122e6), rate));
        Assert.Single(found.Trials);
        Assert.True(found.NoLess);
        Assert.Equal(122, found.PayloadRate / 1e6, tolerance: 1);
        Assert.StartsWith("the generator was the limit: 122 of 10000 Mbit/s were sent", found.GeneratorLimit);
        Assert.Equal((CheckOutcome.Inconclusive, LoadLimit.Sender), (found.Verdict.Outcome, found.Verdict.Limit));
    }

    [Fact]
    public async Task A_fabric_that_loses_at_less_than_the_generator_makes_is_found_all_the_same()
    {
        NoDropResult found = await SearchAsync(10e9, rate => Played(Math.Min(rate, 500e6), rate, carried: 80e6));
        Assert.InRange(found.PayloadRate, 70e6, 80e6);
        Assert.Equal((false, CheckOutcome.Pass), (found.NoLess, found.Verdict.Outcome));
        Assert.StartsWith("the generator was the limit: 500 of 10000 Mbit/s were sent", found.GeneratorLimit);
    }

    [Fact]
    public async Task Without_a_rate_to_begin_with_what_the_generator_makes_is_an_answer()
    {
        NoDropResult found = await SearchAsync(0, rate => Played(rate == 0 ? 100e6 : Math.Min(rate, 101e6), rate));
        Assert.InRange(found.PayloadRate, 99e6, 102e6);
        Assert.Equal(CheckOutcome.Pass, found.Verdict.Outcome);
        Assert.Contains("the generator was the limit", found.Verdict.Note);
    }

    [Theory]
    [InlineData(10e6)]
    [InlineData(0)]
    public async Task Trials_that_send_nothing_and_trials_of_which_nothing_comes_find_nothing(double begin)
    {
        NoDropResult silent = await SearchAsync(begin, rate => Played(0, rate));
        Assert.Equal((0, CheckOutcome.Inconclusive), (silent.PayloadRate, silent.Verdict.Outcome));
        NoDropResult deaf = await SearchAsync(begin, rate => Played(rate == 0 ? 10e6 : rate, rate, carried: 0));
        Assert.Equal((0, CheckOutcome.Fail), (deaf.PayloadRate, deaf.Verdict.Outcome));
    }

    [Fact]
    public async Task A_burst_that_could_not_be_sent_in_time_does_not_pass_and_what_was_sent_is_found()
    {
        BackToBackResult found = await new BackToBackTrials(Second, 100_000_000, repeats: 1, (options, _) => Task.FromResult(Burst(Math.Min(options.BurstDatagrams, 67_712), options.BurstDatagrams)))
            .RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal((67_712, 1), (found.Datagrams, found.Trials.Count));
        Assert.StartsWith("the generator was the limit: 67712 of 100000000 datagrams were sent", found.GeneratorLimit);
        Assert.Equal(CheckOutcome.Inconclusive, found.Verdict.Outcome);
    }

    [Fact]
    public async Task What_passes_at_once_is_no_less_than_what_was_asked_for_with_what_that_proves()
    {
        NoDropResult found = await SearchAsync(10e6, rate => Played(rate, rate));
        Assert.Equal((10_000_000, true, "", CheckOutcome.Pass), (found.PayloadRate, found.NoLess, found.GeneratorLimit, found.Verdict.Outcome));
        Assert.Equal("0 of 892 (95 % confidence: at most 0.43 %)", found.Confidence);
    }

    [Theory]
    [InlineData(10e6)]
    [InlineData(0)]
    public async Task A_trial_whose_sender_fails_or_is_refused_ends_the_search_with_the_words(double begin)
    {
        NoDropResult failed = await SearchAsync(begin, rate => Played(8 * LoadPlan.DatagramBytes, rate) is var trial
            ? trial with { Flows = [trial.Flows[0] with { Error = "Network is down" }], Verdict = new() { Outcome = CheckOutcome.Inconclusive } } : null!);
        Assert.Equal((0, CheckOutcome.Inconclusive, "m01 to m02: Network is down"), (failed.PayloadRate, failed.Verdict.Outcome, Assert.Single(failed.Verdict.Reasons)));
        NoDropResult refused = await SearchAsync(begin, rate => Played(5e6, rate) is var trial ? trial with { Flows = [trial.Flows[0] with { Refused = trial.Flows[0].Sent }] } : null!);
        Assert.Equal((0, CheckOutcome.Inconclusive), (refused.PayloadRate, refused.Verdict.Outcome));
        Assert.Contains("were refused by this host's own firewall", refused.Verdict.Note);
        BackToBackResult burst = await new BackToBackTrials(Second, 1000, repeats: 1, (options, _) => Task.FromResult(Burst(500, options.BurstDatagrams) is var trial ? trial with { Flows = [trial.Flows[0] with { Refused = 500 }] } : null!))
            .RunAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal((0, CheckOutcome.Inconclusive), (burst.Datagrams, burst.Verdict.Outcome));
    }

    [Fact]
    public async Task A_fabric_that_dies_in_a_search_fails_it()
    {
        int trials = 0;
        NoDropResult found = await SearchAsync(100e6, rate => ++trials switch { 1 => Played(rate, rate, carried: 80e6), 2 => Played(rate, rate), _ => Played(rate, rate, carried: 0) });
        Assert.Equal((0, CheckOutcome.Fail), (found.PayloadRate, found.Verdict.Outcome));
        Assert.Contains("m02 got nothing", found.Verdict.Reasons);
    }

    [Fact]
    public async Task Loss_at_every_rate_is_told_to_be_that()
    {
        NoDropResult found = await SearchAsync(30e6, rate => Played(rate, rate, carried: 0.98 * rate));
        Assert.Equal((0, CheckOutcome.Fail), (found.PayloadRate, found.Verdict.Outcome));
        Assert.Contains(found.Verdict.Reasons, r => r.StartsWith("loss does not depend on the rate: ", StringComparison.Ordinal));
    }

    private static Task<NoDropResult> SearchAsync(double begin, Func<double, LoadResult> trial) =>
        new NoDropTrials(Second with { BitsPerSecond = begin }, new NoDropOptions(0.01, 0, 1), (options, _) => Task.FromResult(trial(options.BitsPerSecond!.Value))).RunAsync(null, TestContext.Current.CancellationToken);

    private static LoadResult Played(double sentRate, double askedRate, double carried = double.MaxValue)
    {
        long sent = (long)(sentRate / 8 / LoadPlan.DatagramBytes), came = (long)Math.Min(sent, carried / 8 / LoadPlan.DatagramBytes);
        return Result(sent, came, askedRate == 0 ? 1 : Math.Min(1, sentRate / askedRate));
    }

    private static LoadResult Burst(long sent, long asked) => Result(sent, sent, (double)sent / asked);

    private static LoadResult Result(long sent, long came, double share) => new()
    {
        Profile = LoadProfile.Pair,
        ToolVersion = "test",
        Started = "",
        MeasuredNs = 1_000_000_000,
        Completed = true,
        Means = new() { SegmentsByKernel = true, JoinsByKernel = true, Burst = 1, CrossesUncut = false },
        Payload = LoadPlan.DatagramBytes,
        Intervals = [],
        Flows =
        [
            new()
            {
                Flow = 1, From = "m01", To = "m02", Transport = LoadTransport.Udp, Sent = sent, SentBytes = sent * LoadPlan.DatagramBytes, Delivered = came, DeliveredBytes = came * LoadPlan.DatagramBytes,
            },
        ],
        Processors = 1,
        GeneratorLimit = "",
        OfferedShare = share,
        Verdict = sent == 0 ? new() { Outcome = CheckOutcome.Inconclusive, Reasons = ["nothing was sent"] } : came == 0 ? new() { Outcome = CheckOutcome.Fail, Reasons = ["m02 got nothing"], Limit = LoadLimit.Fabric, Note = "lost" } : LoadVerdict.Passed,
    };
}
