using VsanEmu.Core.Observations;
using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Finds what a fault's parameter names.</summary>
internal static class FaultTargets
{
    /// <summary>The member of this name.</summary>
    /// <exception cref="FabricException">There is no such member.</exception>
    internal static PlannedEndpoint Member(FabricPlan plan, string name) => plan.Endpoint(name) is { Kind: PortKind.Member } member
        ? member
        : throw new FabricException($"'{name}' is not a member");
}
