using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>M5: a querier, its interval, its version, its rivals; and a watch that is too short to tell.</summary>
public sealed class QuerierCheckTests
{
    private const long Millisecond = 1_000_000;

    private static readonly Seen Healthy = Seen.Healthy(4);

    [Fact]
    public void A_healthy_querier_is_described() =>
        Assert.Equal("querier 198.18.255.254, IGMP v3, 10 general queries at each port, at most 2.0 s apart", Described(Healthy));

    // Lab timers: an interval of 2 s, 4 % of jitter and half a second of slack. One lost query is a warning, up to 2 x 2 s, half the response time, and the slack.
    [Theory]
    [InlineData(2580, CheckOutcome.Pass)]
    [InlineData(2581, CheckOutcome.Warn)]
    [InlineData(5000, CheckOutcome.Warn)]
    [InlineData(5001, CheckOutcome.Fail)]
    public void The_gap_counts_on_both_sides_of_its_limits(long gapMs, CheckOutcome outcome) =>
        Assert.Equal(outcome, Single(FirstMs: 100, LastMs: 2900, gapMs, general: 3, watchedMs: 3000).Outcome("M5"));

    [Theory]
    [InlineData(2580, 100, CheckOutcome.Pass)] // silence at the start of the watch
    [InlineData(2581, 100, CheckOutcome.Warn)]
    [InlineData(5001, 100, CheckOutcome.Fail)]
    [InlineData(100, 2580, CheckOutcome.Pass)] // and at its end
    [InlineData(100, 2581, CheckOutcome.Warn)]
    [InlineData(100, 5001, CheckOutcome.Fail)]
    public void Silence_before_the_first_and_after_the_last_query_counts(long beforeMs, long afterMs, CheckOutcome outcome) =>
        Assert.Equal(outcome, Single(beforeMs, beforeMs + 100, 100, general: 2, watchedMs: beforeMs + 100 + afterMs).Outcome("M5"));

    [Fact]
    public void A_silence_across_phases_is_one_silence()
    {
        // Queries at 0.25, 2.25, … s in phases that end at 3, 5, 7, … s: without those of "steady" there are none from 2.25 to 6.25 s.
        Seen gap = Healthy.WithPorts(p => p with { Queries = [.. p.Queries.Where(q => q.Phase != Phases.Steady)] });
        Assert.Contains("4.0 s without one", gap.Check("M5").Seen);
        Assert.Equal(CheckOutcome.Warn, gap.Outcome("M5"));
        Seen longer = gap.WithPorts(p => p with { Queries = [.. p.Queries.Where(q => q.Phase != Phases.Vms)] });
        Assert.Contains("for 6.0 s", longer.Check("M5").Seen);
        Assert.Equal(CheckOutcome.Fail, longer.Outcome("M5"));
    }

    [Fact]
    public void No_query_at_one_port_names_that_port()
    {
        CheckResult result = Healthy.WithPorts(p => p.Port == "m03" ? p with { Queries = [] } : p).Check("M5");
        Assert.Equal((CheckOutcome.Fail, "no general query at m03 in 14.0 s"), (result.Outcome, result.Seen));
    }

    [Fact]
    public void Group_specific_queries_are_no_general_ones() =>
        Assert.Equal(CheckOutcome.Fail, Healthy.WithPorts(p => p with { Queries = [.. p.Queries.Select(q => q with { General = 0, Specific = 5 })] }).Outcome("M5"));

    [Theory]
    [InlineData(2580)]
    [InlineData(1000)]
    public void A_watch_that_is_too_short_never_passes(long watchedMs)
    {
        CheckResult seen = Single(100, 900, 800, general: 2, watchedMs).Check("M5");
        Assert.Equal(CheckOutcome.Inconclusive, seen.Outcome);
        Assert.StartsWith("querier 198.18.255.254", seen.Seen);
        Assert.Contains("are needed", seen.Seen);
        CheckResult none = Single(100, 900, 800, general: 0, watchedMs).Check("M5");
        Assert.Equal(CheckOutcome.Inconclusive, none.Outcome);
        Assert.StartsWith("no general query, but the ports were watched for", none.Seen);
    }

    [Fact]
    public void Time_in_which_the_segment_was_split_does_not_count()
    {
        Seen quiet = Healthy.WithPorts(p => p with { Queries = [.. p.Queries.Where(q => q.Phase != Phases.Partition)] });
        Assert.Equal(CheckOutcome.Pass, quiet.Outcome("M5"));
    }

    [Fact]
    public void A_dead_members_port_counts_until_its_death()
    {
        Seen quiet = Healthy.WithPorts(p => p.Port == "m01" ? p with { Queries = [.. p.Queries.Where(q => q.FirstNs < 10_000 * Millisecond)] } : p);
        Assert.Equal(CheckOutcome.Pass, quiet.Outcome("M5"));
        Assert.Equal(CheckOutcome.Fail, quiet.With(r => r with { Failovers = [] }).Outcome("M5"));
    }

    [Fact]
    public void Frames_that_the_kernel_dropped_may_have_been_the_queries() =>
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Port == "m03" ? p with { Queries = [], Dropped = 1 } : p).Outcome("M5"));

    [Fact]
    public void Without_captures_it_is_inconclusive() =>
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Member ? null : p).Outcome("M5"));

    [Theory]
    [InlineData(3, 3, CheckOutcome.Pass)]
    [InlineData(3, 2, CheckOutcome.Pass)]
    [InlineData(2, 2, CheckOutcome.Pass)]
    [InlineData(2, 3, CheckOutcome.Warn)]
    [InlineData(1, 2, CheckOutcome.Warn)]
    public void An_older_querier_than_the_members_is_a_warning(int querier, int members, CheckOutcome outcome)
    {
        Seen seen = Seen.In(World.Healthy(4) with { QuerierVersion = querier });
        Assert.Equal(outcome, seen.WithSpec(s => s with { Channels = s.Channels with { IgmpVersion = members } }).Outcome("M5"));
    }

    [Fact]
    public void A_proxy_without_an_address_is_a_warning() => Assert.Equal(CheckOutcome.Warn, Seen.In(World.Healthy(4) with { Querier = "0.0.0.0" }).Outcome("M5"));

    [Fact]
    public void Two_queriers_at_once_fail_and_are_named_but_a_change_only_warns()
    {
        static QuerySighting Rival(QuerySighting q) => q with { Source = "198.18.255.253" };
        Seen both = Healthy.WithPorts(p => p with { Queries = [.. p.Queries, .. p.Queries.Where(q => q.Phase == Phases.Forming).Select(Rival)] });
        Assert.Equal(CheckOutcome.Fail, both.Outcome("M5"));
        Assert.Equal("two-queriers", Assert.Single(both.Verdict.Diagnoses).Fault);

        Seen changed = Healthy.WithPorts(p => p with { Queries = [.. p.Queries.Select(q => q.FirstNs > 9000 * Millisecond ? Rival(q) : q)] });
        Assert.Equal(CheckOutcome.Warn, changed.Outcome("M5"));
        Assert.Empty(changed.Verdict.Diagnoses);
    }

    private static string Described(Seen seen)
    {
        CheckResult result = seen.Check("M5");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        return result.Seen;
    }

    /// <summary>One phase of a given length, and in it at every port the same queries.</summary>
    private static Seen Single(long FirstMs, long LastMs, long gapMs, int general, long watchedMs) => Healthy
        .WithPhases(p => p.Name == Phases.Steady ? p with { StartNs = 0, EndNs = watchedMs * Millisecond } : null)
        .WithPorts(p => p with
        {
            Queries =
            [
                .. p.Queries.Take(1).Select(q => q with
                {
                    Phase = Phases.Steady,
                    General = general,
                    FirstNs = FirstMs * Millisecond,
                    LastNs = LastMs * Millisecond,
                    LongestGapNs = gapMs * Millisecond,
                }),
            ],
        });
}
