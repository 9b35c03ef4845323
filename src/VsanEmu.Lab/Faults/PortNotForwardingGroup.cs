using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A port whose report was never programmed into the switch's hardware: it has a link and gets all but the Agent Group.</summary>
/// <param name="member">The member behind the port, or null for the last one.</param>
public sealed class PortNotForwardingGroup(string? member = null) : IFault
{
    /// <inheritdoc/>
    public string Name => "port-not-forwarding-group";

    /// <inheritdoc/>
    public string Description => "the switch does not forward the Agent Group out of one member's port";

    /// <inheritdoc/>
    public string Parameter => "the member, m05; default the last one";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F1", "M1"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        PlannedEndpoint deaf = FaultTargets.MemberOrLast(plan, member);
        if (plan.Spec.Channels.AgentGroup is not { } group) throw new FabricException($"fault {Name}: this cluster has no groups");
        return plan with
        {
            FrameRules = [.. plan.FrameRules, new(Name, FrameHook.Forward, $"oifname \"{deaf.Port}\" ip daddr {group} meta l4proto udp counter drop")],
            Notes = [.. plan.Notes, $"{Name}: {group} does not leave by {deaf.Name}'s port"],
        };
    }
}
