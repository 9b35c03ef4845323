using System.Diagnostics;
using System.Text.Json;
using VsanEmu.Core.Checks;

namespace VsanEmu.Scenarios;

/// <summary><c>vsanemu load</c> as its user meets it.</summary>
[Collection(Together.Timed)]
public sealed class LoadCommandTests
{
    private const string Nobody = "65534";

    [Theory]
    [InlineData(1, "--profile", "mixed", "-l", "200", "--udp", "-b", "1M")]
    [InlineData(2, "--groups", "1,50", "-b", "2M")]
    [InlineData(2, "--profile", "vm", "-l", "4K,64K")]
    [InlineData(1, "--profile", "pair", "--rtt")]
    [InlineData(1, "--profile", "resync", "--ramp", "0.2")]
    public async Task As_an_ordinary_user_it_measures_and_prints_json(int outcomes, params string[] arguments)
    {
        (int exit, string output, string error) = await Command.RunAsync(Nobody, ["load", "-n", "3", "-t", "0.5", "-J", .. arguments]);
        Assert.True(exit == 0, error);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(outcomes, json.ValueKind == JsonValueKind.Array ? json.GetArrayLength() : 1);
    }

    [Fact]
    public async Task Stopped_by_ctrl_c_it_ends_soon_and_tells_what_was_measured()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process load = Command.Start("root", "load", "-n", "3", "-t", "600", "-b", "0");
        var output = new Listening(load);
        // It is under way.
        await output.UntilAsync("1.");
        Signal.Send(load, "INT");
        await load.WaitForExitAsync(cancellation).WaitAsync(Eventually.Limit, cancellation);
        Assert.True(load.ExitCode == (int)ExitCode.Inconclusive, await output.AllAsync());
        Assert.Contains("interrupted: what was measured until then", await output.AllAsync());
    }

    [Theory]
    [InlineData("--profile rink: allowed are pair, multicast", "--profile", "rink")]
    [InlineData("--search and --back-to-back exclude each other", "--search", "--back-to-back", "5")]
    [InlineData("with this profile it takes --udp", "--profile", "ring", "--search")]
    [InlineData("--length 12: allowed are 32 to 8972", "-l", "12")]
    [InlineData("--length 8: allowed are 32 to 8972", "--profile", "ring", "--rtt", "-l", "8")]
    [InlineData("--tcp takes a profile that sends to ", "--tcp")]
    [InlineData("--length 100000: allowed are 32 to 8972", "--profile", "ring", "--udp", "-l", "100000")]
    [InlineData("--bitrate fast: not a figure", "-b", "fast")]
    [InlineData("a ramp takes a rate", "-b", "0", "--ramp", "1")]
    [InlineData("this load takes 3 members", "--profile", "resync", "-n", "2")]
    [InlineData("--bitrate: at 0.5 bit/s a datagram of 1400 bytes is due each 22400 s, and not one in the 10 s that are measured", "-b", "0.5")]
    [InlineData("--bitrate: at 0.5 bit/s a byte is due each 16 s, and not one in the 10 s that are measured", "--profile", "ring", "-b", "0.5")]
    [InlineData("--bitrate 0.0001: allowed are 1 to 1000000000", "-b", "0.0001pps")]
    [InlineData("--bitrate 1e-3M: not a figure", "-b", "1e-3M")]
    [InlineData("--bitrate 1e30G: not a figure", "-b", "1e30G")]
    [InlineData("--bitrate NaN: allowed are 0 to 1000000000000", "-b", "NaN")]
    [InlineData("--bitrate -1: not a figure", "-b=-1")]
    [InlineData("--bitrate 2E+24: allowed are 0 to 1000000000000", "-b", "2000000000000T")]
    [InlineData("--length 64.5: a whole number is wanted", "-l", "64.5")]
    [InlineData("--max-loss 101: allowed are 0 to 100", "--max-loss", "101")]
    [InlineData("--rtt takes a rate in datagrams", "--rtt", "-b", "1M")]
    [InlineData("--queue-depth 0: allowed are 1 to 1024", "--profile", "vm", "-q", "0")]
    public async Task Bad_input_ends_in_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        (int exit, string output, string error) = await Command.RunAsync("root", ["load", .. arguments]);
        Assert.Equal((int)ExitCode.BadInput, exit);
        Assert.Empty(output);
        Assert.Contains(expected, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }
}
