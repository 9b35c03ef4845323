using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A list that says no instead of nothing: a scanner learns that there is something, and from whom.</summary>
/// <param name="reset">True for a TCP reset that bears the target's address, false for ICMP 3/13.</param>
public sealed class AclReject(bool reset = false) : IFault
{
    /// <inheritdoc/>
    public string Name => "acl-reject";

    /// <inheritdoc/>
    public string Description => "the access list rejects by ICMP or TCP reset instead of dropping";

    /// <inheritdoc/>
    public string Parameter => "prohibited or reset; default prohibited, which is ICMP 3/13";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> MustWarn { get; } = ["A2", "A3"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Access = plan.Access with { Refusal = reset ? Refusal.Reset : Refusal.Prohibit },
        Notes = [.. plan.Notes, $"{Name}: switch and gateway answer TCP {plan.Access.Port} with {(reset ? "a reset" : "ICMP administratively prohibited")}"],
    };
}
