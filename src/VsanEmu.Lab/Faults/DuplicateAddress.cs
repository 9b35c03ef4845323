using VsanEmu.Lab.Building;

namespace VsanEmu.Lab.Faults;

/// <summary>Somebody else in the segment has a member's address: who asks for it by ARP gets two answers.</summary>
/// <param name="member">The member whose address it is, or null for the last one.</param>
public sealed class DuplicateAddress(string? member = null) : IFault
{
    private const string Port = "double_";

    /// <inheritdoc/>
    public string Name => "duplicate-address";

    /// <inheritdoc/>
    public string Description => "another host in the segment uses a member's address, and answers ARP for it";

    /// <inheritdoc/>
    public string Parameter => "the member, m05; default the last one";

    /// <inheritdoc/>
    public IReadOnlyList<string> MustFail { get; } = ["F4"];

    /// <inheritdoc/>
    public FabricPlan Apply(FabricPlan plan)
    {
        PlannedEndpoint doubled = FaultTargets.MemberOrLast(plan, member);
        // As of a locally administered card of another maker: the address, which is the same, is readable in it.
        string mac = $"06{Ipv4.Mac(doubled.Address!)[2..]}";
        return plan with
        {
            Hidden = [.. plan.Hidden, new HiddenHost(Port, doubled.Address!, mac, Queries: false)],
            Notes = [.. plan.Notes, $"{Name}: {mac} has {doubled.Name}'s address {doubled.Address}"],
        };
    }
}
