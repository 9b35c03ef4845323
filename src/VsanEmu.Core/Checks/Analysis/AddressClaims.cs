namespace VsanEmu.Core.Checks.Analysis;

/// <summary>A member's address and the Ethernet addresses that claimed it.</summary>
internal sealed record AddressClaim(string Member, string Address, IReadOnlyList<string> Macs, IReadOnlyList<string> Ports)
{
    public override string ToString() => $"{Address} of {Member} is claimed by {Wording.Names(Macs)} (ARP at {Wording.Names(Ports)})";
}

/// <summary>Who claims which address by ARP, over all captures.</summary>
internal sealed class AddressClaims
{
    private AddressClaims(IReadOnlyList<AddressClaim> doubled) => Doubled = doubled;

    /// <summary>Members' addresses that several claim.</summary>
    public IReadOnlyList<AddressClaim> Doubled { get; }

    public static AddressClaims Of(RunAnalysis run)
    {
        var members = run.Spec.Members.ToDictionary(m => m.Address.ToString());
        var claims =
            from port in run.Seen.Ports
            from control in port.Controls
            where !string.IsNullOrEmpty(control.Mac) && control.Count > 0 && members.ContainsKey(control.Source)
            group (control.Mac, port.Port) by control.Source into claim
            where claim.Select(c => c.Mac).Distinct().Count() > 1
            orderby members[claim.Key].Id
            select new AddressClaim(members[claim.Key].Name, claim.Key, [.. claim.Select(c => c.Mac).Distinct().Order()], [.. claim.Select(c => c.Port).Distinct()]);
        return new([.. claims]);
    }
}
