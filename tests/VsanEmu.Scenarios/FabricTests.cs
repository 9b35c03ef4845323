using System.Diagnostics;
using System.Runtime.CompilerServices;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>
/// Fabrics that plain <c>ip</c>, <c>bridge</c> and <c>nft</c> commands made, one folder each: tool and lab could share a misunderstanding, tool and
/// these cannot. <c>expected.txt</c> holds the exit code, the faults to be named, and the checks that must fail; no other may.
/// </summary>
public sealed class FabricTests
{
    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Root()).Select(d => Path.GetFileName(d)).Order()];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task The_verdict_is_as_expected_and_the_machine_as_before(string folder)
    {
        string path = Path.Combine(Root(), folder);
        string scratch = Directory.CreateTempSubdirectory("vsanemu-fabric-").FullName;
        try
        {
            string recordPath = Path.Combine(scratch, "record.json");
            (int exit, string said) = await RunAsync(Path.Combine(Root(), "run.sh"), path, recordPath, "dotnet", Command.Path);
            Assert.True(File.Exists(recordPath), $"exit code {exit}\n{said}");
            using FileStream file = File.OpenRead(recordPath);
            Verdict verdict = RunRecord.FromJson(file).Record!.Verdict;
            string[] seen =
            [
                $"exit {exit}",
                .. verdict.Diagnoses.Select(d => $"fault {d.Fault}{(d.Where.Length > 0 ? $", {d.Where}" : "")}"),
                .. Listed(verdict, CheckOutcome.Fail, "fail"),
                .. Listed(verdict, CheckOutcome.Warn, "warn"),
            ];
            Assert.True(File.ReadLines(Path.Combine(path, "expected.txt")).SequenceEqual(seen), $"{string.Join('\n', seen)}\n\n{said}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string[] Listed(Verdict verdict, CheckOutcome outcome, string word)
    {
        string[] ids = [.. verdict.Results.Where(r => r.Outcome == outcome).Select(r => r.Id)];
        return ids.Length == 0 ? [] : [$"{word} {string.Join(' ', ids)}"];
    }

    private static async Task<(int Exit, string Said)> RunAsync(string script, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("unshare", ["-nm", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Fabrics");
}
