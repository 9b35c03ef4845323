using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A segment that is in two parts from the start: two switches whose trunk lacks the VLAN.</summary>
/// <param name="side">Members of the part without observer, outsiders and gateway, or null for the second half of the members.</param>
public sealed class Partition(IReadOnlyList<string>? side = null) : IFault
{
    /// <inheritdoc/>
    public string Name => "partition";

    /// <inheritdoc/>
    public string Description => "the segment is in two parts that exchange nothing";

    /// <inheritdoc/>
    public string Parameter => "members of one part, m03+m04; default the second half";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F1", "M1", "A1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        PlannedEndpoint[] members = [.. plan.Members];
        PlannedEndpoint[] apart = side is null ? members[((members.Length + 1) / 2)..] : [.. side.Select(name => FaultTargets.Member(plan, name))];
        if (apart.Length == 0 || apart.Length == members.Length) throw new FabricException($"fault {Name}: each part needs a member");
        IEnumerable<string> rest = plan.Endpoints.Except(apart).Select(e => e.Port).OfType<string>();
        return plan with
        {
            FrameRules = [.. plan.FrameRules, .. SwitchRules.SplitRules(Name, [rest, apart.Select(e => e.Port!)])],
            Notes = [.. plan.Notes, $"{Name}: {string.Join(", ", apart.Select(e => e.Name))} are cut off from the rest"],
        };
    }
}
