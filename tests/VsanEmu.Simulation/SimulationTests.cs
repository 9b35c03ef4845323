using System.Diagnostics;
using System.Globalization;
using VsanEmu.Core.Protocol;
using VsanEmu.Simulation.Schedules;

namespace VsanEmu.Simulation;

/// <summary>
/// Thousands of random schedules: no rule may be broken in any. <c>VSANEMU_SEEDS=N</c> runs N of them, <c>VSANEMU_FIRST_SEED=F</c> begins with seed F instead
/// of 1, and <c>VSANEMU_SEED=S</c> replays one and tells what happened.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int DefaultSeeds = 25_000;

    [Fact]
    public void No_schedule_breaks_a_rule()
    {
        if (Number("VSANEMU_SEED") is { } seed)
        {
            Outcome outcome = Schedule.Run(seed, tells: true);
            output.WriteLine(string.Join('\n', outcome.Story));
            Assert.True(outcome.Failure is null, outcome.Failure);
            return;
        }

        var watch = Stopwatch.StartNew();
        Campaign campaign = Campaign.Run(Number("VSANEMU_FIRST_SEED") ?? 1, (int)(Number("VSANEMU_SEEDS") ?? DefaultSeeds), Sabotage.None, stopAfter: 10);
        output.WriteLine($"{campaign.Schedules} schedules in {watch.Elapsed.TotalSeconds:F1} s, {campaign.VirtualHours:F1} h of virtual time; at rest {campaign.MeanSettled:F1} heartbeats after the last fault in the mean, {campaign.MostSettled} at most");
        Assert.True(campaign.Failures.Count == 0, campaign.Report());
        Assert.True(campaign.Schedules > 0, "no schedule at all was run");
        if (campaign.Schedules >= DefaultSeeds) Assert.Empty(campaign.Coverage.Missing());
    }

    // What is set and no number is a mistake, and must not look like a run that found nothing.
    private static ulong? Number(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
}
