using System.Diagnostics;

namespace VsanEmu.Traffic.Tests;

public sealed class PacerTests
{
    private static readonly long Second = Stopwatch.Frequency;

    [Fact]
    public void In_every_second_no_more_than_a_hundredth_above_the_rate_is_due_however_late_the_sender_is()
    {
        const int rate = 10_000;
        foreach (int seed in Enumerable.Range(1, 20))
        {
            var random = new Random(seed);
            var pacer = new Pacer(rate, 0, TimeSpan.FromMicroseconds(100));
            var sent = new List<(long At, int Count)>();
            for (long now = 0; now < 5 * Second; now += random.Next(20) == 0 ? random.Next((int)(Second / 4)) : random.Next((int)(Second / 1000)))
            {
                int due = pacer.Due(now, 64);
                pacer.Sent(due);
                sent.Add((now, due));
            }

            foreach ((long at, _) in sent)
            {
                int inSecond = sent.Where(s => s.At >= at && s.At < at + Second).Sum(s => s.Count);
                Assert.True(inSecond <= 1.01 * rate, $"seed {seed}: {inSecond} in the second from {at}");
            }
        }
    }

    [Fact]
    public void A_sender_that_is_in_time_sends_the_rate_exactly()
    {
        var pacer = new Pacer(1000, 0, TimeSpan.FromMicroseconds(100));
        int sent = 0;
        for (long now = 0; now < 10 * Second; now = pacer.NextAt(now))
        {
            int due = pacer.Due(now, 64);
            pacer.Sent(due);
            sent += due;
        }

        Assert.Equal((10_000, 0), (sent, pacer.Forgone));
    }

    [Fact]
    public void What_could_not_be_sent_in_time_is_forgone_and_told()
    {
        var pacer = new Pacer(1000, 0, TimeSpan.FromMicroseconds(100));
        Assert.InRange(pacer.Due(Second, 1000), 1, 5);
        Assert.InRange(pacer.Forgone, 990, 999);
    }

    [Theory]
    [InlineData(10, 1)] // a datagram each 100 ms
    [InlineData(12_500, 25)] // bytes
    public void A_slow_sender_that_wakes_a_little_late_forgoes_nothing(int rate, int together)
    {
        var pacer = new Pacer(rate, 0, TimeSpan.FromMilliseconds(1));
        int sent = 0;
        // Woken up to 6 ms late, or as late as the next write is due.
        long late = Math.Min(Second * 6 / 1000, Second * together / rate);
        for (long now = 0; now < 10 * Second; now = pacer.NextAt(now) + late)
        {
            while (pacer.Due(now, together) == together)
            {
                pacer.Sent(together);
                sent += together;
            }
        }

        Assert.InRange(sent, 0.99 * 10 * rate, (10 * rate) + together);
        Assert.Equal(0, pacer.Forgone);
    }

    [Fact]
    public void Along_a_ramp_the_rate_grows_evenly_from_nothing()
    {
        var pacer = new Pacer(1000, 0, TimeSpan.FromMicroseconds(100), ramp: TimeSpan.FromSeconds(4));
        int[] inSecond = new int[6];
        for (long now = 0; now < 6 * Second; now = pacer.NextAt(now))
        {
            int due = pacer.Due(now, 64);
            pacer.Sent(due);
            inSecond[now / Second] += due;
        }

        // The area under the rate, second by second.
        Assert.Equal([125, 375, 625, 875, 1000, 1000], inSecond.Select(n => (int)(5 * Math.Round(n / 5.0))));
        Assert.Equal(0, pacer.Forgone);
    }

    [Fact]
    public void Without_a_rate_there_is_always_room() => Assert.Equal(64, new Pacer(0, 0, TimeSpan.Zero).Due(1, 64));
}
