using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>The hole that a stateless list leaves when its permit for source port 2233 does not name the members.</summary>
public sealed class AclSourcePortHole : IFault
{
    /// <inheritdoc/>
    public string Name => "acl-source-port-hole";

    /// <inheritdoc/>
    public string Description => "the access list permits the reliable port as source port to everyone: an outsider who binds it gets through";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A4"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Access = plan.Access with { SourcePortHole = true },
        Notes = [.. plan.Notes, $"{Name}: switch and gateway permit TCP from source port {plan.Access.Port}, whoever sends it"],
    };
}
