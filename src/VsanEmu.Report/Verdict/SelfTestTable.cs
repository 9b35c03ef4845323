using System.Text;
using Spectre.Console;
using VsanEmu.Core.Checks;

namespace VsanEmu.Report;

/// <summary>The self-test's table of faults by checks: what each check says in a fabric with each fault. A check is worth what this table says of it.</summary>
public static class SelfTestTable
{
    private const string Legend = ". pass   F fail   w warn   - skip   ? inconclusive   ! should have said so";

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
        var score = SelfTestScore.Of(rows);
        foreach (string line in score.Describe()) TextFlow.Write(console, [], line, Palette.Plain);
        TextFlow.Write(console, [], Sum(rows, score), score.Passed ? Palette.Good : Palette.Bad);
    }

    /// <summary>Writes a line about a row that is done, before there is a table.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="done">How many are.</param>
    /// <param name="total">Of how many.</param>
    /// <param name="row">The row.</param>
    /// <param name="took">How long it took.</param>
    public static void WriteProgress(IAnsiConsole console, int done, int total, SelfTestRow row, TimeSpan took)
    {
        string number = $"{done.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft($"{total}".Length)} of {total}  ";
        string said = row.AsExpected ? "as expected" : row.Faults.Count == 0 ? "false alarm" : row.Found ? "not named" : "not found";
        TextFlow.Write(console, [(number, Palette.Quiet), ($"{Palette.Seconds(took),7}  ", Palette.Quiet)], $"{row.Title}: {said}", row.AsExpected ? Palette.Plain : Palette.Bad);
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
        var score = SelfTestScore.Of(rows);
        text.Append($"\n`{Legend}`\n\n");
        foreach (string line in score.Describe()) text.Append($"- {line}\n");
        return text.Append($"\n{Sum(rows, score)}\n").ToString();
    }

    private static void WriteRow(
        IAnsiConsole console, int title, int cell, (string Text, Style Style) first, IEnumerable<(string Text, Style Style)> cells, (string Text, Style Style) last)
    {
        var line = new Paragraph(first.Text.PadRight(title), first.Style);
        foreach ((string text, Style style) in cells) line.Append(text.PadRight(cell), style);
        console.Write(line.Append(last.Text + "\n", last.Style));
    }

    private static string Sum(IReadOnlyList<SelfTestRow> rows, SelfTestScore score) =>
        $"{(score.Passed ? "PASS" : "FAIL")} self-test: {rows.Count(r => r.AsExpected)} of {rows.Count} fabrics as expected";

    private static IEnumerable<string> Complaints(IReadOnlyList<SelfTestRow> rows)
    {
        foreach (SelfTestRow row in rows.Where(r => !r.AsExpected))
        {
            string[] bad = row.Faults.Count == 0 ? [.. row.Verdict.Results.Where(r => r.Outcome is CheckOutcome.Fail or CheckOutcome.Inconclusive).Select(r => r.Id)] : [];
            string named = string.Join(", ", row.Verdict.Diagnoses.Select(d => d.Where.Length > 0 ? $"{d.Fault} ({d.Where})" : d.Fault).Distinct());
            if (!row.Found) yield return $"{row.Title}: {string.Join(' ', row.Missed)} did not say so";
            if (bad.Length > 0) yield return $"{row.Title}: {string.Join(' ', bad)} should have passed";
            if (!row.Named) yield return $"{row.Title}: named {(named.Length > 0 ? named : "nothing")}";
        }
    }

    private static string[] Ids(IReadOnlyList<SelfTestRow> rows) => [.. rows.SelectMany(r => r.Verdict.Results).Select(r => r.Id).Distinct()];

    // In a pair a check may be silent because of the other fault: that is marked only when a fault was not found at all.
    private static string Cell(SelfTestRow row, string id) => !row.Found && row.Missed.Contains(id) ? "!" : row.Outcome(id) switch
    {
        CheckOutcome.Pass => ".",
        CheckOutcome.Warn => "w",
        CheckOutcome.Fail => "F",
        CheckOutcome.Skip => "-",
        CheckOutcome.Inconclusive => "?",
        _ => " ",
    };

    private static Style CellStyle(SelfTestRow row, string id) => Cell(row, id) switch
    {
        "!" => Palette.Bad,
        "F" => row.Owns(id) ? Palette.Bad : Palette.Doubtful,
        "w" or "?" => Palette.Doubtful,
        _ => Palette.Quiet,
    };
}
