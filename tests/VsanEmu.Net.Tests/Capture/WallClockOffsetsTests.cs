using VsanEmu.Net.Capture;

namespace VsanEmu.Net.Tests.Capture;

/// <summary>A wall clock that is set while packets are captured, in virtual time.</summary>
public sealed class WallClockOffsetsTests
{
    private const long Second = 1_000_000_000;
    private const long Millisecond = 1_000_000;
    private const long Today = 1_800_000_000 * Second;

    private readonly WallClockOffsets _offsets = new();

    public static TheoryData<long> Steps => [3600 * Second, -3600 * Second, 2 * Second, -2 * Second, 10 * Millisecond, -10 * Millisecond, 365L * 86400 * Second];

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_makes_neither_gap_nor_delay_wherever_between_two_drains_it_falls(long step)
    {
        // A packet each 500 µs, drained each 5 ms: the clock steps at 52.3 ms, between a measurement and the next.
        const long StepAt = (52 * Millisecond) + 300_000;
        long Wall(long at) => Today + at + (at >= StepAt ? step : 0);
        var converted = new List<long>();
        var waiting = new List<long>();
        for (long at = 0; at <= 200 * Millisecond; at += 500_000)
        {
            waiting.Add(at);
            if (at % (5 * Millisecond) != 0) continue;
            _offsets.Measured(at, Wall(at) - at, 200);
            converted.AddRange(waiting.Select(w => _offsets.ToRunNs(Wall(w), at)));
            waiting.Clear();
        }

        Assert.Equal(Enumerable.Range(0, 401).Select(i => i * 500_000L), converted);
        Assert.Equal(Today + step, _offsets.Current);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Packets_that_waited_for_long_are_converted_by_the_offset_of_their_time(long step)
    {
        _offsets.Measured(0, Today, 200);
        _offsets.Measured(10 * Second, Today, 200);
        _offsets.Measured(10 * Second + 5 * Millisecond, Today + step, 200);
        Assert.Equal(9 * Second, _offsets.ToRunNs(Today + (9 * Second), (10 * Second) + (6 * Millisecond)));
        Assert.Equal((10 * Second) + (5 * Millisecond), _offsets.ToRunNs(Today + step + (10 * Second) + (5 * Millisecond), (10 * Second) + (6 * Millisecond)));
    }

    [Fact]
    public void Several_steps_are_each_remembered()
    {
        for (int i = 0; i <= 20; i++) _offsets.Measured(i * Second, Today + (i * 100 * Second), 200);
        for (int i = 1; i <= 20; i++) Assert.Equal(i * Second, _offsets.ToRunNs(Today + (i * 100 * Second) + (i * Second), (i * Second) + Millisecond));
    }

    [Fact]
    public void A_clock_that_is_slewed_is_followed_and_packets_stay_in_order()
    {
        // 500 ppm, as adjtime(3) slews.
        long last = -1;
        for (long at = 0; at < 10 * Second; at += Millisecond)
        {
            long wall = Today + at + (at / 2000);
            _offsets.Measured(at, wall - at, 200);
            long converted = _offsets.ToRunNs(wall, at);
            Assert.InRange(converted, at - 25_000, at + 25_000);
            Assert.True(converted >= last - 25_000);
            last = converted;
        }
    }

    [Fact]
    public void Noise_and_an_uncertain_measurement_move_nothing()
    {
        _offsets.Measured(0, Today, 200);
        _offsets.Measured(1000, Today + 15_000, 200);
        _offsets.Measured(2000, Today + (3 * Millisecond), 4 * Millisecond);
        Assert.Equal(Today, _offsets.Current);
        _offsets.Measured(3000, Today + (3 * Millisecond), 1 * Millisecond);
        Assert.Equal(Today + (3 * Millisecond), _offsets.Current);
    }

    [Fact]
    public void Before_the_run_is_negative() => Assert.Equal(-5 * Second, Measured().ToRunNs(Today - (5 * Second), 0));

    private WallClockOffsets Measured()
    {
        _offsets.Measured(0, Today, 200);
        return _offsets;
    }
}
