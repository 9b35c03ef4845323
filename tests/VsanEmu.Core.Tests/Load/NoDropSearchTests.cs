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
    public void What_delivers_nothing_at_all_passes_at_no_rate()
    {
        var search = new NoDropSearch(100, 0.1, lossPercent: 0, repeats: 1);
        for (int i = 0; i < 10 && !search.Done; i++) search.Take(0, 0);
        Assert.Equal((0, true), (search.Passed, search.Done));
    }
}
