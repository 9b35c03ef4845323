using System.Text.RegularExpressions;

namespace VsanEmu.Containers;

/// <summary>The compose files, by the tools that read them.</summary>
public sealed class ComposeTests
{
    private const int Inconclusive = 3;

    private static readonly Compose File = new("cluster.yml", "vsanemu-test");

    [Fact]
    public async Task Dockers_bridge_is_diagnosed_for_what_it_is_and_with_a_querier_it_is_healthy()
    {
        try
        {
            (int exit, string said) = await UpAsync();
            Assert.True(exit == 1, said);
            Assert.Matches(@"likely fault +no-querier-flooding", said);
            foreach (string check in (string[])["M4 +no flooding", "M5 +a querier is there"]) Assert.Matches($"{check} +FAIL", said);
            Assert.Matches(@"F2 +every flow arrives +pass", said);

            string id = await Engine.DockerAsync("network", "inspect", "-f", "{{.Id}}", $"{File.Project}_fabric");
            string bridge = $"br-{id[..12]}";
            foreach (string command in Operator.Commands("cluster.yml").Where(c => c.StartsWith("ip link ", StringComparison.Ordinal)))
                await Operator.MustTypeAsync(command.Replace("vsan-fabric", bridge, StringComparison.Ordinal));
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            (exit, said) = await UpAsync();
            // A busy machine proves less: once more.
            if (exit == Inconclusive) (exit, said) = await UpAsync();
            foreach (string check in (string[])["M3 +Master Group isolation", "M4 +no flooding", "M5 +a querier is there", "M8 +group leave delay"]) Assert.True(Regex.IsMatch(said, $"{check} +pass"), said);
            Assert.True(exit == 0, said);
        }
        finally
        {
            await File.DownAsync();
        }
    }

    private static Task<(int Exit, string Said)> UpAsync() => File.RunAsync("up", "--no-color", "--exit-code-from", "controller");
}
