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

    [Fact]
    public void A_starved_pool_excuses_what_rests_on_it_and_says_so()
    {
        Seen starved = Hindered(Restless, new Hindrance(8 * Second, 0, 0, StarvedNs: Second));
        Assert.Equal((CheckOutcome.Inconclusive, ExitCode.Inconclusive), Judged(starved));
        Assert.EndsWith("but this tool's own work waited 1.0 s for a thread meanwhile", starved.Verdict.Results.Single(r => r.Id == "F1").Seen);
    }

    [Theory]
    [InlineData(10, 5000, CheckOutcome.Fail)] // echo requests have a thread of their own
    [InlineData(900, 0, CheckOutcome.Fail)] // and wait a second for their answers, which the kernel keeps
    [InlineData(1100, 0, CheckOutcome.Inconclusive)]
    public void Unanswered_echo_requests_are_excused_by_nothing_shorter_than_their_patience(int stoodMs, int starvedMs, CheckOutcome expected)
    {
        Seen silent = Seen.Healthy().WithPings(p => p.To == "m03" ? p with { Answered = 0, MinNs = 0, MedianNs = 0, MaxNs = 0 } : p);
        Seen tried = silent.With(r => r with { Phases = [.. r.Phases, r.Phases[^1] with { Name = Phases.Trials, StartNs = 30 * Second, EndNs = 35 * Second }] });
        Seen hindered = Hindered(tried, new Hindrance(31 * Second, stoodMs * Millisecond, 0, StarvedNs: starvedMs * Millisecond));
        Assert.Equal(expected, hindered.Verdict.Results.Single(r => r.Id == "P1").Outcome);
    }

    [Fact]
    public void Echo_requests_that_the_senders_own_kernel_refused_are_no_silence_of_the_others()
    {
        Seen refused = Seen.Healthy().WithPings(p => p.From == "m01" ? p with { Sent = 0, Answered = 0, NotSent = 4, Refusal = "Operation not permitted" } : p);
        CheckResult result = refused.Check("P1");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.Contains("not sent: Operation not permitted", result.Seen);
    }

    [Fact]
    public void A_machine_that_nobody_watched_is_not_taken_for_one_that_kept_up()
    {
        Seen blind = Restless.With(r => r with { Machine = new MachineObservation { Hindrances = [], Unwatched = ["softnet_stat cannot be read"] } });
        Assert.Equal((CheckOutcome.Inconclusive, ExitCode.Inconclusive), Judged(blind));
        CheckResult result = blind.Verdict.Results.Single(r => r.Id == "F1");
        Assert.EndsWith("but whether this machine kept up was not watched", result.Seen);
        Assert.Equal("not watched: softnet_stat cannot be read", result.Evidence[0]);
        // What passed has passed.
        Seen healthy = Seen.Healthy().With(r => r with { Machine = blind.Run.Machine });
        Assert.Equal(ExitCode.Passed, healthy.Verdict.ExitCode);
    }

    private static Seen Hindered(Seen seen, params Hindrance[] hindrances) => seen.With(r => r with { Machine = new MachineObservation { Hindrances = hindrances } });

    private static (CheckOutcome F1, ExitCode Exit) Judged(Seen seen) => (seen.Verdict.Results.Single(r => r.Id == "F1").Outcome, seen.Verdict.ExitCode);
}
