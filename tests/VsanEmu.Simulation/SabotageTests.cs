using VsanEmu.Core.Protocol;
using VsanEmu.Simulation.Schedules;

namespace VsanEmu.Simulation;

/// <summary>The simulation is worth what it finds: with a deliberate mistake in every node it must fail soon, and for the right reason.</summary>
public sealed class SabotageTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData((int)Sabotage.NeverYield, 200, "waits for one Master instead of")]
    [InlineData((int)Sabotage.AcknowledgeEarly, 4000, "was acknowledged, and")]
    [InlineData((int)Sabotage.StayOnMasterGroup, 100, "outside the matrix")]
    public void A_deliberate_mistake_is_found(int mistake, int seeds, string rule)
    {
        Campaign campaign = Campaign.Run(1, seeds, (Sabotage)mistake, stopAfter: 1);
        Outcome found = Assert.Single(campaign.Failures.Take(1));
        output.WriteLine($"{(Sabotage)mistake}: found after {campaign.Schedules} schedules, seed {found.Seed}: {found.Failure}");
        Assert.Contains(rule, found.Failure, StringComparison.Ordinal);
    }
}
