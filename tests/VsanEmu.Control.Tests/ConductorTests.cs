using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests;

/// <summary>What a run measures of its own orders, with hosts that take their time to carry them out, and to answer.</summary>
public sealed class ConductorTests
{
    // Steps of the clock, of the conductor's looking, and what it waits between.
    private const double ToleranceMs = 150;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2000)] // answered late
    [InlineData(0, 6000)] // answered after all is over
    [InlineData(1500, 2000)] // carried out late
    public async Task A_failover_counts_from_when_the_host_carried_the_kill_out_however_long_its_answer_takes(int carriedOutMs, int answeredMs)
    {
        (ScriptedCluster cluster, RunObservations seen) = await RunAsync("V1", carriedOutMs, answeredMs);
        FailoverObservation failover = Assert.Single(seen.Failovers);
        Assert.Equal(("m01", "m02", cluster.KilledAtNs), (failover.Killed, failover.NewMaster, failover.KilledAtNs));
        Assert.Equal(ScriptedCluster.Reaction.TotalMilliseconds, (failover.HoldsAtNs!.Value - failover.KilledAtNs) / 1e6, ToleranceMs);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(-60_000)] // a clock that is behind
    [InlineData(+60_000)] // ahead
    public async Task Where_the_host_does_not_tell_it_counts_from_before_the_order(int? clockOffMs)
    {
        (ScriptedCluster cluster, RunObservations seen) = await RunAsync("V1", 500, 2000, at => at + (clockOffMs * 1_000_000L));
        FailoverObservation failover = Assert.Single(seen.Failovers);
        Assert.Equal(500, (cluster.KilledAtNs - failover.KilledAtNs) / 1e6, ToleranceMs);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2000)]
    [InlineData(0, 6000)]
    public async Task A_split_and_a_heal_count_from_before_their_orders_however_long_the_answers_take(int carriedOutMs, int answeredMs)
    {
        (ScriptedCluster cluster, RunObservations seen) = await RunAsync("V3", carriedOutMs, answeredMs);
        PartitionObservation split = Assert.Single(seen.Partitions);
        Assert.Equal(cluster.OrderedAtNs, [split.SplitAtNs, split.HealedAtNs]);
        double reaction = ScriptedCluster.Reaction.TotalMilliseconds;
        Assert.Equal(reaction, (split.SettledSplitAtNs!.Value - split.SplitAtNs) / 1e6, ToleranceMs);
        Assert.Equal(reaction, (split.SettledHealAtNs!.Value - split.HealedAtNs) / 1e6, ToleranceMs);
        Assert.Equal([["m01"], ["m02"]], split.MastersPerSide);
    }

    [Fact]
    public async Task Numbered_datagrams_that_the_senders_own_kernel_refused_were_not_sent()
    {
        (_, RunObservations seen) = await RunAsync("V1", 0, 0);
        Assert.All(seen.Streams, s => Assert.Equal(s.From == "m02" ? (150, 50) : (200, 0), (s.Sent, s.Refused)));
        Assert.Equal(4 * 3, seen.Streams.Count);
    }

    [Theory]
    [InlineData("M5", 12, true)]
    [InlineData("F1", 12, false)]
    [InlineData("M5", 125, false)] // that takes minutes
    public async Task Nobody_is_killed_before_a_querier_was_watched_for_its_interval_where_little_is_left_of_it(string check, int intervalSeconds, bool watched)
    {
        ClusterSpec spec = Spec with { Timers = Spec.Timers with { QueryInterval = TimeSpan.FromSeconds(intervalSeconds) } };
        (_, RunObservations seen) = await RunAsync([check, "V1"], spec, 0, 0);
        Assert.Equal(watched, Assert.Single(seen.Failovers).KilledAtNs - seen.Phases[0].StartNs > spec.Timers.LongestQueryGap().TotalNanoseconds);
    }

    private static ClusterSpec Spec => LabSpec.Create(4) with { Vms = [] };

    private static Task<(ScriptedCluster Cluster, RunObservations Seen)> RunAsync(string check, int carriedOutMs, int answeredMs, Func<long, long?>? told = null) =>
        RunAsync([check], Spec, carriedOutMs, answeredMs, told);

    private static async Task<(ScriptedCluster Cluster, RunObservations Seen)> RunAsync(
        string[] checks, ClusterSpec spec, int carriedOutMs, int answeredMs, Func<long, long?>? told = null)
    {
        var cluster = new ScriptedCluster(spec)
        {
            CarriedOut = TimeSpan.FromMilliseconds(carriedOutMs),
            Answered = TimeSpan.FromMilliseconds(answeredMs),
            Told = told ?? (at => at),
        };
        Task<RunObservations> run = new Conductor(cluster.Parts, new ConductorOptions { Only = checks.ToHashSet() }, cluster.Time, () => cluster.NowNs, null)
            .RunAsync(TestContext.Current.CancellationToken);
        for (int i = 0; i < 10_000 && !run.IsCompleted; i++)
        {
            // What a step set going is done before the next one.
            await Task.Delay(1, TestContext.Current.CancellationToken);
            cluster.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return (cluster, await run.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }
}
