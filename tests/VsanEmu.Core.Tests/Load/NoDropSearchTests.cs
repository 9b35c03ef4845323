using VsanEmu.Core.Load;

namespace VsanEmu.Core.Tests.Load;

public sealed class NoDropSearchTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(63)]
    [InlineData(37.3)]
    [InlineData(1.5)]
    public void It_lands_within_its_resolution_beneath_what_passes(double capacity)
    {
        var search = new NoDropSearch(100, 0.01, lossPercent: 0, repeats: 1);
        int trials = 0;
        for (; !search.Done; trials++) search.Take(1000, search.Rate > capacity ? 1 : 0);
        Assert.InRange(search.Passed, capacity - 1, capacity);
        Assert.InRange(trials, 1, 8);
    }

    [Fact]
    public void A_loss_within_the_bound_passes_and_every_repeat_must()
    {
        var search = new NoDropSearch(100, 0.5, lossPercent: 0.1, repeats: 2);
        search.Take(1000, 1);
        Assert.Equal((100, 0, false), (search.Rate, search.Passed, search.Done));
        search.Take(1000, 2);
        Assert.Equal((50, 0, 100), (search.Rate, search.Passed, search.Failed));
        search.Take(1000, 0);
        search.Take(1000, 0);
        Assert.Equal((50, true), (search.Passed, search.Done));
    }

    [Fact]
    public void Few_datagrams_that_came_by_luck_do_not_pass_where_as_much_is_lost_at_every_rate()
    {
        // Two of each hundred are lost, and a trial has 40: every other one loses none.
        int lucky = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var search = new NoDropSearch(100, 0.1, lossPercent: 0, repeats: 1);
            search.Take(80, 2);
            while (!search.Done) search.Take(40, Enumerable.Range(0, 40).Count(_ => random.Next(50) == 0));
            if (search.Passed > 0) lucky++;
        }

        Assert.InRange(lucky, 0, 4);
    }

    [Fact]
    public void Few_datagrams_pass_where_no_rate_failed_and_are_added_up_where_one_did()
    {
        var search = new NoDropSearch(100, 0.5, lossPercent: 0, repeats: 1);
        search.Take(4, 0);
        Assert.Equal((true, 100.0, (0L, 4L)), (search.Done, search.Passed, search.Shown));
        search = new NoDropSearch(100, 0.5, lossPercent: 0, repeats: 1);
        search.Take(100, 10);
        for (int i = 0; i < 6; i++) search.Take(10, 0);
        Assert.False(search.Done);
        search.Take(10, 0);
        Assert.Equal((true, 50.0, (0L, 70L)), (search.Done, search.Passed, search.Shown));
        search = new NoDropSearch(100, 0.5, lossPercent: 0, repeats: 1);
        search.Take(100, 10);
        search.Take(2, 0);
        Assert.Equal((true, true, 0.0), (search.Done, search.Undecided, search.Passed));
    }

    [Fact]
    public void Loss_far_below_what_was_carried_does_not_depend_on_the_rate()
    {
        NoDropTrial[] random = [new(3_000_000, 80, 2, 0, 0, ""), new(1_500_000, 40, 1, 0, 0, ""), new(750_000, 100, 2, 0, 0, "")];
        Assert.StartsWith("loss does not depend on the rate: 2 of 80 (2.5 %", SearchJudge.LossAtAnyRate(random));
        NoDropTrial[] policed = [new(100_000_000, 10_000, 8_000, 0, 0, ""), new(50_000_000, 5_000, 3_000, 0, 0, ""), new(25_000_000, 2_500, 500, 0, 0, ""), new(12_500_000, 1_250, 0, 0, 0, "")];
        Assert.Null(SearchJudge.LossAtAnyRate(policed));
    }

    [Fact]
    public void What_could_not_be_offered_does_not_pass_and_ends_the_search_with_what_was_sent()
    {
        var search = new NoDropSearch(10_000, 0.01, lossPercent: 0, repeats: 3);
        search.Take(122, 0, offered: 0.0122);
        Assert.Equal((true, true, 122), (search.Done, search.GeneratorWasTheLimit, Math.Round(search.Passed)));
    }

    [Fact]
    public void What_a_moment_kept_from_being_offered_is_tried_again()
    {
        var search = new NoDropSearch(100, 0.5, lossPercent: 0, repeats: 1);
        search.Take(1000, 0, offered: 0.98);
        search.Take(1000, 0, offered: 0.98);
        Assert.Equal((false, 100.0, 0.0), (search.Done, search.Rate, search.Passed));
        search.Take(1000, 0, offered: 0.995);
        Assert.Equal((true, false, 100.0), (search.Done, search.GeneratorWasTheLimit, search.Passed));
        search = new NoDropSearch(100, 0.5, lossPercent: 0, repeats: 1);
        for (int i = 0; i < 3; i++) search.Take(1000, 0, offered: 0.98);
        Assert.Equal((true, true, 98.0), (search.Done, search.GeneratorWasTheLimit, search.Passed));
    }

    [Fact]
    public void What_is_lost_of_less_than_was_asked_for_bounds_the_search_by_what_was_sent()
    {
        var search = new NoDropSearch(1000, 0.01, lossPercent: 0, repeats: 1);
        search.Take(1000, 900, offered: 0.2);
        Assert.Equal((100, 200, false), (search.Rate, search.Failed, search.Done));
        // Near is near in what can be sent.
        var far = new NoDropSearch(900e9, 0.01, lossPercent: 0, repeats: 1);
        far.Take(1000, 900, offered: 0.001);
        while (!far.Done) far.Take(1000, far.Rate > 80e6 ? 1 : 0);
        Assert.InRange(far.Passed, 70e6, 80e6);
    }

    [Fact]
    public void A_trial_that_sent_nothing_passes_at_no_rate()
    {
        var search = new NoDropSearch(100, 0.1, lossPercent: 99, repeats: 1);
        search.Take(0, 0, offered: 0);
        Assert.Equal((0, true, true), (search.Passed, search.Done, search.GeneratorWasTheLimit));
        Assert.Equal(Core.Checks.CheckOutcome.Inconclusive, SearchJudge.Verdict(0, asked: true, "the generator was the limit", open: true, LoadVerdict.Passed).Outcome);
        Assert.Equal(Core.Checks.CheckOutcome.Fail, SearchJudge.Verdict(0, asked: true, "", open: false, LoadVerdict.Passed).Outcome);
    }

    [Fact]
    public void What_delivers_nothing_at_all_passes_at_no_rate()
    {
        var search = new NoDropSearch(100, 0.1, lossPercent: 0, repeats: 1);
        for (int i = 0; i < 10 && !search.Done; i++) search.Take(0, 0);
        Assert.Equal((0, true), (search.Passed, search.Done));
    }
}
