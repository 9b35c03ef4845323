using System.Diagnostics;
using System.Runtime.CompilerServices;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>
/// Fabrics that plain <c>ip</c>, <c>bridge</c> and <c>nft</c> commands made, one folder each: tool and lab could share a misunderstanding, tool and
/// these cannot. <c>expected.txt</c> says what the verdict must be (<see cref="Expectation"/>).
/// </summary>
[Collection(Together.Timed)]
public sealed class FabricTests(FabricTests.Runs runs) : IClassFixture<FabricTests.Runs>
{
    public static TheoryData<string> Folders => [.. Names];

    /// <summary>The fabrics' names.</summary>
    internal static IEnumerable<string> Names => Directory.GetDirectories(Root()).Select(d => Path.GetFileName(d)).Order();

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_verdict_is_as_expected_and_the_machine_as_before(string folder)
    {
        (int exit, string said, RunRecord? record) = runs.ByFolder[folder];
        Assert.True(record is not null, $"exit code {exit}\n{said}");
        Assert.True(Expected(folder).Deviations(exit, record) is [], $"{string.Join('\n', Expected(folder).Deviations(exit, record))}\n\n{said}");
    }

    private static Expectation Expected(string folder) => Expectation.Read(Path.Combine(Root(), folder, "expected.txt"));

    private static string Root([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Fabrics");

    /// <summary>
    /// All of them, run once: several at a time, each in namespaces of its own, since most of a run is waiting. One that went otherwise than expected while
    /// this machine stood in its way, or that proved too little for a verdict, is run again, alone.
    /// </summary>
    public sealed class Runs : IAsyncLifetime
    {
        private const int Together = 8;

        private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("vsanemu-fabric-");

        public Dictionary<string, (int Exit, string Said, RunRecord? Record)> ByFolder { get; } = [];

        public async ValueTask InitializeAsync()
        {
            await Parallel.ForEachAsync(
                Directory.GetDirectories(Root()), new ParallelOptions { MaxDegreeOfParallelism = Together }, async (folder, _) => await KeepAsync(folder));
            string[] hindered = [.. ByFolder.Where(f => f.Value.Record is { } record && Undisturbed.MayBeRepeated(record)).Select(f => f.Key)];
            foreach (string name in hindered.Where(n => Expected(n).Deviations(ByFolder[n].Exit, ByFolder[n].Record!) is not []))
                await KeepAsync(Path.Combine(Root(), name));
        }

        public ValueTask DisposeAsync()
        {
            _scratch.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        private async Task KeepAsync(string folder)
        {
            string name = Path.GetFileName(folder), recordPath = Path.Combine(_scratch.FullName, $"{name}.json");
            File.Delete(recordPath);
            (int exit, string said) = await RunAsync([Path.Combine(Root(), "run.sh"), folder, recordPath, .. Command.Words]);
            lock (ByFolder) ByFolder[name] = (exit, said, Undisturbed.Read(recordPath));
        }

        private static async Task<(int Exit, string Said)> RunAsync(string[] command)
        {
            using Process process = Process.Start(
                new ProcessStartInfo("unshare", ["-nm", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await error);
        }
    }
}
