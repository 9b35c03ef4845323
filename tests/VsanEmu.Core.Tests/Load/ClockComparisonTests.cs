using VsanEmu.Core.Load;

namespace VsanEmu.Core.Tests.Load;

public sealed class ClockComparisonTests
{
    private const long Second = 1_000_000_000;

    private static readonly ClockComparison Before = new(10 * Second, [new("m02", "m01", 5000, 20), new("m03", "m01", -300, 30), new("m04", "m01", 0, 10)], "test");

    [Fact]
    public void Two_clocks_are_apart_by_no_more_than_the_two_worst_errors() => Assert.Equal(50, Before.ErrorNs);

    [Fact]
    public void Clocks_that_kept_together_are_as_wrong_as_they_were_measured_both_times()
    {
        ClockComparison after = Before with { AtNs = 700 * Second, Offsets = [new("m02", "m01", 5000, 1), new("m03", "m01", -300, 2), new("m04", "m01", 0, 4)] };
        Assert.Equal(50 + 4 + 2, Before.ErrorUntil(after, 600 * Second));
    }

    [Fact]
    public void By_how_much_a_clock_drifted_delays_may_be_wrong()
    {
        // 20 ppm and -1 ppm for 600 s.
        ClockComparison after = Before with { Offsets = [new("m02", "m01", 12_005_000, 20), new("m03", "m01", -600_300, 30), new("m04", "m01", 0, 10)] };
        Assert.Equal(50 + 12_000_020 + 600_030, Before.ErrorUntil(after, 600 * Second));
    }

    [Theory]
    [InlineData(10, 50)]
    [InlineData(11, 50 + 100_000)]
    [InlineData(610, 50 + 60_000_000)]
    [InlineData(5, 50)]
    public void Without_a_second_comparison_100_millionths_are_allowed_for(long second, long expected) =>
        Assert.Equal(expected, Before.ErrorUntil(null, second * Second));

    [Fact]
    public void What_control_told_is_held_against_what_the_fabric_tells()
    {
        ClockComparison control = new(0, [new("m01", "this machine", 0, 400), new("m02", "this machine", 0, 300)], "control");
        ClockComparison fabric = new(0, [new("m02", "m01", -90, 10)], "fabric");
        Assert.Equal(700 + 100, control.ErrorUntil(fabric, Second));
    }
}
