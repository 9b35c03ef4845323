using System.Diagnostics;

namespace VsanEmu.Traffic.Tests;

public sealed class LoadClockTests
{
    [Fact]
    public void Who_sleeps_for_long_wakes_when_senders_are_to_stop()
    {
        long hour = Stopwatch.GetTimestamp() + LoadClock.Ticks(TimeSpan.FromHours(1));
        var clock = new LoadClock(hour, TimeSpan.Zero, TimeSpan.FromHours(1));
        var thread = new Thread(() =>
        {
            clock.SleepUntilStart();
            clock.SleepUntil(Stopwatch.GetTimestamp(), hour);
        })
        { IsBackground = true };
        thread.Start();
        Assert.False(thread.Join(TimeSpan.FromSeconds(0.3)));
        clock.StopSenders();
        Assert.True(thread.Join(Eventually.Limit));
    }

    [Fact]
    public void Who_is_not_stopped_sleeps_its_time()
    {
        long now = Stopwatch.GetTimestamp(), until = now + LoadClock.Ticks(TimeSpan.FromSeconds(0.25));
        new LoadClock(now, TimeSpan.Zero, TimeSpan.FromSeconds(1)).SleepUntil(now, until);
        Assert.True(Stopwatch.GetTimestamp() >= until);
    }
}
