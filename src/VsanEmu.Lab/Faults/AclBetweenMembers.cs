using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>
/// An access list that was written from too short a capture: two members which rarely talk may not. By default the two that are least likely to become
/// Master or Backup, so that the cluster forms all the same and only a probe of every pair finds it.
/// </summary>
/// <param name="pair">The two members' names, or null for the default.</param>
public sealed class AclBetweenMembers((string A, string B)? pair = null) : IFault
{
    /// <inheritdoc/>
    public string Name => "acl-between-members";

    /// <inheritdoc/>
    public string Description => "the access list drops the reliable port between two members that are neither Master nor Backup";

    /// <inheritdoc/>
    public string Parameter => "the two members, m07+m08; default the two that come last in an election";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        (PlannedEndpoint a, PlannedEndpoint b) = FaultTargets.PairOrLast(plan, Name, pair);
        return plan with
        {
            Access = plan.Access with { Denied = [.. plan.Access.Denied, (a.Address!, b.Address!)] },
            Notes = [.. plan.Notes, $"{Name}: the switch drops TCP {plan.Access.Port} between {a.Name} and {b.Name}"],
        };
    }
}
