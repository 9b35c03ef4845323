using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Attachments;

/// <summary>An interface of the calling thread's namespace as it is configured: enough to refuse it, and to put it back.</summary>
internal sealed record LinkFacts
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is up.</summary>
    public required bool Up { get; init; }

    /// <summary>The bridge or bond that it belongs to; empty for none.</summary>
    public required string Master { get; init; }

    /// <summary>Its addresses with prefix length, IPv4 and IPv6 but not link-local ones: those come by themselves.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Routes through it as <c>ip route add</c> takes them, without those that come with an address.</summary>
    public required IReadOnlyList<string> Routes { get; init; }

    /// <summary>True when this machine's own way out leads through it.</summary>
    public bool HasDefaultRoute => Routes.Any(r => r.StartsWith("default", StringComparison.Ordinal));

    /// <summary>Reads an interface; null when there is none of that name.</summary>
    /// <exception cref="ToolException">ip is missing or failed.</exception>
    public static LinkFacts? Read(string name)
    {
        Link? link = JsonSerializer.Deserialize(Tool.Run("ip", ["-j", "addr", "show"]), LinkContext.Default.LinkArray)?.FirstOrDefault(l => l.Name == name);
        if (link is null) return null;
        return new()
        {
            Name = name,
            Up = link.Flags.Contains("UP"),
            Master = link.Master,
            Addresses = [.. link.Addresses.Where(a => a.Scope != "link" && a.Local.Length > 0).Select(a => $"{a.Local}/{a.PrefixLength}")],
            Routes = [.. RoutesThrough(name)],
        };
    }

    /// <summary>Commands that configure an interface so, wherever it is now.</summary>
    public IEnumerable<string> Restore() =>
    [
        .. Addresses.Select(a => $"addr replace {a} dev {Name}{(a.Contains(':') ? " nodad" : "")}"),
        $"link set dev {Name} {(Up ? "up" : "down")}",
        .. Up ? Routes.Select(r => $"route replace {r} dev {Name}") : [],
    ];

    private static IEnumerable<string> RoutesThrough(string name) => Tool.Run("ip", ["-o", "-4", "route", "show", "dev", name])
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(r => !r.Contains("proto kernel", StringComparison.Ordinal))
        .Select(r => r.Replace(" linkdown", "", StringComparison.Ordinal));
}

/// <summary>One element of what <c>ip -j addr</c> prints, as far as it is read. (Set, not init: the serializer makes null of what an init property lacks.)</summary>
internal sealed record Link
{
    [JsonPropertyName("ifname")]
    public string Name { get; set; } = "";

    [JsonPropertyName("flags")]
    public IReadOnlyList<string> Flags { get; set; } = [];

    [JsonPropertyName("master")]
    public string Master { get; set; } = "";

    [JsonPropertyName("addr_info")]
    public IReadOnlyList<LinkAddress> Addresses { get; set; } = [];
}

/// <summary>An address in it.</summary>
internal sealed record LinkAddress
{
    [JsonPropertyName("local")]
    public string Local { get; set; } = "";

    [JsonPropertyName("prefixlen")]
    public int PrefixLength { get; set; }

    [JsonPropertyName("scope")]
    public string Scope { get; set; } = "";
}

[JsonSerializable(typeof(Link[]))]
internal sealed partial class LinkContext : JsonSerializerContext;
