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
        // A Linux bridge that does not snoop does not query either; a router beside a real switch does, and that is how one tells it from a missing querier.
        RouterPorts = true,
        FloodUnknownGroups = true,
        Notes = [.. plan.Notes, $"{Name}: the switch floods groups and reports to every port (it counts all of them as routers'); queries go on"],
    };
}
