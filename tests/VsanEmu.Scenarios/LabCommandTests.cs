using System.Diagnostics;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>The lab as a newcomer meets it: the command, its output, its exit code, and what it leaves behind.</summary>
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
            (int exit, string output, string error) = await Command.RunAsync(Nobody, "lab", "--members", "3", "--record", recordPath, "--capture", captures);
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

    [Theory]
    [InlineData("--members 1: allowed are 2 to 64", "--members", "1")]
    [InlineData("--members 65: allowed are 2 to 64", "--members", "65")]
    [InlineData("no fault 'no-queryer'; there are no-querier", "--fault", "no-queryer")]
    [InlineData("--profile vsan7: allowed are article, vsan65, vsan66", "--profile", "vsan7")]
    [InlineData("no-such.yaml", "--spec", "no-such.yaml")]
    [InlineData("exclude each other", "--spec", "no-such.yaml", "--members", "4")]
    public async Task Bad_input_ends_in_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        (int exit, string output, string error) = await Command.RunAsync("root", ["lab", .. arguments]);
        Assert.Equal((int)ExitCode.BadInput, exit);
        Assert.Empty(output);
        Assert.Contains(expected, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData(700)]
    [InlineData(4000)]
    [InlineData(9000)]
    public async Task Killed_it_leaves_nothing_behind(int afterMs)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string before = await MachineAsync(cancellation);
        using Process lab = Command.Start("root", "lab", "--members", "3");
        _ = lab.StandardOutput.ReadToEndAsync(cancellation);
        _ = lab.StandardError.ReadToEndAsync(cancellation);
        await Task.Delay(afterMs, cancellation);
        lab.Kill();
        await lab.WaitForExitAsync(cancellation);
        // The kernel takes namespaces down behind the process.
        for (int i = 0; i < 100 && await MachineAsync(cancellation) != before; i++) await Task.Delay(50, cancellation);
        Assert.Equal(before, await MachineAsync(cancellation));
    }

    [Fact]
    public async Task A_machine_that_stands_still_is_told_and_not_put_down_to_the_fabric()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string recordPath = Path.GetTempFileName();
        try
        {
            using Process lab = Command.Start("root", "lab", "--members", "3", "--record", recordPath);
            Task<string> output = lab.StandardOutput.ReadToEndAsync(cancellation), error = lab.StandardError.ReadToEndAsync(cancellation);
            await Task.Delay(8000, cancellation);
            await Command.SignalAsync(lab, "STOP");
            await Task.Delay(1500, cancellation);
            await Command.SignalAsync(lab, "CONT");
            await lab.WaitForExitAsync(cancellation);
            Assert.True(lab.ExitCode is (int)ExitCode.Passed or (int)ExitCode.Inconclusive, await output + await error);
            using FileStream file = File.OpenRead(recordPath);
            Assert.Contains(RunRecord.FromJson(file).Record!.Observations.Machine!.Hindrances, h => h.StoodNs is > 1_400_000_000 and < 5_000_000_000);
        }
        finally
        {
            File.Delete(recordPath);
        }
    }

    // Everything that the lab could leave: interfaces, named namespaces, rules, and processes of its own.
    private static async Task<string> MachineAsync(CancellationToken cancellation)
    {
        string[] commands = ["ip -o link show", "ip netns list", "nft list ruleset", "lsns -n -t net -o NS"];
        var all = new List<string>();
        foreach (string command in commands)
        {
            string[] words = command.Split(' ');
            using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true })!;
            all.Add(await process.StandardOutput.ReadToEndAsync(cancellation));
            await process.WaitForExitAsync(cancellation);
        }

        return string.Join("--\n", all);
    }
}
