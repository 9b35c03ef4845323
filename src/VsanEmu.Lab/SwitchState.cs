using System.Net;
using System.Text.Json;
using VsanEmu.Lab.Building;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab;

/// <summary>A switch as the kernel reports it over netlink (sysfs does not show it in a user namespace).</summary>
internal sealed class SwitchState
{
    private readonly Dictionary<string, JsonElement> _links;

    private SwitchState(Dictionary<string, JsonElement> links) => _links = links;

    /// <summary>Reads it in the calling thread's namespace, which must be the switch's.</summary>
    internal static SwitchState Read()
    {
        using JsonDocument links = JsonDocument.Parse(Tool.Run("ip", ["-json", "-details", "link", "show"]));
        return new(links.RootElement.EnumerateArray().ToDictionary(l => l.GetProperty("ifname").GetString()!, l => l.Clone()));
    }

    /// <summary>The ports that do not forward.</summary>
    internal IEnumerable<string> Waiting => _links.Where(l => SlaveState(l.Value) is { } state
        && !(state == "forwarding" && l.Value.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "LOWER_UP"))).Select(l => l.Key);

    /// <summary>What of the plan's snooping the bridge does not do, in words, or null.</summary>
    internal string? Missing(FabricPlan plan)
    {
        bool queries = SwitchCommands.Queries(plan);
        foreach ((string name, IPAddress _) in SwitchCommands.Bridges(plan))
        {
            if (!_links.TryGetValue(name, out JsonElement bridge)) return "there is no bridge";
            JsonElement settings = bridge.GetProperty("linkinfo").GetProperty("info_data");
            if (Differs(settings, "mcast_snooping", plan.Snooping)) return $"IGMP snooping is not {OnOff(plan.Snooping)}";
            if (Differs(settings, "mcast_querier", queries)) return $"the querier is not {OnOff(queries)}";
        }
        return null;
    }

    private static string? SlaveState(JsonElement link) =>
        link.TryGetProperty("linkinfo", out JsonElement info) && info.TryGetProperty("info_slave_data", out JsonElement slave)
            ? slave.GetProperty("state").GetString()
            : null;

    private static bool Differs(JsonElement settings, string name, bool wanted) =>
        !settings.TryGetProperty(name, out JsonElement value) || value.GetInt32() != (wanted ? 1 : 0);

    private static string OnOff(bool on) => on ? "on" : "off";
}
