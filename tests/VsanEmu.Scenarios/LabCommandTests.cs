using System.Diagnostics;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>The lab as a newcomer meets it: the command, its output, its exit code.</summary>
[Collection(Together.Timed)]
public sealed class LabCommandTests
{
    private const string Nobody = "65534";

    [Fact]
    public async Task As_an_ordinary_user_it_passes_and_leaves_the_record_and_the_captures()
    {
        string folder = Directory.CreateTempSubdirectory("vsanemu-lab-").FullName;
        Process.Start("chmod", ["777", folder]).WaitForExit();
        try
        {
            string recordPath = Path.Combine(folder, "record.json");
            string captures = Path.Combine(folder, "captures");
            (int exit, string output, string error) = (0, "", "");
            await Undisturbed.RunAsync(async () =>
            {
                if (Directory.Exists(captures)) Directory.Delete(captures, recursive: true);
                (exit, output, error) = await Command.RunAsync(Nobody, "lab", "--members", "3", "--record", recordPath, "--capture", captures);
                return Undisturbed.Read(recordPath);
            });
            Assert.True(exit == 0, output + error);
            Assert.Contains("PASS", output.TrimEnd().Split('\n')[^1]);

            using FileStream file = File.OpenRead(recordPath);
            RunRecord record = RunRecord.FromJson(file).Record!;
            Verdict again = Verdict.Of(record.Spec, record.Observations);
            Assert.Equal(record.Verdict.Results.Select(r => (r.Id, r.Outcome, r.Seen)), again.Results.Select(r => (r.Id, r.Outcome, r.Seen)));
            Assert.Equal(
                record.Observations.Ports.Select(p => $"{p.Port}.pcapng").Order(),
                Directory.EnumerateFiles(captures).Select(f => Path.GetFileName(f)!).Order());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_machine_that_stands_still_is_told_and_not_put_down_to_the_fabric()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string recordPath = Path.GetTempFileName();
        try
        {
            using Process lab = Command.Start("root", "lab", "--members", "3", "--plain", "--record", recordPath);
            var output = new Listening(lab);
            // Its members run.
            await output.UntilAsync("steady");
            Signal.Send(lab, "STOP");
            await Task.Delay(1500, cancellation);
            Signal.Send(lab, "CONT");
            await lab.WaitForExitAsync(cancellation);
            Assert.True(lab.ExitCode is (int)ExitCode.Passed or (int)ExitCode.Inconclusive, await output.AllAsync());
            Assert.Contains(Undisturbed.Read(recordPath)!.Observations.Machine!.Hindrances, h => h.StoodNs is > 1_400_000_000 and < 60_000_000_000);
        }
        finally
        {
            File.Delete(recordPath);
        }
    }
}
