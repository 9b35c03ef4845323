using System.Globalization;
using VsanEmu.Core.Spec;

namespace VsanEmu.Containers;

/// <summary>One member in a container: what it may, what it takes, how it begins and ends.</summary>
public sealed class MemberTests
{
    private const long MostMemory = 24_000_000;

    private static readonly TimeSpan MostUntilItListens = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MostUntilItEnds = TimeSpan.FromSeconds(2);

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
                () => Engine.DockerAsync("logs", id), said => said.Contains("takes part in cluster", StringComparison.Ordinal), TimeSpan.FromSeconds(10), said => said);
            Assert.Equal(captures, !log.Contains("cannot capture", StringComparison.Ordinal));
        }
        finally
        {
            await Engine.DockerAsync("rm", "-f", id);
        }
    }

    [Fact]
    public async Task It_listens_at_once_takes_little_and_ends_when_it_is_told()
    {
        await using Cluster cluster = await Cluster.StartAsync(3);
        await cluster.UntilAsync(cluster.Spec.Members.Select(m => m.Name), s => Cluster.IsOne(s, 3));
        foreach (MemberSpec member in cluster.Spec.Members)
        {
            string id = cluster[member.Name].Id;
            string[] state = (await Engine.DockerAsync("inspect", "-f", "{{.State.Pid}} {{.State.StartedAt}}", id)).Split(' ');
            long own = File.ReadLines($"/proc/{state[0]}/status").Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal) || l.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)) * 1024;
            Assert.InRange(own, 1, MostMemory);

            string first = (await Engine.DockerAsync("logs", "--timestamps", id)).Split('\n')[0];
            Assert.Contains("listens on", first);
            Assert.InRange(Time(first.Split(' ')[0]) - Time(state[1]), TimeSpan.FromSeconds(-1), MostUntilItListens);
        }

        string last = cluster[cluster.Spec.Members[^1].Name].Id;
        await Engine.DockerAsync("stop", "--time", "10", last);
        string[] end = (await Engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}} {{.State.FinishedAt}}", last)).Split(' ');
        Assert.Equal("0", end[0]);
        string leaves = (await Engine.DockerAsync("logs", "--timestamps", last)).Split('\n').Last(l => l.Contains("leaves", StringComparison.Ordinal));
        Assert.InRange(Time(end[1]) - Time(leaves.Split(' ')[0]), TimeSpan.Zero, MostUntilItEnds);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
