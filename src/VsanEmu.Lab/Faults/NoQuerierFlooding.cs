using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A Linux bridge as it comes, Docker's for one: it would snoop, but has no querier, and floods then.</summary>
public sealed class NoQuerierFlooding : IFault
{
    /// <inheritdoc/>
    public string Name => "no-querier-flooding";

    /// <inheritdoc/>
    public string Description => "IGMP snooping without a querier, as Linux does it: both groups are flooded to every port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M3", "M4", "M5"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Querier = false,
        FloodsWithoutQuerier = true,
        Notes = [.. plan.Notes, $"{Name}: the switch sends no IGMP query, and floods groups to every port"],
    };
}
