using System.Text;

namespace VsanEmu.Core.Checks;

/// <summary>
/// The page of a check or a fault: what it means, how it is measured, where that comes from, and what to do. The pages are Markdown beside the checks
/// (<c>Explained/</c>), and part of the program.
/// </summary>
/// <param name="Id">The check's or the fault's id.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Text">The page without its title: paragraphs, lists (<c>- </c>) and headings (<c>## </c>), each paragraph and item on one line.</param>
public sealed record Explanation(string Id, string Title, IReadOnlyList<string> Text)
{
    /// <summary>Faults that a diagnosis can name, in the order of CHECKS.md.</summary>
    private static readonly string[] FaultIds =
    [
        "no-querier", "no-querier-flooding", "two-queriers", "snooping-off", "port-not-forwarding-group", "mac-aliasing", "group-limit", "igmp-version", "no-acl", "acl-one-way",
        "acl-source-port-hole", "acl-ipv4-only", "acl-reject", "acl-between-members", "mtu", "loss", "multicast-rate-limit", "slow-port", "isolated-member", "partition",
        "duplicate-address", "idle-timeout", "host-firewall",
    ];

    /// <summary>A page for each check, in the catalogue's order.</summary>
    public static IReadOnlyList<Explanation> Checks { get; } = [.. CheckCatalogue.All.Select(c => Read("checks", c.Id, " "))];

    /// <summary>A page for each fault that a diagnosis can name.</summary>
    public static IReadOnlyList<Explanation> Faults { get; } = [.. FaultIds.Select(id => Read("faults", id, ": "))];

    /// <summary>The page of an id, in whatever case it is written; null when there is none.</summary>
    public static Explanation? Find(string id) => Checks.Concat(Faults).FirstOrDefault(e => e.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    // The title's line is "# ID title", or "# ID: title".
    private static Explanation Read(string folder, string id, string separator)
    {
        string name = $"explained/{folder}/{id}.md";
        using Stream page = typeof(Explanation).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"there is no page {name}");
        using var reader = new StreamReader(page, Encoding.UTF8);
        string[] lines = reader.ReadToEnd().TrimEnd().Split('\n');
        string lead = $"# {id}{separator}";
        return lines[0].StartsWith(lead, StringComparison.Ordinal)
            ? new(id, lines[0][lead.Length..], [.. Unwrapped(lines.Skip(1))])
            : throw new InvalidOperationException($"page {name} does not begin with '{lead}'");
    }

    // A paragraph or an item goes over several lines, up to an empty line or the next item.
    private static IEnumerable<string> Unwrapped(IEnumerable<string> lines)
    {
        string text = "";
        foreach (string line in lines)
        {
            bool begins = line.StartsWith("- ", StringComparison.Ordinal);
            if ((line.Length == 0 || begins) && text.Length > 0)
            {
                yield return text;
                text = "";
            }

            text = text.Length == 0 ? line.Trim() : $"{text} {line.Trim()}";
        }

        if (text.Length > 0) yield return text;
    }
}
