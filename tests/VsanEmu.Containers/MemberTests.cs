using System.Globalization;
using VsanEmu.Core.Spec;

namespace VsanEmu.Containers;

/// <summary>One member in a container: what it may, what it takes, how it begins and ends.</summary>
public sealed class MemberTests
{
    private const long MostMemory = 24_000_000;

    /// <summary>What the Dockerfile says of capabilities, and of no-new-privileges.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "--cap-add NET_RAW")]
    [InlineData(false, "--cap-add NET_RAW --security-opt no-new-privileges")]
    [InlineData(true, "--cap-add NET_RAW --security-opt no-new-privileges --user 0")]
    public async Task It_captures_where_that_is_granted_and_starts_in_any_case(bool captures, string options)
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        string id = await cluster.RunAgainAsync("m02", ["--cap-drop", "ALL", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        try
        {
            string log = await Shell.UntilAsync(
                () => Engine.DockerAsync("logs", id), said => said.Contains("takes part in cluster", StringComparison.Ordinal), said => said);
            Assert.Equal(captures, !log.Contains("cannot capture", StringComparison.Ordinal));
        }
        finally
        {
            await Engine.DockerAsync("rm", "-f", id);
        }
    }

    [Fact]
    public async Task It_listens_first_takes_little_and_ends_when_it_is_told()
    {
        await using Cluster cluster = await Cluster.StartAsync(3);
        await cluster.UntilAsync(cluster.Spec.Members.Select(m => m.Name), s => Cluster.IsOne(s, 3));
        foreach (MemberSpec member in cluster.Spec.Members)
        {
            string id = cluster[member.Name].Id;
            string pid = await Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", id);
            long own = File.ReadLines($"/proc/{pid}/status").Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal) || l.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)) * 1024;
            Assert.InRange(own, 1, MostMemory);
            Assert.Contains("listens on", (await Engine.DockerAsync("logs", id)).Split('\n')[0]);
        }

        string last = cluster[cluster.Spec.Members[^1].Name].Id;
        await Engine.DockerAsync("stop", "--time", "10", last);
        // Not killed: that would be 137.
        Assert.Equal("0", await Engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", last));
        Assert.Contains("leaves", await Engine.DockerAsync("logs", last));
    }

    /// <summary>What the Dockerfile says of observe.</summary>
    [Fact]
    public async Task Who_only_looks_on_must_only_capture()
    {
        await using Cluster cluster = await Cluster.StartAsync(2);
        MemberSpec member = cluster.Spec.Members[0];
        string said = await Engine.DockerAsync(
            "run", "--rm", "--pull", "never", "--network", $"container:{cluster[member.Name].Id}", "--cap-drop", "ALL", "--cap-add", "NET_RAW", "--read-only", Engine.Image,
            "observe", "--interface", "eth0", "--duration", "3s");
        Assert.Contains($"{member.Address}", said);
    }
}
