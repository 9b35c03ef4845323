using System.Net;
using System.Net.NetworkInformation;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Addresses;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Probing;

/// <summary>Whom the kernel knows in a segment, in the calling thread's namespace.</summary>
internal static class KnownNeighbours
{
    /// <summary>IPv4 addresses and who answered for them; empty when the kernel does not tell.</summary>
    internal static IReadOnlyList<(IPAddress Address, PhysicalAddress By)> At(string link)
    {
        try
        {
            Neighbour[] known = JsonSerializer.Deserialize(Tool.Run("ip", ["-j", "-4", "neigh", "show", "dev", link]), NeighbourContext.Default.NeighbourArray) ?? [];
            return [.. from n in known
                       let address = AddressText.Read(n.Address)
                       let mac = Hardware(n.Link)
                       where address is not null && mac is not null
                       select (address, mac)];
        }
        catch (Exception e) when (e is ToolException or JsonException)
        {
            return [];
        }
    }

    private static PhysicalAddress? Hardware(string text) => PhysicalAddress.TryParse(text.Replace(':', '-').ToUpperInvariant(), out PhysicalAddress? read) ? read : null;
}

/// <summary>What <c>ip -j neigh show</c> prints, as far as it is read. (Set, not init: the serializer makes null of what an init property lacks.)</summary>
internal sealed record Neighbour
{
    [JsonPropertyName("dst")]
    public string Address { get; set; } = "";

    /// <summary>Empty while nobody has answered.</summary>
    [JsonPropertyName("lladdr")]
    public string Link { get; set; } = "";
}

[JsonSerializable(typeof(Neighbour[]))]
internal sealed partial class NeighbourContext : JsonSerializerContext;
