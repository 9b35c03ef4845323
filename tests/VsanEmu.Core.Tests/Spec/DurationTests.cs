using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

public sealed class DurationTests
{
    [Theory]
    [InlineData("200ms", 200)]
    [InlineData("1s", 1000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("125s", 125_000)]
    [InlineData(" 10 s ", 10_000)]
    [InlineData("250us", 0.25)]
    public void A_number_and_a_unit_are_a_duration(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.True(Duration.TryParse(Duration.Format(duration), out TimeSpan again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("200")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.2.3s")]
    [InlineData("1 fortnight")]
    [InlineData("1S")]
    [InlineData("99999999999999999999999h")]
    public void Anything_else_is_not(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1_500, "1500ms")]
    [InlineData(60_000, "1m")]
    [InlineData(90_000, "90s")]
    [InlineData(125_000, "125s")]
    [InlineData(7_200_000, "2h")]
    public void The_text_is_short(long milliseconds, string expected) => Assert.Equal(expected, Duration.Format(TimeSpan.FromMilliseconds(milliseconds)));
}
