using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>M6, M7, M8 and M17: membership over time, and the delays of joins and leaves.</summary>
public sealed class JoinAndLeaveTests
{
    private const long Millisecond = 1_000_000;

    private static readonly Seen Healthy = Seen.Healthy(4);

    private static Seen On(Func<WorldSwitch, WorldSwitch> change) => Seen.In(World.Healthy(4) with { Switch = change(new WorldSwitch()) });

    [Fact]
    public void M6_passes_when_the_group_arrives_after_the_membership_interval()
    {
        CheckResult result = Healthy.Check("M6");
        Assert.Equal((CheckOutcome.Pass, "5.0 s after the members joined heartbeats still arrive on all of 12 directions"), (result.Outcome, result.Seen));
    }

    [Fact]
    public void M6_is_skipped_in_a_run_that_is_too_short()
    {
        CheckResult result = Healthy.WithSpec(s => s with { Timers = s.Timers with { QueryInterval = TimeSpan.FromSeconds(125), QueryResponse = TimeSpan.FromSeconds(10) } }).Check("M6");
        Assert.Equal(CheckOutcome.Skip, result.Outcome);
        Assert.Contains("260 s", result.Seen);
        Assert.Contains("--long", result.Seen);
    }

    [Fact]
    public void M6_fails_when_what_was_heard_stops()
    {
        // m03 hears nothing from 5 s on, when its membership has aged out.
        Seen forgotten = Healthy.WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows.Where(f => f.Phase is Phases.Forming or Phases.Steady || f.Direction == PortDirection.Out || f.Protocol == 6)] } : p);
        CheckResult result = forgotten.Check("M6");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.Contains("m03 hears nobody, which had been heard before", result.Seen);
    }

    [Fact]
    public void M6_leaves_what_never_worked_to_M1()
    {
        Seen deaf = Healthy.WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows.Where(f => f.Direction == PortDirection.Out || f.Protocol == 6)] } : p);
        Assert.Equal((CheckOutcome.Inconclusive, "3 directions carried nothing from the start (M1)"), (deaf.Outcome("M6"), deaf.Check("M6").Seen));
    }

    [Fact]
    public void M7_gives_a_distribution_for_each_method_and_its_resolution()
    {
        CheckResult result = On(s => s with { FirstJoinMs = 20 }).Check("M7");
        Assert.Equal(
            (CheckOutcome.Pass, "A: min 4 ms, median 4 ms, max 20 ms over 5 rounds; B: min 4 ms, median 4 ms, max 4 ms over 5 rounds; resolution 2 ms"),
            (result.Outcome, result.Seen));
        Assert.Equal("method A, round 1, m02 joins 239.255.42.1: 20 ms from the report to frame 42", result.Evidence[0]);
    }

    [Theory]
    [InlineData(500, CheckOutcome.Pass)]
    [InlineData(502, CheckOutcome.Warn)]
    public void M7_warns_above_the_threshold(double ms, CheckOutcome outcome) => Assert.Equal(outcome, On(s => s with { JoinMs = ms, FirstJoinMs = ms }).Outcome("M7"));

    [Fact]
    public void M7_fails_when_a_join_brings_nothing()
    {
        CheckResult result = On(s => s with { JoinMs = -1 }).Check("M7");
        Assert.Equal((CheckOutcome.Fail, "4 of 10 joins brought nothing: m02"), (result.Outcome, result.Seen));
        Assert.Contains("nothing in the 898 ms that the stream went on after the report", result.Evidence[0]);
    }

    [Fact]
    public void M7_measures_nothing_where_the_group_came_unasked()
    {
        Seen flooding = On(s => s with { FloodsUnknown = true });
        CheckResult both = flooding.Check("M7");
        Assert.Equal(CheckOutcome.Pass, both.Outcome);
        Assert.StartsWith("A: not measurable, the switch floods groups that nobody joined (M11); B: min 4 ms", both.Seen);
        Seen onlyA = flooding.WithTrials(t => t.Kind == TrialKind.JoinForwarded ? null : t);
        Assert.Equal(CheckOutcome.Inconclusive, onlyA.Outcome("M7"));
        Assert.Equal(CheckOutcome.Inconclusive, Seen.In(World.Healthy(4) with { Flooded = _ => true }).Outcome("M7"));
    }

    [Fact]
    public void M7_needs_the_report_on_the_wire_and_a_stream_that_goes_on()
    {
        Seen mute = Healthy.WithPorts(p => p with { Memberships = [] });
        CheckResult result = mute.Check("M7");
        Assert.Equal((CheckOutcome.Inconclusive, "no join could be measured: no report of m02 was seen"), (result.Outcome, result.Seen));

        // The stream ends 38 ms after the report: too little to say that it never came.
        Seen brief = On(s => s with { JoinMs = -1, FirstJoinMs = -1 }).WithSightings((_, _, s) => s.Direction == PortDirection.Out ? s with { LastNs = s.FirstNs + (138 * Millisecond) } : s);
        Assert.Equal(CheckOutcome.Inconclusive, brief.Outcome("M7"));
        Seen dropped = On(s => s with { JoinMs = -1, FirstJoinMs = -1 }).WithPorts(p => p.Port == "m02" ? p with { Dropped = 3 } : p);
        Assert.Equal(CheckOutcome.Inconclusive, dropped.Outcome("M7"));
    }

    [Fact]
    public void M7_by_method_B_needs_a_port_that_had_the_group_before()
    {
        Seen alone = Healthy.WithSightings((port, t, s) => t.Kind == TrialKind.JoinForwarded && port == "m04" ? null : s);
        CheckResult result = alone.Check("M7");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.StartsWith("5 of 10 joins were not looked at: method B, round 1, method B, round 2 and 3 more (", result.Seen);
    }

    [Fact]
    public void M17_compares_the_first_join_with_the_later_ones()
    {
        Assert.Equal((CheckOutcome.Pass, "first 4 ms, later min 4 ms, median 4 ms, max 4 ms over 4 rounds"), (Healthy.Outcome("M17"), Healthy.Check("M17").Seen));
        CheckResult lost = On(s => s with { FirstJoinMs = -1 }).Check("M17");
        Assert.Equal(CheckOutcome.Fail, lost.Outcome);
        Assert.StartsWith("the first join of m02 brought nothing", lost.Seen);
        Assert.Equal(CheckOutcome.Warn, On(s => s with { FirstJoinMs = 600 }).Outcome("M17"));
        Assert.Equal(CheckOutcome.Pass, On(s => s with { FirstJoinMs = 90 }).Outcome("M17"));
    }

    [Fact]
    public void M17_sees_two_clusters_of_delays()
    {
        // The third round comes 700 ms late.
        Seen bimodal = Healthy.WithSightings((port, t, s) => t is { Kind: TrialKind.JoinUnknown, Round: 3 } && port == "m02" ? s with { FirstNs = s.FirstNs + (700 * Millisecond) } : s);
        CheckResult result = bimodal.Check("M17");
        Assert.Equal(CheckOutcome.Warn, result.Outcome);
        Assert.StartsWith("1 of 5 joins are in a slow group of their own: 704 ms and more, where the usual is 4 ms", result.Seen);
        // A pause of the sender's own is none of the switch's.
        Seen paused = bimodal.WithSightings((_, t, s) => t is { Kind: TrialKind.JoinUnknown, Round: 3 } && s.Direction == PortDirection.Out ? s with { Gap = 700 * Millisecond } : s);
        Assert.Equal(CheckOutcome.Pass, paused.Outcome("M17"));
    }

    [Fact]
    public void M17_needs_a_first_join_and_later_ones()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithTrials(t => t.Kind != TrialKind.JoinUnknown || t.Round == 1 ? t : null).Outcome("M17"));
        Assert.Equal(CheckOutcome.Inconclusive, On(s => s with { JoinMs = -1, FirstJoinMs = -1 }).Outcome("M17"));
        Assert.Equal(CheckOutcome.Skip, On(s => s with { FloodsUnknown = true }).Outcome("M17"));
    }

    [Fact]
    public void M8_measures_from_the_leave_to_the_last_frame_on_the_wire()
    {
        CheckResult result = Healthy.Check("M8");
        Assert.Equal(
            (CheckOutcome.Pass, "min 2.0 s, median 2.0 s, max 2.0 s over 5 rounds, resolution 2 ms; in 1 round a sibling behind the port lost nothing"), (result.Outcome, result.Seen));
        Assert.Contains("min 0 µs", On(s => s with { LeaveMs = 0 }).Check("M8").Seen);
    }

    [Theory]
    [InlineData(3000, CheckOutcome.Pass)]
    [InlineData(3002, CheckOutcome.Warn)]
    [InlineData(60_000, CheckOutcome.Warn)] // still forwarded at the end of the stream, 3.9 s after the leave
    public void M8_warns_above_the_threshold(double ms, CheckOutcome outcome) => Assert.Equal(outcome, On(s => s with { LeaveMs = ms }).Outcome("M8"));

    [Fact]
    public void M8_does_not_judge_a_stream_that_ended_too_soon()
    {
        Seen brief = On(s => s with { LeaveMs = 60_000 }).WithSpec(s => s with { Thresholds = s.Thresholds with { LeaveDelay = TimeSpan.FromSeconds(10) } });
        CheckResult result = brief.Check("M8");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.Contains("the streams were too short", result.Seen);
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p with { Memberships = [] }).Outcome("M8"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithSightings((port, t, s) => port == "m02" && t.Kind is TrialKind.Leave or TrialKind.LeaveBesideSibling ? null : s).Outcome("M8"));
    }

    [Fact]
    public void M8_fails_when_a_sibling_loses_the_stream()
    {
        CheckResult result = On(s => s with { FastLeave = true }).Check("M8");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.StartsWith("when one of two hosts behind m02 left, the other lost the stream for 3.9 s", result.Seen);
        Assert.Contains("fast leave", result.Cause);
    }

    [Fact]
    public void M8_does_not_take_random_loss_or_a_senders_pause_for_an_outage()
    {
        static Seen Sibling(Func<TrialSighting, TrialSighting> change, PortDirection direction) => Healthy.WithSightings((_, t, s) => t.Kind == TrialKind.LeaveBesideSibling && s.Direction == direction ? change(s) : s);
        Assert.Equal(CheckOutcome.Pass, Sibling(s => s with { Packets = s.Packets - 100, Gap = 6 * Millisecond }, PortDirection.In).Outcome("M8"));
        // A full queue throws away some in a row.
        Assert.Equal(CheckOutcome.Pass, Sibling(s => s with { Packets = s.Packets - 100, Gap = 36 * Millisecond }, PortDirection.In).Outcome("M8"));
        Seen paused = Sibling(s => s with { Packets = s.Packets - 200, Gap = 300 * Millisecond }, PortDirection.In);
        Assert.Equal(CheckOutcome.Fail, paused.Outcome("M8"));
        Assert.Equal(CheckOutcome.Pass, paused.WithSightings((_, t, s) => t.Kind == TrialKind.LeaveBesideSibling ? s with { Gap = 300 * Millisecond } : s).Outcome("M8"));
    }
}
