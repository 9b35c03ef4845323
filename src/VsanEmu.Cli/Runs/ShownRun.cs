using Spectre.Console;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Report;

namespace VsanEmu.Cli.Runs;

/// <summary>A run as its user sees it: a live picture, then the verdict; and the record, if one is wanted.</summary>
internal static class ShownRun
{
    /// <summary>Makes the run and shows it.</summary>
    /// <param name="console">Where.</param>
    /// <param name="title">What is run.</param>
    /// <param name="run">The run.</param>
    /// <param name="output">The record's file, or null.</param>
    /// <returns>The verdict's exit code.</returns>
    public static async Task<int> ShowAsync(IAnsiConsole console, string title, Func<IProgress<RunProgress>, Task<RunRecord>> run, RecordFile? output)
    {
        long start = TimeProvider.System.GetTimestamp();
        RunRecord record = await new LiveDashboard(console, title).RunAsync(run);
        VerdictTable.Write(console, record.Verdict, TimeProvider.System.GetElapsedTime(start));
        output?.Write(record.ToJson);
        return (int)record.Verdict.ExitCode;
    }
}
