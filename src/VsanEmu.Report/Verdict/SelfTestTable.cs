using System.Text;
using Spectre.Console;
using VsanEmu.Core.Checks;

namespace VsanEmu.Report;

/// <summary>One row of the self-test: a fabric with these faults in it, and what the tool said of it.</summary>
/// <param name="Faults">The injected faults' names; none for the healthy fabric.</param>
/// <param name="MustFail">Ids of the checks that these faults must fail.</param>
/// <param name="Verdict">What the tool said.</param>
public sealed record SelfTestRow(IReadOnlyList<string> Faults, IReadOnlyList<string> MustFail, Verdict Verdict)
{
    /// <summary>True when exactly the injected faults were named: for the healthy fabric none.</summary>
    public bool Named => Verdict.Diagnoses.Select(d => d.Fault).ToHashSet().SetEquals(Faults);

    /// <summary>True when the faults failed all their checks and were named; for the healthy fabric, when nothing failed or stayed inconclusive.</summary>
    public bool AsExpected => Named && (Faults.Count == 0 ? Verdict.ExitCode == ExitCode.Passed : MustFail.All(Failed));

    internal string Title => Faults.Count == 0 ? "(healthy)" : string.Join(" + ", Faults);

    internal bool Failed(string id) => Verdict.Results.Any(r => r.Id == id && r.Outcome == CheckOutcome.Fail);
}

/// <summary>The self-test's table of faults by checks: what each check says in a fabric with each fault. A check is worth what this table says of it.</summary>
public static class SelfTestTable
{
    private const string Legend = ". pass   F fail   w warn   - skip   ? inconclusive   ! should have failed";

    /// <summary>Writes the table, its legend, and a line that says how many rows are as they should be.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<SelfTestRow> rows)
    {
        string[] ids = Ids(rows);
        int title = rows.Select(r => r.Title.Length).Append("fault".Length).Max() + 2, cell = ids.Select(i => i.Length).DefaultIfEmpty().Max() + 1;
        foreach (string[] columns in ids.Chunk(Math.Max(1, (console.Profile.Width - title - "named".Length) / Math.Max(1, cell))))
        {
            WriteRow(console, title, cell, ("fault", Palette.Quiet), columns.Select(id => (id, Palette.Quiet)), ("named", Palette.Quiet));
            foreach (SelfTestRow row in rows)
            {
                WriteRow(
                    console, title, cell,
                    (row.Title, row.AsExpected ? Palette.Plain : Palette.Bad),
                    columns.Select(id => (Cell(row, id), CellStyle(row, id))),
                    (row.Named ? "yes" : "NO", row.Named ? Palette.Good : Palette.Bad));
            }

            console.WriteLine();
        }

        TextFlow.Write(console, [], Legend, Palette.Quiet);
        foreach (string line in Complaints(rows)) TextFlow.Write(console, [], line, Palette.Bad);
        TextFlow.Write(console, [], Sum(rows), rows.All(r => r.AsExpected) ? Palette.Good : Palette.Bad);
    }

    /// <summary>The table as Markdown, with its legend and sum.</summary>
    public static string ToMarkdown(IReadOnlyList<SelfTestRow> rows)
    {
        string[] ids = Ids(rows);
        var text = new StringBuilder();
        text.Append($"| fault | {string.Join(" | ", ids)} | named |\n");
        text.Append($"| --- |{string.Concat(Enumerable.Repeat(" --- |", ids.Length))} --- |\n");
        foreach (SelfTestRow row in rows)
            text.Append($"| {row.Title} | {string.Join(" | ", ids.Select(id => Cell(row, id)))} | {(row.Named ? "yes" : "no")} |\n");
        return text.Append($"\n`{Legend}`\n\n{Sum(rows)}\n").ToString();
    }

    private static void WriteRow(
        IAnsiConsole console, int title, int cell, (string Text, Style Style) first, IEnumerable<(string Text, Style Style)> cells, (string Text, Style Style) last)
    {
        var line = new Paragraph(first.Text.PadRight(title), first.Style);
        foreach ((string text, Style style) in cells) line.Append(text.PadRight(cell), style);
        console.Write(line.Append(last.Text + "\n", last.Style));
    }

    private static string Sum(IReadOnlyList<SelfTestRow> rows)
    {
        int good = rows.Count(r => r.AsExpected);
        return $"{(good == rows.Count ? "PASS" : "FAIL")} self-test: {good} of {rows.Count} fabrics as expected";
    }

    private static IEnumerable<string> Complaints(IReadOnlyList<SelfTestRow> rows)
    {
        foreach (SelfTestRow row in rows.Where(r => !r.AsExpected))
        {
            string[] missed = [.. row.MustFail.Where(id => !row.Failed(id))];
            string[] bad = row.Faults.Count == 0 ? [.. row.Verdict.Results.Where(r => r.Outcome is CheckOutcome.Fail or CheckOutcome.Inconclusive).Select(r => r.Id)] : [];
            string named = string.Join(", ", row.Verdict.Diagnoses.Select(d => d.Fault).Distinct());
            if (missed.Length > 0) yield return $"{row.Title}: {string.Join(' ', missed)} did not fail";
            if (bad.Length > 0) yield return $"{row.Title}: {string.Join(' ', bad)} should have passed";
            if (!row.Named) yield return $"{row.Title}: named {(named.Length > 0 ? named : "nothing")}";
        }
    }

    private static string[] Ids(IReadOnlyList<SelfTestRow> rows) => [.. rows.SelectMany(r => r.Verdict.Results).Select(r => r.Id).Distinct()];

    private static string Cell(SelfTestRow row, string id)
    {
        if (row.MustFail.Contains(id) && !row.Failed(id)) return "!";
        return row.Verdict.Results.FirstOrDefault(r => r.Id == id)?.Outcome switch
        {
            CheckOutcome.Pass => ".",
            CheckOutcome.Warn => "w",
            CheckOutcome.Fail => "F",
            CheckOutcome.Skip => "-",
            CheckOutcome.Inconclusive => "?",
            _ => " ",
        };
    }

    private static Style CellStyle(SelfTestRow row, string id) => Cell(row, id) switch
    {
        "!" => Palette.Bad,
        "F" => row.MustFail.Contains(id) ? Palette.Bad : Palette.Doubtful,
        "w" or "?" => Palette.Doubtful,
        _ => Palette.Quiet,
    };
}
