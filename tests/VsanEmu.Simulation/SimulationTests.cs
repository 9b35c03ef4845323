using System.Diagnostics;
using VsanEmu.Core.Protocol;
using VsanEmu.Simulation.Schedules;

namespace VsanEmu.Simulation;

/// <summary>
/// Thousands of random schedules: no rule may be broken in any. <c>VSANEMU_SEEDS=N</c> (<c>tests/run --seeds N</c>) runs N of them, <c>VSANEMU_SEED=S</c> replays one and tells what happened.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int DefaultSeeds = 20_000;

    [Fact]
    public void No_schedule_breaks_a_rule()
    {
        if (Replayed() is { } seed)
        {
            Outcome outcome = Schedule.Run(seed, tells: true);
            output.WriteLine(string.Join('\n', outcome.Story));
            Assert.True(outcome.Failure is null, outcome.Failure);
            return;
        }

        var watch = Stopwatch.StartNew();
        Campaign campaign = Campaign.Run(1, Seeds(), Sabotage.None, stopAfter: 10);
        output.WriteLine($"{campaign.Schedules} schedules in {watch.Elapsed.TotalSeconds:F1} s, {campaign.VirtualHours:F1} h of virtual time; at rest {campaign.MeanSettled:F1} heartbeats after the last fault in the mean, {campaign.MostSettled} at most");
        Assert.True(campaign.Failures.Count == 0, campaign.Report());
        if (campaign.Schedules >= DefaultSeeds) Assert.Empty(campaign.Coverage.Missing());
    }

    private static int Seeds() => int.TryParse(Environment.GetEnvironmentVariable("VSANEMU_SEEDS"), out int seeds) && seeds > 0 ? seeds : DefaultSeeds;

    private static ulong? Replayed() => ulong.TryParse(Environment.GetEnvironmentVariable("VSANEMU_SEED"), out ulong seed) ? seed : null;
}
