using System.Text.Json;
using VsanEmu.Lab.Building;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab;

/// <summary>The switch as the kernel reports it over netlink (sysfs does not show it in a user namespace).</summary>
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

    /// <summary>What is not yet as planned, in words, or null when all is.</summary>
    internal string? Missing(FabricPlan plan)
    {
        if (!_links.TryGetValue(SwitchCommands.Bridge, out JsonElement bridge)) return "there is no bridge";
        JsonElement settings = bridge.GetProperty("linkinfo").GetProperty("info_data");
        if (Differs(settings, "mcast_snooping", plan.Snooping)) return $"IGMP snooping is not {OnOff(plan.Snooping)}";
        if (Differs(settings, "mcast_querier", plan.Querier)) return $"the querier is not {OnOff(plan.Querier)}";
        string[] waiting = [.. plan.Endpoints.Select(e => e.Port).OfType<string>().Where(port => !Forwards(port))];
        return waiting.Length == 0 ? null : $"ports that do not forward: {string.Join(", ", waiting)}";
    }

    private bool Forwards(string port) => _links.TryGetValue(port, out JsonElement link)
        && link.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "LOWER_UP")
        && link.TryGetProperty("linkinfo", out JsonElement info)
        && info.TryGetProperty("info_slave_data", out JsonElement slave)
        && slave.GetProperty("state").GetString() == "forwarding";

    private static bool Differs(JsonElement settings, string name, bool wanted) =>
        !settings.TryGetProperty(name, out JsonElement value) || value.GetInt32() != (wanted ? 1 : 0);

    private static string OnOff(bool on) => on ? "on" : "off";
}
