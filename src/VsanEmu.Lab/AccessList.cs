using System.Net;
using System.Text;

namespace VsanEmu.Lab;

/// <summary>
/// The access list of FLOWS.md's guidance: the reliable transport's port is for members among each other, by destination and by source port.
/// Stateless, as on a switch. It filters what is forwarded; the same list serves as nft ruleset and as readable lines.
/// </summary>
public sealed record AccessList
{
    /// <summary>The members' addresses.</summary>
    public required IReadOnlyList<IPAddress> Members { get; init; }

    /// <summary>The TCP port of the reliable transport.</summary>
    public required int Port { get; init; }

    /// <summary>False when there is no list at all (fault <c>no-acl</c>).</summary>
    public bool MembersOnly { get; init; } = true;

    /// <summary>True when source port <see cref="Port"/> is permitted whoever sends it (fault <c>acl-source-port-hole</c>).</summary>
    public bool SourcePortHole { get; init; }

    /// <summary>Pairs of members that are kept apart, both ways (fault <c>acl-between-members</c>).</summary>
    public IReadOnlyList<(IPAddress A, IPAddress B)> Denied { get; init; } = [];

    /// <summary>The list as a ruleset for <c>nft -f -</c>: one table named <c>access</c>.</summary>
    /// <param name="family"><c>bridge</c> for the switch, <c>inet</c> for the gateway.</param>
    public string ToNft(string family)
    {
        var text = new StringBuilder();
        text.Append($"table {family} access {{\n");
        text.Append($"  set members {{ type ipv4_addr; elements = {{ {string.Join(", ", Members)} }}; }}\n");
        text.Append("  chain forward {\n    type filter hook forward priority 0; policy accept;\n");
        foreach ((IPAddress a, IPAddress b) in Denied)
        {
            string pair = $"ip saddr {{ {a}, {b} }} ip daddr {{ {a}, {b} }} meta l4proto tcp th";
            text.Append($"    {pair} dport {Port} counter drop\n    {pair} sport {Port} counter drop\n");
        }
        if (MembersOnly)
        {
            text.Append("    ip saddr @members ip daddr @members accept\n");
            if (SourcePortHole) text.Append($"    meta l4proto tcp th sport {Port} counter accept\n");
            text.Append($"    meta l4proto tcp th dport {Port} counter drop\n");
            text.Append($"    meta l4proto tcp th sport {Port} counter drop\n");
        }
        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>The list in words, in the order in which it is applied.</summary>
    public IReadOnlyList<string> Describe()
    {
        List<string> lines = [.. Denied.SelectMany(pair => new[]
        {
            $"deny tcp between {pair.A} and {pair.B}, port {Port}, source or destination",
        })];
        if (!MembersOnly) return [.. lines, "permit any"];
        lines.Add($"permit between the {Members.Count} members");
        if (SourcePortHole) lines.Add($"permit tcp any, source port {Port}, to any");
        return [.. lines, $"deny tcp any to any, destination port {Port}", $"deny tcp any to any, source port {Port}", "permit any"];
    }
}
