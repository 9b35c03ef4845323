using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Traffic.Tests;

public sealed class HeartbeatMeterTests
{
    private const long Period = 1_000_000_000;

    private readonly HeartbeatMeter _meter = new(members: 2, Period);

    [Fact]
    public void Heartbeats_in_time_are_heard_and_none_is_missed()
    {
        Play(1, 2, 1, 2, 3, 4, 5);
        Play(2, 1, 1, 2, 3, 4, 5);
        _meter.End((5 * Period) + 1);
        Assert.Equal((8, 0), (_meter.Heard, _meter.Missed));
        Assert.Equal((6L, 1L), (HeartbeatMeter.Sum([_meter]).Jitter!.Count, HeartbeatMeter.Sum([_meter]).Jitter!.Max));
    }

    [Fact]
    public void A_gap_in_the_numbers_is_missed_and_gives_no_jitter()
    {
        Play(1, 2, 1, 2, 4, 5);
        Play(2, 1, 1, 2, 3, 4, 5);
        _meter.End((5 * Period) + 1);
        Assert.Equal(1, _meter.Missed);
        Assert.Equal(4, HeartbeatMeter.Sum([_meter]).Jitter!.Count);
    }

    [Fact]
    public void Who_falls_silent_misses_what_was_due()
    {
        Play(1, 2, 1, 2);
        Play(2, 1, 1, 2, 3, 4, 5);
        // 3 and 4 are missing; 5 may be on its way.
        _meter.End((5 * Period) + 1);
        Assert.Equal(2, _meter.Missed);
    }

    [Fact]
    public void Other_groups_and_other_kinds_are_no_heartbeats()
    {
        _meter.Begin(0);
        _meter.Take(new MemberId(1), Header(2, 1, MessageKind.Heartbeat), FlowGroup.Master, 5);
        _meter.Take(new MemberId(1), Header(2, 1, (MessageKind)0x7f), FlowGroup.Agent, 5);
        _meter.Take(new MemberId(9), Header(2, 2, MessageKind.Heartbeat), FlowGroup.Agent, 5);
        Assert.Equal(0, _meter.Heard);
    }

    // Heartbeat n comes at n periods; the first is before the measurement.
    private void Play(ushort receiver, ushort sender, params int[] numbers)
    {
        _meter.Begin(Period + 1);
        foreach (int n in numbers) _meter.Take(new MemberId(receiver), Header(sender, n, MessageKind.Heartbeat), FlowGroup.Agent, n * Period);
    }

    private static MessageHeader Header(ushort sender, int number, MessageKind kind) => new(kind, Guid.Empty, new MemberId(sender), (ulong)number, number * Period);
}
