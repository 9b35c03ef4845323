using Spectre.Console;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Report.Flows;

/// <summary>The flow matrix for a terminal: who the members are, then one line for each packet direction, with what it is beside it.</summary>
public static class FlowTable
{
    private const int Gap = 2;

    /// <summary>Writes the matrix.</summary>
    public static void Write(IAnsiConsole console, FlowSheet sheet)
    {
        foreach ((string label, string text) in FlowHeader.Lines(sheet)) TextFlow.Write(console, [(label.PadRight(FlowHeader.LabelWidth), Palette.Quiet)], text, Palette.Plain);
        string[][] cells = [.. sheet.Lines.Select(l => Cells(sheet, l))];
        string[] titles = ["id", "from", "to", "proto", "ports", "seen"];
        int[] widths = [.. titles.Select((t, i) => cells.Select(c => c[i].Length).Append(t.Length).Max() + Gap)];

        console.WriteLine();
        Row(console, titles, widths, "what it is", Palette.Quiet, Palette.Quiet);
        string said = "";
        for (int i = 0; i < cells.Length; i++)
        {
            FlowLine line = sheet.Lines[i];
            if (i > 0 && IsData(line) && !IsData(sheet.Lines[i - 1])) console.WriteLine();
            string what = What(line);
            // Among hundreds of pairs, what was said of the one before is not said again.
            Row(console, cells[i], widths, what == said || (sheet.Expanded && line.IsReverse) ? "" : what, line.IsReverse ? Palette.Quiet : Palette.Plain, line.IsReverse ? Palette.Quiet : Palette.Strong);
            if (!line.IsReverse) said = what;
        }

        console.WriteLine();
        foreach (string text in FlowHeader.Legend(sheet)) TextFlow.Write(console, [], text, Palette.Quiet);
    }

    private static bool IsData(FlowLine line) => line.Id[0] == 'D';

    private static string[] Cells(FlowSheet sheet, FlowLine line) =>
    [
        line.IsReverse ? "" : line.Id,
        sheet.Expanded ? $"{line.From} {line.FromAddress}" : line.From,
        sheet.Expanded ? $"{line.To} {line.ToAddress}" : line.To,
        line.Protocol,
        line.SourcePort.Length == 0 ? "-" : $"{line.SourcePort} -> {line.DestinationPort}",
        line.IsReverse ? "" : line.Seen,
    ];

    private static string What(FlowLine line) => line.IsReverse
        ? "the same connection, the other way"
        : $"{line.Purpose} [{line.Mark}]; {line.Cadence} [{line.CadenceMark}]{(line.Condition == FlowRows.Always ? "" : $"; {line.Condition}")}";

    private static void Row(IAnsiConsole console, string[] cells, int[] widths, string what, Style style, Style idStyle)
    {
        string rest = string.Concat(cells.Skip(1).Select((c, i) => c.PadRight(widths[i + 1])));
        TextFlow.Write(console, [(cells[0].PadRight(widths[0]), idStyle), (rest, style)], what, style);
    }
}

/// <summary>What is said above and below a printed matrix.</summary>
internal static class FlowHeader
{
    public const int LabelWidth = 14;

    public static IEnumerable<(string Label, string Text)> Lines(FlowSheet sheet)
    {
        ClusterSpec spec = sheet.Spec;
        ChannelSpec channels = spec.Channels;
        string vms = spec.Vms.Count == 0 ? "no VMs" : $"{spec.Vms.Count} VM{(spec.Vms.Count == 1 ? "" : "s")} {(sheet.VmsOn ? "on" : "off")}";
        yield return ("cluster", $"{spec.Name}: profile {spec.Profile.Name}, {spec.Members.Count} members in {spec.Subnet}, {vms}");
        if (spec.Profile.Unicast)
        {
            yield return ("control", $"unicast UDP {channels.UnicastPort}, no groups");
        }
        else
        {
            yield return ("Agent Group", $"{channels.AgentGroup} UDP {channels.AgentPort}: every member joins");
            yield return ("Master Group", $"{channels.MasterGroup} UDP {channels.MasterPort}: Master and Backup join");
            yield return ("multicast", $"TTL {channels.Ttl}, IGMP version {channels.IgmpVersion}");
        }

        yield return ("Master", Members(sheet, Role.Master));
        yield return ("Backup", Members(sheet, Role.Backup));
        yield return ("Agents", Members(sheet, Role.Agent));
        foreach (VmSpec vm in sheet.VmsOn ? spec.Vms : [])
            yield return ($"VM {vm.Name}", $"on {spec.Member(vm.Host).Name}, copies on {string.Join(", ", vm.Copies.Select(c => spec.Member(c).Name))}");
    }

    public static IEnumerable<string> Legend(FlowSheet sheet)
    {
        yield return "[A] packet-capture study of vSAN 6.x   [D] vendor's documents   [E] this emulator's own choice";
        yield return "must: seen while it holds   may: permitted, need not be seen   ephemeral: a port of the opener's kernel's choice";
        if (!sheet.Expanded) yield return "Roles as the cluster starts; any member may come to have any role. --expand prints each pair of members.";
    }

    private static string Members(FlowSheet sheet, Role role)
    {
        MemberSpec[] members = [.. sheet.Of(role)];
        return members.Length switch
        {
            0 => "none",
            <= 3 => string.Join(", ", members.Select(m => $"{m.Name} {m.Address}")),
            _ => $"{members.Length}: {string.Join(' ', members.Select(m => m.Name))}; {FlowSheet.Addresses(members.Select(m => m.Address))}",
        };
    }
}
