using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A port in the wrong VLAN: its link is up, and nothing passes.</summary>
/// <param name="member">The member behind it, or null for the last one.</param>
public sealed class IsolatedMember(string? member = null) : IFault
{
    /// <inheritdoc/>
    public string Name => "isolated-member";

    /// <inheritdoc/>
    public string Description => "one member's port has a link and passes nothing, either way";

    /// <inheritdoc/>
    public string Parameter => "the member, m05; default the last one";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F1", "M1", "A1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        PlannedEndpoint isolated = FaultTargets.MemberOrLast(plan, member);
        return plan with
        {
            FrameRules =
            [
                .. plan.FrameRules,
                new(Name, FrameHook.Prerouting, $"iifname \"{isolated.Port}\" counter drop"),
                new(Name, FrameHook.Forward, $"oifname \"{isolated.Port}\" counter drop"),
                new(Name, FrameHook.Output, $"oifname \"{isolated.Port}\" counter drop"),
            ],
            Notes = [.. plan.Notes, $"{Name}: {isolated.Name}'s port passes nothing"],
        };
    }
}
