using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Segments;

namespace VsanEmu.Report.Segments;

/// <summary>A segment's reading as JSON.</summary>
public static class SegmentJson
{
    /// <summary>The format's name.</summary>
    public const string Format = "vsanemu-observe/1";

    /// <summary>Writes it.</summary>
    /// <param name="link">The interface that was listened on.</param>
    /// <param name="heard">What passed it.</param>
    /// <param name="reading">What that means.</param>
    /// <param name="exit">The exit code.</param>
    public static string Write(string link, PortCapture heard, SegmentReading reading, int exit)
    {
        var document = new SegmentDocument(
            Format, link, reading.Conclusive, heard.FramesIn, heard.Frames - heard.FramesIn, heard.Dropped, reading.Listening.WatchedNs, reading.Listening.HeardNs, reading.Listening.Deaf,
            reading.Queriers, [.. reading.Groups.Select(Row)], [.. reading.Hosts.Select(Row)], reading.Oddities, exit);
        return JsonSerializer.Serialize(document, SegmentContext.Default.SegmentDocument);
    }

    private static GroupRow Row(SeenGroup g) => new(g.Address, g.Name, [.. g.Members.Select(m => new ReporterRow(m.Host, m.Version))], g.Senders);

    private static HostRow Row(SeenHost h) => new(h.Address, h.Role, h.Why, h.Groups, h.Opened, h.Accepted, h.Datagrams);
}

/// <summary>The whole.</summary>
internal sealed record SegmentDocument(
    string Format, string Interface, bool Conclusive, long Frames, long OwnFrames, long Dropped, long WatchedNs, long HeardNs, IReadOnlyList<DeafSpell> Deaf,
    IReadOnlyList<SeenQuerier> Queriers, IReadOnlyList<GroupRow> Groups, IReadOnlyList<HostRow> Hosts, IReadOnlyList<string> Odd, int ExitCode);

/// <summary>A group.</summary>
internal sealed record GroupRow(string Address, string Name, IReadOnlyList<ReporterRow> Members, IReadOnlyList<string> Senders);

/// <summary>Who reported a group, by which version of IGMP.</summary>
internal sealed record ReporterRow(string Host, int Version);

/// <summary>A host.</summary>
internal sealed record HostRow(
    string Address, Role? Role, string Why, IReadOnlyList<string> Groups, IReadOnlyList<string> Opened, IReadOnlyList<string> Accepted, long Datagrams);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(SegmentDocument))]
internal sealed partial class SegmentContext : JsonSerializerContext;
