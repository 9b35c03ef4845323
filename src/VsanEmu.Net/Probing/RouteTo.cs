using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Probing;

/// <summary>The way from here to an address, as the kernel would take it.</summary>
public static class RouteTo
{
    /// <summary>The interface and source address that a packet to <paramref name="target"/> would leave this process's namespace by.</summary>
    /// <param name="target">An IPv4 or IPv6 address; a link-local one with the interface as its scope.</param>
    /// <param name="from">A source address to use instead of the kernel's choice, or null.</param>
    /// <exception cref="ToolException">There is no route, or ip is missing.</exception>
    public static ProbeSource Find(IPAddress target, IPAddress? from = null)
    {
        string[] source = from is null ? [] : ["from", $"{from}"];
        string printed = Tool.Run("ip", ["-j", "route", "get", $"{target}", .. source]);
        Route route = JsonSerializer.Deserialize(printed, RouteContext.Default.RouteArray)?.FirstOrDefault() ?? throw new ToolException($"there is no route to {target}");
        string address = route.Source.Length > 0 ? route.Source : route.From;
        return new("here", NetworkNamespace.OfProcess(), route.Device, from ?? IPAddress.Parse(address));
    }
}

/// <summary>What <c>ip -j route get</c> prints, as far as it is read. (Set, not init: the serializer makes null of what an init property lacks.)</summary>
internal sealed record Route
{
    [JsonPropertyName("dev")]
    public string Device { get; set; } = "";

    [JsonPropertyName("prefsrc")]
    public string Source { get; set; } = "";

    [JsonPropertyName("from")]
    public string From { get; set; } = "";
}

[JsonSerializable(typeof(Route[]))]
internal sealed partial class RouteContext : JsonSerializerContext;
