using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Probing;

/// <summary>The kernel's way to an address, in the calling thread's namespace.</summary>
internal static class RouteTo
{
    // What ip-route(8) says when the kernel has no way, and what it means; an answer in other words is passed on.
    private static readonly (string Said, string Meant)[] Refusals =
    [
        ("Network is unreachable", ""),
        ("No route to host", ": a route says that it is unreachable"),
        ("Permission denied", ": a route prohibits it"),
        ("Invalid argument", ": a route throws it away"),
    ];

    /// <summary>The route that a packet would take; null and why, in words, when there is none.</summary>
    /// <param name="target">An address that is not link-local.</param>
    /// <param name="from">A source address to use instead of the kernel's choice, or null.</param>
    /// <param name="link">An interface to use instead of the kernel's choice, or null.</param>
    /// <exception cref="ToolException">ip is missing.</exception>
    internal static (Route? Route, string Why) Find(IPAddress target, IPAddress? from, string? link)
    {
        if (Tool.Find("ip") is null) throw new ToolException("ip is not installed");
        string[] source = from is null ? [] : ["from", $"{from}"], through = link is null ? [] : ["oif", link];
        try
        {
            string printed = Tool.Run("ip", ["-j", "route", "get", $"{target}", .. source, .. through]);
            return (JsonSerializer.Deserialize(printed, RouteContext.Default.RouteArray)?.FirstOrDefault(), "");
        }
        catch (ToolException e)
        {
            return (null, Refusals.Where(r => e.Message.EndsWith(r.Said, StringComparison.Ordinal)).Select(r => r.Meant).FirstOrDefault($": {e.Message}"));
        }
    }
}

/// <summary>What <c>ip -j route get</c> prints, as far as it is read. (Set, not init: the serializer makes null of what an init property lacks.)</summary>
internal sealed record Route
{
    [JsonPropertyName("type")]
    public string Type { get; set; } = "";

    [JsonPropertyName("dev")]
    public string Device { get; set; } = "";

    [JsonPropertyName("prefsrc")]
    public string Source { get; set; } = "";

    [JsonPropertyName("gateway")]
    public string Gateway { get; set; } = "";

    /// <summary>A gateway of the other family.</summary>
    [JsonPropertyName("via")]
    public JsonElement? Via { get; set; }
}

[JsonSerializable(typeof(Route[]))]
internal sealed partial class RouteContext : JsonSerializerContext;
