using Spectre.Console;
using VsanEmu.Core.Checks;

namespace VsanEmu.Report;

/// <summary>A verdict for a person: the likely faults first, a line for each check, what is behind the bad ones, and the sum last.</summary>
public static class VerdictTable
{
    /// <summary>Lines of evidence shown for one fault or check; the run record holds all of them.</summary>
    public const int MostEvidence = 5;

    /// <summary>Checks that are skipped for one reason have a line each up to so many; more share one.</summary>
    public const int MostAlike = 3;

    private const int LabelWidth = 10;

    /// <summary>Writes the verdict.</summary>
    /// <param name="console">Where to; its width is kept.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="took">How long the run took.</param>
    public static void Write(IAnsiConsole console, Verdict verdict, TimeSpan took)
    {
        foreach (Diagnosis diagnosis in verdict.Diagnoses) WriteDiagnosis(console, diagnosis);
        if (verdict.Unexplained.Count > 0)
        {
            TextFlow.Write(console, [("likely fault  ", Palette.Bad)], $"none that is known explains the failure of {Join(verdict.Unexplained)}", Palette.Strong);
            console.WriteLine();
        }

        WriteChecks(console, verdict.Results);
        foreach (CheckResult result in verdict.Results.Where(r => r.Outcome is CheckOutcome.Fail or CheckOutcome.Warn)) WriteDetails(console, result);
        console.WriteLine();
        TextFlow.Write(console, [], Sum(verdict, took), Palette.Of(verdict.ExitCode));
    }

    /// <summary>
    /// The last line: <c>PASS 17 checks in 24.1 s</c>, with a count of every outcome when there are others than pass; of checks that were asked for, how many were made:
    /// <c>INCONCLUSIVE 1 of 3 checks asked for in 3.0 s: 1 passed, 2 skipped</c>.
    /// </summary>
    public static string Sum(Verdict verdict, TimeSpan took)
    {
        CheckResult[] asked = [.. verdict.Results.Where(r => verdict.Asked.Count == 0 || verdict.Asked.Contains(r.Id))];
        CheckOutcome[] order = [CheckOutcome.Fail, CheckOutcome.Inconclusive, CheckOutcome.Warn, CheckOutcome.Pass, CheckOutcome.Skip];
        var counts = order.Select(o => (Outcome: o, Count: asked.Count(r => r.Outcome == o))).Where(c => c.Count > 0).ToArray();
        string detail = counts is [(CheckOutcome.Pass, _)] ? "" : $": {string.Join(", ", counts.Select(c => $"{c.Count} {Counted(c.Outcome)}"))}";
        string checks = verdict.Asked.Count == 0 ? $"{asked.Length} checks" : $"{asked.Count(r => r.Outcome != CheckOutcome.Skip)} of {asked.Length} checks asked for";
        return $"{Palette.Word(verdict.ExitCode)} {checks} in {Palette.Seconds(took)}{detail}";
    }

    private static void WriteDiagnosis(IAnsiConsole console, Diagnosis diagnosis)
    {
        string where = diagnosis.Where.Length > 0 ? $", {diagnosis.Where}" : "";
        TextFlow.Write(console, [("likely fault  ", Palette.Bad)], diagnosis.Fault + where, Palette.Strong);
        WriteDetail(console, "", [diagnosis.Summary]);
        WriteDetail(console, "explains", [Join(diagnosis.Explains)]);
        WriteDetail(console, "evidence", Few(diagnosis.Evidence));
        WriteDetail(console, "remedy", [diagnosis.Remedy]);
        console.WriteLine();
    }

    private static void WriteChecks(IAnsiConsole console, IReadOnlyList<CheckResult> results)
    {
        int id = Longest(results, r => r.Id) + 1, title = Longest(results, r => r.Title), word = Longest(results, r => Palette.Word(r.Outcome));
        CheckResult[][] alike = [.. results.Where(r => r.Outcome == CheckOutcome.Skip).GroupBy(r => r.Seen).Select(g => g.ToArray()).Where(g => g.Length > MostAlike)];
        foreach (CheckResult result in results.Except(alike.SelectMany(a => a)))
        {
            TextFlow.Write(
                console,
                [
                    (result.Id.PadRight(id), Palette.Strong),
                    (result.Title.PadRight(title + 2), Palette.Plain),
                    (Palette.Word(result.Outcome).PadRight(word + 2), Palette.Of(result.Outcome)),
                ],
                result.Seen,
                result.Outcome == CheckOutcome.Skip ? Palette.Quiet : Palette.Plain);
        }

        foreach (CheckResult[] these in alike)
            TextFlow.Write(console, [(Palette.Word(CheckOutcome.Skip) + "  ", Palette.Of(CheckOutcome.Skip))], $"{Join(these.Select(t => t.Id))}: {these[0].Seen}", Palette.Quiet);
    }

    private static void WriteDetails(IAnsiConsole console, CheckResult result)
    {
        console.WriteLine();
        TextFlow.Write(console, [($"{result.Id} ", Palette.Of(result.Outcome)), ($"{result.Title}: ", Palette.Strong)], result.Seen, Palette.Plain);
        WriteDetail(console, "expected", [result.Expected]);
        WriteDetail(console, "evidence", Few(result.Evidence));
        WriteDetail(console, "cause", [result.Cause]);
        WriteDetail(console, "remedy", [result.Remedy]);
    }

    private static void WriteDetail(IAnsiConsole console, string label, IEnumerable<string> lines)
    {
        string shown = label;
        foreach (string line in lines.Where(l => l.Length > 0))
        {
            TextFlow.Write(console, [($"   {shown.PadRight(LabelWidth)}", Palette.Quiet)], line, Palette.Plain);
            shown = "";
        }
    }

    private static IEnumerable<string> Few(IReadOnlyList<string> lines) =>
        lines.Count <= MostEvidence ? lines : [.. lines.Take(MostEvidence - 1), "and more, in the run record"];

    private static int Longest(IReadOnlyList<CheckResult> results, Func<CheckResult, string> text) => results.Select(r => text(r).Length).DefaultIfEmpty().Max();

    private static string Join(IEnumerable<string> ids) => string.Join(' ', ids);

    private static string Counted(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Pass => "passed",
        CheckOutcome.Warn => "warned",
        CheckOutcome.Fail => "failed",
        CheckOutcome.Skip => "skipped",
        _ => "inconclusive",
    };
}
