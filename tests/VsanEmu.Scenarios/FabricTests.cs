using System.Diagnostics;
using System.Runtime.CompilerServices;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>
/// Fabrics that plain <c>ip</c>, <c>bridge</c> and <c>nft</c> commands made, one folder each: tool and lab could share a misunderstanding, tool and
/// these cannot. <c>expected.txt</c> says what the verdict must be (<see cref="Expectation"/>).
/// </summary>
public sealed class FabricTests(FabricTests.Runs runs) : IClassFixture<FabricTests.Runs>
{
    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Root()).Select(d => Path.GetFileName(d)).Order()];

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_verdict_is_as_expected_and_the_machine_as_before(string folder)
    {
        (int exit, string said, RunRecord? record) = runs.ByFolder[folder];
        Assert.True(record is not null, $"exit code {exit}\n{said}");
        var expected = Expectation.Read(Path.Combine(Root(), folder, "expected.txt"));
        Assert.True(expected.Deviations(exit, record) is [], $"{string.Join('\n', expected.Deviations(exit, record))}\n\n{said}");
    }

    private static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Fabrics");

    /// <summary>All of them, run once: several at a time, each in namespaces of its own, since most of a run is waiting.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        private const int Together = 4;

        public Dictionary<string, (int Exit, string Said, RunRecord? Record)> ByFolder { get; } = [];

        public async ValueTask InitializeAsync()
        {
            DirectoryInfo scratch = Directory.CreateTempSubdirectory("vsanemu-fabric-");
            try
            {
                await Parallel.ForEachAsync(Directory.GetDirectories(Root()), new ParallelOptions { MaxDegreeOfParallelism = Together }, async (folder, _) =>
                {
                    string name = Path.GetFileName(folder), recordPath = Path.Combine(scratch.FullName, $"{name}.json");
                    (int exit, string said) = await RunAsync(Path.Combine(Root(), "run.sh"), folder, recordPath, "dotnet", Command.Path);
                    lock (ByFolder) ByFolder.Add(name, (exit, said, Read(recordPath)));
                });
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static RunRecord? Read(string path)
        {
            if (!File.Exists(path)) return null;
            using FileStream file = File.OpenRead(path);
            return RunRecord.FromJson(file).Record;
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
    }
}
