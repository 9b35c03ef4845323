using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A stateless list that permits destination port 2233 between two members and forgot source port 2233 in one direction: the SYN arrives, its answer does not.</summary>
/// <param name="pair">The member that opens connections and the one that answers in vain, or null for the two that come last in an election.</param>
public sealed class AclOneWay((string Opener, string Target)? pair = null) : IFault
{
    /// <inheritdoc/>
    public string Name => "acl-one-way";

    /// <inheritdoc/>
    public string Description => "one member's connections to another get no answer: the access list drops what comes back";

    /// <inheritdoc/>
    public string Parameter => "who opens and to whom, m07+m08; default the two that come last in an election";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        (PlannedEndpoint opener, PlannedEndpoint target) = FaultTargets.PairOrLast(plan, Name, pair);
        return plan with
        {
            Access = plan.Access with { Unanswered = [.. plan.Access.Unanswered, (opener.Address!, target.Address!)] },
            Notes = [.. plan.Notes, $"{Name}: the switch drops TCP from {target.Name}, source port {plan.Access.Port}, to {opener.Name}"],
        };
    }
}
