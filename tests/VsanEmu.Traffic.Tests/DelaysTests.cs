namespace VsanEmu.Traffic.Tests;

public sealed class DelaysTests
{
    [Fact]
    public void What_came_before_it_was_sent_is_the_shortest_and_how_early_it_came_is_kept()
    {
        var delays = new Delays();
        foreach (long delay in (long[])[-100, -2000, 500]) delays.Take(delay, 1);
        Assert.Equal((1, 2000), (delays.Summary()!.Min, delays.EarlyNs));
        Assert.Equal(3, delays.Summary()!.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1_000_000)]
    public void Variation_does_not_depend_on_how_far_the_clocks_are_apart(long offset)
    {
        var delays = new Delays();
        foreach (long delay in (long[])[1000, 1600, 1200, 1200]) delays.Take(delay + offset, 1);
        Assert.Equal(1000 / 3, delays.VariationNs);
    }

    [Fact]
    public void Where_nothing_came_early_nothing_is_kept()
    {
        var delays = new Delays();
        delays.Take(5, 2);
        Assert.Equal(0, delays.EarlyNs);
    }
}
