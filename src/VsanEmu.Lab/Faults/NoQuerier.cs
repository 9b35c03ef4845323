using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A switch that snoops but has nobody to query: as hardware does, it forwards a group to no port, joined or not.</summary>
public sealed class NoQuerier : IFault
{
    /// <inheritdoc/>
    public string Name => "no-querier";

    /// <inheritdoc/>
    public string Description => "IGMP snooping without a querier: ports go deaf to the groups they joined";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F1", "M1", "M5"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Querier = false,
        Notes = [.. plan.Notes, $"{Name}: the switch sends no IGMP query, and forwards groups to no port"],
    };
}
