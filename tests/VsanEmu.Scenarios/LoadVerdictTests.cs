using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VsanEmu.Scenarios;

/// <summary>What <c>vsanemu load</c> ends with on fabrics that plain commands made and broke: an exit code that a script can trust, and words that say who was the limit.</summary>
[Collection(Together.Timed)]
public sealed partial class LoadVerdictTests(LoadVerdictTests.Runs runs) : IClassFixture<LoadVerdictTests.Runs>
{
    // What is lost of what was sent may show what the fabric carries, or only what its ends do.
    private const int Either = -1;

    private const string NotFabric = "this machine|queue depth|the generator was the limit";

    [Theory]
    [InlineData("healthy", 0, "delivered")]
    [InlineData("a slow stream", 0, "delivered")]
    [InlineData("too long for a packet", 0, "each datagram of 1473 bytes is sent in 2 fragments, since it is larger than the interface's MTU of 1500 allows: 1472")]
    [InlineData("no such congestion control", 2, "--congestion nope: this kernel has .*reno")]
    [InlineData("single bytes", 3, "the generator was the limit")]
    [InlineData("all that was asked for", 0, "no less than 5.00 Mbit/s .*0 of [0-9]+ [(]95 % confidence: at most [0-9.]+ %[)].*no higher rate was tried")]
    [InlineData("own firewall, a rate", 3, "refused by this host's own firewall")]
    [InlineData("own firewall, in bursts", 3, "refused by this host's own firewall")]
    [InlineData("own firewall, in a search", 3, "refused by this host's own firewall")]
    [InlineData("own input", 1, "its own host throws them away")]
    [InlineData("dies, ring", 1, "m2 to m3 stopped at [0-9.]+ s")]
    [InlineData("dies, to a group", 1, "m1 to m3 stopped at [0-9.]+ s")]
    [InlineData("a stream that loses", 1, "Mbit/s that were asked for from .* were sent again")]
    [InlineData("half a bit a second", 2, "at 0.5 bit/s a datagram of 1400 bytes is due each 22400 s")]
    [InlineData("more than can be sent, in a search", Either, "the generator was the limit")]
    [InlineData("more than can be sent, in a burst", Either, "the generator was the limit: [0-9]+ of 100000000 datagrams were sent")]
    [InlineData("in bursts", 0, "cross this virtual fabric uncut")]
    [InlineData("nothing, to a group", 1, "m2 got nothing of what m1 sent")]
    [InlineData("nothing, of a pair", 1, "m2 got nothing of what m1 sent")]
    [InlineData("nothing, of a ring", 1, "m1 got nothing of what m3 sent")]
    [InlineData("nothing, of a mesh", 1, "got nothing of what")]
    [InlineData("nothing, as JSON", 1, "the fabric lost it")]
    [InlineData("nothing, of a ping-pong", 1, "none of [0-9]+ questions was answered")]
    [InlineData("nothing, under load", 1, "none of [0-9]+ questions was answered")]
    [InlineData("nothing, in a search", 1, "nothing passed")]
    [InlineData("nothing at one of two", 1, "m3 got nothing of what m1 sent")]
    [InlineData("two percent", 1, "m2 lost [0-9]+ of [0-9]+ [(][0-9.]+ %[)], more than 0.5 %")]
    [InlineData("two percent, allowed", 0, "delivered")]
    [InlineData("black hole, ring", 1, "packets of that length do not come through")]
    [InlineData("black hole, pair", 1, "packets of that length do not come through")]
    [InlineData("black hole, VMs", 1, "operations and then no more")]
    public void Its_exit_code_and_its_words_are_what_became_of_it(string name, int exit, string said)
    {
        (int was, string output) = runs.All[name];
        string words = Spaces().Replace(output, " ");
        Assert.True(exit == Either ? was is 0 or 3 : was == exit, $"exit code {was}\n{output}");
        Assert.Matches(said, words);
        if (exit == 1) Assert.DoesNotMatch(NotFabric, words);
    }

    [Fact]
    public void Bursts_that_are_cut_and_datagrams_that_are_not_have_no_note()
    {
        Assert.DoesNotContain("uncut", runs.All["in bursts that are cut"].Output);
        Assert.DoesNotContain("fragments", runs.All["just short enough"].Output);
        Assert.DoesNotContain("up to 1 datagrams", string.Concat(runs.All.Values.Select(r => r.Output)));
    }

    [Fact]
    public void Json_and_record_carry_the_same_verdict()
    {
        foreach (string name in (string[])["nothing, as JSON", "record"])
        {
            JsonElement verdict = JsonDocument.Parse(runs.All[name].Output).RootElement.GetProperty("verdict");
            Assert.Equal(("Fail", "Fabric"), (verdict.GetProperty("outcome").GetString(), verdict.GetProperty("limit").GetString()));
        }
    }

    [Fact]
    public void A_slow_stream_has_its_rate()
    {
        Match sum = Regex.Match(runs.All["a slow stream"].Output, @"sum +([0-9.]+) (k|M)bit/s delivered");
        double rate = double.Parse(sum.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) * (sum.Groups[2].Value == "M" ? 1e6 : 1e3);
        Assert.InRange(rate, 0.5e6, 1.05e6);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    /// <summary>All of them, run once, one after the other on one fabric.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("vsanemu-loads-");

        public Dictionary<string, (int Exit, string Output)> All { get; } = [];

        public async ValueTask InitializeAsync()
        {
            string[] command = ["-nm", Script(), Path.Combine(_scratch.FullName, "cluster.yaml"), .. Command.Words];
            using Process process = Process.Start(new ProcessStartInfo("unshare", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            foreach (Match run in Regex.Matches(await output, @"^== (.*): exit (\d+)\n((?:(?!== ).*\n?)*)", RegexOptions.Multiline))
                All[run.Groups[1].Value] = (int.Parse(run.Groups[2].ValueSpan), run.Groups[3].Value);
            Assert.True(process.ExitCode == 0, await error);
        }

        public ValueTask DisposeAsync()
        {
            _scratch.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        private static string Script([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Loads", "loads.sh");
    }
}
