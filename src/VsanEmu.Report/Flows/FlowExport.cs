using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using VsanEmu.Core.Spec;

namespace VsanEmu.Report.Flows;

/// <summary>The flow matrix for other programs and for documents: Markdown, CSV, JSON.</summary>
public static class FlowExport
{
    private static readonly (string Title, Func<FlowLine, string> Cell)[] Columns =
    [
        ("id", l => l.Id),
        ("direction", l => l.Direction),
        ("from", l => l.From),
        ("fromAddress", l => l.FromAddress),
        ("to", l => l.To),
        ("toAddress", l => l.ToAddress),
        ("group", l => l.Group),
        ("protocol", l => l.Protocol),
        ("sourcePort", l => l.SourcePort),
        ("destinationPort", l => l.DestinationPort),
        ("openedBy", l => l.OpenedBy),
        ("cadence", l => l.Cadence),
        ("purpose", l => l.Purpose),
        ("condition", l => l.Condition),
        ("seen", l => l.Seen),
        ("mark", l => l.Mark),
        ("cadenceMark", l => l.CadenceMark),
    ];

    /// <summary>Markdown: the head as a list, the lines as a table, the legend.</summary>
    public static string ToMarkdown(FlowSheet sheet)
    {
        var text = new StringBuilder($"# Flow matrix of {Escape(sheet.Spec.Name)}\n\n");
        foreach ((string label, string value) in FlowHeader.Lines(sheet)) text.Append($"- **{label}**: {Escape(value)}\n");
        text.Append("\n| id | from | address | to | address | protocol | source port | destination port | opened by | cadence | purpose | condition | seen | mark |\n");
        text.Append($"|{string.Concat(Enumerable.Repeat(" --- |", 14))}\n");
        foreach (FlowLine l in sheet.Lines)
        {
            string[] cells =
            [
                l.IsReverse ? $"{l.Id} back" : l.Id, l.From, l.FromAddress, l.To, l.ToAddress, l.Protocol, l.SourcePort, l.DestinationPort, l.OpenedBy,
                l.Cadence, l.Purpose, l.Condition, l.Seen, l.Mark == l.CadenceMark ? $"[{l.Mark}]" : $"[{l.Mark}], cadence [{l.CadenceMark}]",
            ];
            text.Append($"| {string.Join(" | ", cells.Select(Escape))} |\n");
        }

        text.Append('\n');
        foreach (string line in FlowHeader.Legend(sheet)) text.Append(line).Append("\n\n");
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>CSV after RFC 4180: a header line, CRLF, quotes where they are needed.</summary>
    public static string ToCsv(FlowSheet sheet)
    {
        var text = new StringBuilder(string.Join(',', Columns.Select(c => c.Title))).Append("\r\n");
        foreach (FlowLine line in sheet.Lines) text.Append(string.Join(',', Columns.Select(c => Quote(c.Cell(line))))).Append("\r\n");
        return text.ToString();
    }

    /// <summary>JSON: the cluster's settings, its members with their roles, and the lines.</summary>
    public static string ToJson(FlowSheet sheet) => JsonSerializer.Serialize(Document(sheet), FlowJsonContext.Readable.FlowDocument) + "\n";

    private static FlowDocument Document(FlowSheet sheet)
    {
        ClusterSpec spec = sheet.Spec;
        return new(
            FlowDocument.CurrentFormat,
            spec.Name,
            spec.ClusterId,
            spec.Profile.Name,
            spec.Subnet.ToString(),
            spec.Channels.AgentGroup?.ToString(),
            spec.Channels.MasterGroup?.ToString(),
            sheet.VmsOn,
            sheet.Expanded,
            [.. spec.Members.Select(m => new FlowMember(m.Id.Value, m.Name, m.Address.ToString(), sheet.Roles[m.Id].ToString()))],
            sheet.Lines);
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\").Replace("|", "\\|").Replace("<", "&lt;");

    // Besides RFC 4180's, a leading = + - @ is quoted away: a spreadsheet would take it for a formula.
    private static string Quote(string cell)
    {
        string safe = cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' ? $"'{cell}" : cell;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"")}\"";
    }
}

/// <summary>The JSON document.</summary>
internal sealed record FlowDocument(
    string Format, string Cluster, Guid ClusterId, string Profile, string Subnet, string? AgentGroup, string? MasterGroup,
    bool VmsOn, bool Expanded, IReadOnlyList<FlowMember> Members, IReadOnlyList<FlowLine> Flows)
{
    public const string CurrentFormat = "vsanemu-flows/1";
}

/// <summary>A member in the JSON document.</summary>
internal sealed record FlowMember(int Id, string Name, string Address, string Role);

[JsonSerializable(typeof(FlowDocument))]
internal sealed partial class FlowJsonContext : JsonSerializerContext
{
    // Arrows and apostrophes stay readable; the text goes into no web page.
    public static FlowJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
