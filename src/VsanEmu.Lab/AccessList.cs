using System.Net;

namespace VsanEmu.Lab;

/// <summary>How the list turns away what it does not permit.</summary>
public enum Refusal : byte
{
    /// <summary>Silently.</summary>
    Drop,

    /// <summary>By ICMP 3/13, communication administratively prohibited.</summary>
    Prohibit,

    /// <summary>By a TCP reset that bears the target's address.</summary>
    Reset,
}

/// <summary>
/// The access list of FLOWS.md's guidance: the reliable transport's port is for members among each other, by destination and by source port, and so are the
/// cluster's groups. Stateless, as on a switch; it filters what is forwarded. Made into rules by <see cref="Building.AccessRules"/>.
/// </summary>
public sealed record AccessList
{
    /// <summary>The members' addresses.</summary>
    public required IReadOnlyList<IPAddress> Members { get; init; }

    /// <summary>The TCP port of the reliable transport.</summary>
    public required int Port { get; init; }

    /// <summary>The cluster's groups: members alone may send to them, and join them. None in a unicast profile.</summary>
    public IReadOnlyList<IPAddress> Groups { get; init; } = [];

    /// <summary>Ports of the switch behind which there is no member: a member's address is not believed there.</summary>
    public IReadOnlyList<string> StrangerPorts { get; init; } = [];

    /// <summary>False when there is no list at all (fault <c>no-acl</c>).</summary>
    public bool MembersOnly { get; init; } = true;

    /// <summary>True when source port <see cref="Port"/> is permitted whoever sends it (fault <c>acl-source-port-hole</c>).</summary>
    public bool SourcePortHole { get; init; }

    /// <summary>True when the list says nothing of IPv6 (fault <c>acl-ipv4-only</c>).</summary>
    public bool Ipv4Only { get; init; }

    /// <summary>What becomes of TCP that is not permitted (fault <c>acl-reject</c>).</summary>
    public Refusal Refusal { get; init; }

    /// <summary>Pairs of members that are kept apart, both ways (fault <c>acl-between-members</c>).</summary>
    public IReadOnlyList<(IPAddress A, IPAddress B)> Denied { get; init; } = [];

    /// <summary>Members whose connections get no answer: what comes from the second one's reliable port does not reach the first (fault <c>acl-one-way</c>).</summary>
    public IReadOnlyList<(IPAddress Opener, IPAddress Target)> Unanswered { get; init; } = [];

    /// <summary>The list in words, in the order in which it is applied.</summary>
    public IReadOnlyList<string> Describe()
    {
        List<string> lines =
        [
            .. Denied.Select(pair => $"deny tcp between {pair.A} and {pair.B}, port {Port}, source or destination"),
            .. Unanswered.Select(pair => $"deny tcp from {pair.Target}, source port {Port}, to {pair.Opener}"),
        ];
        if (!MembersOnly) return [.. lines, "permit any"];
        string family = Ipv4Only ? " over IPv4" : "", deny = Refusal == Refusal.Drop ? "deny" : "reject";
        lines.Add("deny any from members' addresses at ports that are not members'");
        if (Groups.Count > 0) lines.Add($"deny udp and IGMP joins to {string.Join(" and ", Groups)} unless from a member");
        lines.Add("deny tcp fragments to members unless from a member");
        lines.Add($"permit between the {Members.Count} members");
        if (SourcePortHole) lines.Add($"permit tcp any, source port {Port}, to any");
        return [.. lines, $"{deny} tcp any to any, destination port {Port}{family}", $"{deny} tcp any to any, source port {Port}{family}", "permit any"];
    }
}
