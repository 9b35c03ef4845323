using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>What a run leaves out on purpose, and what it made no trials for, is skipped with the reason, and never passes.</summary>
public sealed class NotTriedTests
{
    private static readonly Seen Healthy = Seen.Healthy(4);

    public static TheoryData<string> Ids => [.. CheckCatalogue.All.Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_check_that_was_left_out_is_skipped_with_the_reason(string id)
    {
        Seen without = Healthy.With(r => r with { NotTried = new Dictionary<string, string> { [id] = "left out by --skip" } });
        CheckResult result = without.Check(id);
        Assert.Equal((CheckOutcome.Skip, "left out by --skip"), (result.Outcome, result.Seen));
        Assert.Equal(ExitCode.Passed, without.Verdict.ExitCode);
        Assert.All(without.Verdict.Results.Where(r => r.Id != id), r => Assert.Equal(CheckOutcome.Pass, r.Outcome));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_check_that_was_left_out_does_not_fail_either(string id)
    {
        World broken = World.Healthy(4) with { Multicast = (_, _) => 0, Tcp = (_, _) => ProbeOutcome.FilteredForward, Outsider = (_, _, _) => ProbeOutcome.Open, Flooded = _ => true, Querier = null };
        Assert.Equal(CheckOutcome.Skip, Seen.In(broken).With(r => r with { NotTried = new Dictionary<string, string> { [id] = "x" } }).Outcome(id));
    }

    [Fact]
    public void A_run_without_trials_skips_what_needs_them_and_passes()
    {
        Verdict verdict = Seen.In(World.Healthy(4) with { Trials = false }).Verdict;
        Assert.Equal(
            ["M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M16", "M17", "A5", "A6", "A7", "A8", "A9", "P1", "P2"],
            verdict.Results.Where(r => r.Outcome == CheckOutcome.Skip).Select(r => r.Id));
        Assert.Equal("nobody in this run can make it", verdict.Results.Single(r => r.Id == "M7").Seen);
        Assert.Equal(ExitCode.Passed, verdict.ExitCode);
    }

    [Theory]
    [InlineData("M7")]
    [InlineData("M8")]
    [InlineData("M9")]
    [InlineData("M10")]
    [InlineData("M11")]
    [InlineData("M12")]
    [InlineData("M13")]
    [InlineData("M14")]
    [InlineData("M16")]
    [InlineData("M17")]
    [InlineData("A6")]
    [InlineData("A7")]
    public void A_stream_that_could_not_be_sent_proves_nothing(string id)
    {
        Seen refused = Healthy.WithTrials(t => t with { Error = "Network is unreachable" }).WithPorts(p => p with { Trials = [] });
        CheckResult result = refused.Check(id);
        Assert.Equal((CheckOutcome.Inconclusive, "no stream was on the wire: Network is unreachable"), (result.Outcome, result.Seen));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p with { Trials = [] }).Outcome(id));
    }

    [Theory]
    [InlineData("M9")]
    [InlineData("M11")]
    [InlineData("M16")]
    [InlineData("A7")]
    public void Nothing_arrived_proves_nothing_where_the_capture_dropped_or_was_dead(string id)
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome(id));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p with { Dropped = 1 }).Outcome(id));
        Seen dead = Healthy.WithPorts(p => p with { Flows = [], Controls = [], Memberships = [], Trials = [.. p.Trials.Where(t => t.Direction == PortDirection.Out)] });
        Assert.Equal(CheckOutcome.Inconclusive, dead.Outcome(id));
    }

    [Fact]
    public void A_unicast_profile_has_no_groups_to_try() =>
        Assert.All(
            (string[])["M6", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M15", "M16", "M17", "M18", "A6", "A7"],
            id => Assert.Equal(CheckOutcome.Skip, Healthy.WithSpec(s => s with { Profile = VsanEmu.Core.Flows.FlowProfile.Vsan66 }).Outcome(id)));
}
