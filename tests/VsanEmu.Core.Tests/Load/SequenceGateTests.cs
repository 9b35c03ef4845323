using VsanEmu.Core.Load;

namespace VsanEmu.Core.Tests.Load;

public sealed class SequenceGateTests
{
    private readonly SequenceGate _gate = new();

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 62)]
    [InlineData(2000)]
    public void A_number_that_was_not_sent_yet_is_not_believed_and_changes_nothing(long forged)
    {
        Assert.True(Take(0, 10));
        Assert.False(Take(forged));
        Assert.True(Take(10, 10));
    }

    [Fact]
    public void A_leap_is_believed_when_the_next_number_follows_it_and_not_before()
    {
        Assert.True(Take(0, 10));
        Assert.False(Take(SequenceGate.Leap + 500L, 1, long.MaxValue));
        Assert.True(Take(10, 10));
        Assert.False(Take(SequenceGate.Leap + 900L, 2, long.MaxValue));
        Assert.True(_gate.Believes(SequenceGate.Leap + 902L, 4, long.MaxValue, out (long First, int Count) before));
        Assert.Equal((SequenceGate.Leap + 900L, 2), before);
        Assert.True(Take(SequenceGate.Leap + 906L, 1, long.MaxValue));
    }

    [Fact]
    public void What_is_late_is_believed()
    {
        Assert.True(Take(100));
        Assert.True(Take(5));
        Assert.True(Take(101));
    }

    private bool Take(long first, int count = 1, long most = 1000) => _gate.Believes(first, count, most, out _);
}
