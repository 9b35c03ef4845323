using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

public sealed class OwnMachineTests
{
    private const long Millisecond = 1_000_000, Second = 1_000_000_000;

    // A cluster that did not stay at rest while it was probed (7 to 10 s), for no reason that shows in the fabric.
    private static readonly Seen Restless = Seen.Healthy().WithPhases(p => p.Name == Phases.Probing ? p with { Settled = false } : p);

    private static readonly long Heartbeat = (long)Restless.Spec.Timers.Heartbeat.TotalNanoseconds;

    [Fact]
    public void A_failure_that_nothing_explains_is_the_fabrics_where_the_machine_kept_up()
    {
        Assert.Equal((CheckOutcome.Fail, ExitCode.Failed), Judged(Restless));
        Assert.Equal((CheckOutcome.Fail, ExitCode.Failed), Judged(Hindered(Restless)));
    }

    [Fact]
    public void It_is_inconclusive_where_the_machine_stood_still_meanwhile_or_shortly_before()
    {
        Seen hindered = Hindered(Restless, new Hindrance(8 * Second, Heartbeat, 0));
        Assert.Equal((CheckOutcome.Inconclusive, ExitCode.Inconclusive), Judged(hindered));
        CheckResult result = hindered.Verdict.Results.Single(r => r.Id == "F1");
        Assert.EndsWith("but this machine stood still for 200 ms meanwhile", result.Seen);
        Assert.Equal("at 8.0 s: this machine stood still for 200 ms", result.Evidence[0]);
        Assert.Equal("this machine may be the cause, not the fabric", result.Cause);
        Assert.Empty(hindered.Verdict.Unexplained);
        Assert.Equal(CheckOutcome.Inconclusive, Judged(Hindered(Restless, new Hindrance((7 * Second) - (5 * Heartbeat), Heartbeat, 0))).F1);
    }

    [Fact]
    public void It_is_inconclusive_where_the_machine_dropped_frames()
    {
        Seen dropped = Hindered(Restless, new Hindrance(8 * Second, 0, 31), new Hindrance(9 * Second, 0, 1));
        Assert.EndsWith("but this machine dropped 32 frames of its own meanwhile", dropped.Verdict.Results.Single(r => r.Id == "F1").Seen);
    }

    [Theory]
    [InlineData(8000, 199)] // a heartbeat may be that late
    [InlineData(4000, 900)] // long before
    [InlineData(10_100, 900)] // after
    public void A_hindrance_too_small_or_at_another_time_excuses_nothing(int atMs, int stoodMs) =>
        Assert.Equal((CheckOutcome.Fail, ExitCode.Failed), Judged(Hindered(Restless, new Hindrance(atMs * Millisecond, stoodMs * Millisecond, 0))));

    [Fact]
    public void A_fault_of_the_fabric_that_explains_the_failure_stands()
    {
        Seen broken = Hindered(Seen.In(FaultyWorlds.With(World.Healthy(8), "no-querier")), new Hindrance(8 * Second, Second, 100));
        Assert.Contains(broken.Verdict.Diagnoses, d => d.Fault == "no-querier");
        Assert.Equal(ExitCode.Failed, broken.Verdict.ExitCode);
    }

    [Fact]
    public void What_was_lost_or_open_is_no_matter_of_time()
    {
        Seen lossy = Seen.Healthy().WithFailover(f => f with { Lost = [Guid.NewGuid()] });
        Assert.Equal(CheckOutcome.Fail, Hindered(lossy, new Hindrance(11 * Second, Second, 100)).Verdict.Results.Single(r => r.Id == "V2").Outcome);
    }

    [Fact]
    public void Loss_is_no_diagnosis_where_the_machine_itself_lost_frames()
    {
        Seen lossy = Seen.In(FaultyWorlds.With(World.Healthy(8), "loss"));
        Assert.Contains(lossy.Verdict.Diagnoses, d => d.Fault == "loss");
        // In every phase.
        Seen doubted = Hindered(lossy, new Hindrance(0, 1000 * Second, 100));
        Assert.DoesNotContain(doubted.Verdict.Diagnoses, d => d.Fault == "loss");
        Assert.Equal(CheckOutcome.Inconclusive, doubted.Verdict.Results.Single(r => r.Id == "M1").Outcome);
        Assert.Equal(CheckOutcome.Fail, Hindered(lossy, new Hindrance(0, 1000 * Second, 0)).Verdict.Results.Single(r => r.Id == "M1").Outcome);
    }

    private static Seen Hindered(Seen seen, params Hindrance[] hindrances) => seen.With(r => r with { Machine = new MachineObservation { Hindrances = hindrances } });

    private static (CheckOutcome F1, ExitCode Exit) Judged(Seen seen) => (seen.Verdict.Results.Single(r => r.Id == "F1").Outcome, seen.Verdict.ExitCode);
}
