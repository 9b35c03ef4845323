namespace VsanEmu.Lab.Faults;

/// <summary>Which faults can be seen side by side. A fault that takes away what another one shows itself by hides it, and no instrument could tell.</summary>
public static class FaultPairs
{
    private static readonly string[] AtTheLastMember = ["port-not-forwarding-group", "slow-port", "duplicate-address"];

    // Each with the faults that cannot be seen beside it.
    private static readonly Dictionary<string, string[]> Hides = new()
    {
        // No group goes anywhere: nothing can be said of how groups are forwarded.
        ["no-querier"] = ["no-querier-flooding", "two-queriers", "snooping-off", "port-not-forwarding-group", "mac-aliasing", "group-limit", "igmp-version", "multicast-rate-limit"],
        ["igmp-version"] = ["port-not-forwarding-group", "mac-aliasing", "group-limit", "multicast-rate-limit", "no-querier-flooding", "snooping-off"],
        // Groups go everywhere, joined or not. And without a querier there are not two of them.
        ["no-querier-flooding"] = ["two-queriers", "snooping-off", "mac-aliasing", "group-limit"],
        ["snooping-off"] = ["mac-aliasing", "group-limit"],
        // Without a list there is no hole in it.
        ["no-acl"] = ["acl-source-port-hole", "acl-ipv4-only", "acl-reject"],
        // The same two members, by default.
        ["acl-between-members"] = ["acl-one-way"],
        // Nothing comes to the last member, or from it, and a part of one is either.
        ["isolated-member"] = ["acl-between-members", "acl-one-way", "partition", .. AtTheLastMember],
    };

    /// <summary>True when both can be seen, and so be named.</summary>
    public static bool BothSeen(IFault a, IFault b) => a.Name != b.Name && !Hidden(a.Name, b.Name) && !Hidden(b.Name, a.Name);

    /// <summary>All pairs of these faults of which both can be seen, in the order given.</summary>
    public static IReadOnlyList<(IFault A, IFault B)> Of(IReadOnlyList<IFault> faults) =>
        [.. from i in Enumerable.Range(0, faults.Count) from j in Enumerable.Range(i + 1, faults.Count - i - 1) where BothSeen(faults[i], faults[j]) select (faults[i], faults[j])];

    private static bool Hidden(string by, string fault) => Hides.TryGetValue(by, out string[]? hidden) && hidden.Contains(fault);
}
