using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>A list that was written for IPv4, in a segment where every host has an IPv6 address of its own making.</summary>
public sealed class AclIpv4Only : IFault
{
    /// <inheritdoc/>
    public string Name => "acl-ipv4-only";

    /// <inheritdoc/>
    public string Description => "the access list says nothing of IPv6: outsiders in the segment reach the members' link-local addresses";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["A8"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan) => plan with
    {
        Access = plan.Access with { Ipv4Only = true },
        Notes = [.. plan.Notes, $"{Name}: the switch drops TCP {plan.Access.Port} over IPv4 only"],
    };
}
