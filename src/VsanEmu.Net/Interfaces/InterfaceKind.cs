using System.Text.Json;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Interfaces;

/// <summary>What kind of interface one is.</summary>
public static class InterfaceKind
{
    /// <summary>The kind of a virtual interface of the calling thread's namespace (<c>veth</c>, <c>macvlan</c>, <c>vlan</c>; ip-link(8)); empty for one of hardware, and for loopback.</summary>
    /// <exception cref="ToolException">ip is missing, or there is no such interface.</exception>
    public static string Of(string name)
    {
        using JsonDocument links = JsonDocument.Parse(Tool.Run("ip", ["-j", "-d", "link", "show", "dev", name]));
        return links.RootElement.EnumerateArray()
            .Select(l => l.TryGetProperty("linkinfo", out JsonElement info) && info.TryGetProperty("info_kind", out JsonElement kind) ? kind.GetString() : null)
            .FirstOrDefault(k => k is not null) ?? "";
    }
}
