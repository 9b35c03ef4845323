using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A switch that floods every group to every port.</summary>
public sealed class SnoopingOff : IFault
{
    /// <inheritdoc/>
    public string Name => "snooping-off";

    /// <inheritdoc/>
    public string Description => "no IGMP snooping: both groups are flooded to every port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["M3", "M4"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Snooping = false,
        FloodUnknownGroups = true,
        Notes = [.. plan.Notes, $"{Name}: the switch floods groups to every port (and, as Linux does then, sends no query)"],
    };
}
