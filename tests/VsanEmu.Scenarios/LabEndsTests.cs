using System.Diagnostics;
using VsanEmu.Core.Checks;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Scenarios;

/// <summary>The lab that does not begin, and the one that is killed: no verdict is awaited.</summary>
[Collection(Together.Untimed)]
public sealed class LabEndsTests
{
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
    [InlineData(0)]
    [InlineData(3500)]
    [InlineData(8000)]
    public async Task Killed_it_leaves_nothing_behind(int afterMs)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        // In a network of the test's own, where nobody else makes anything.
        using var place = NetworkNamespace.Create();
        var left = new Leftovers();
        string before = Machine(place);
        using Process lab = place.Run(() => Process.Start(left.Mark(Command.Prepared("root", "lab", "--members", "3")))!);
        _ = lab.StandardOutput.ReadToEndAsync(cancellation);
        _ = lab.StandardError.ReadToEndAsync(cancellation);
        await Eventually.UntilAsync(() =>
        {
            left.Look();
            return left.Namespaces.Count > 0;
        });
        await Task.Delay(afterMs, cancellation);
        Signal.Send(lab, "STOP");
        left.Look();
        Assert.NotEmpty(left.Namespaces);
        lab.Kill();
        await lab.WaitForExitAsync(cancellation);
        await left.GoneAsync();
        // The kernel takes what was in namespaces down behind the process.
        await Eventually.UntilAsync(() => Machine(place) == before, () => $"it was\n{before}\nand is\n{Machine(place)}");
    }

    // Everything that the lab could leave where it was started: interfaces and rules.
    private static string Machine(NetworkNamespace place) => place.Run(() => string.Join("--\n", Tool.Run("ip", ["-o", "link"]), Tool.Run("ip", ["-o", "addr"]), Tool.Run("nft", ["list", "ruleset"])));
}
