using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Nobody wrote the access list.</summary>
public sealed class NoAcl : IFault
{
    /// <inheritdoc/>
    public string Name => "no-acl";

    /// <inheritdoc/>
    public string Description => "no access list in switch and gateway: outsiders reach the members' reliable port";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A2", "A3", "A4"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Access = plan.Access with { MembersOnly = false },
        Notes = [.. plan.Notes, $"{Name}: switch and gateway permit TCP {plan.Access.Port} to everyone"],
    };
}
