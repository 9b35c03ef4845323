using System.Text.RegularExpressions;

namespace VsanEmu.Containers;

/// <summary>The compose files, by the tools that read them.</summary>
public sealed class ComposeTests
{
    private const string Project = "vsanemu-test";

    private static readonly string File = Path.Combine(Engine.Root, "compose", "cluster.yml");

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

            string id = await Engine.DockerAsync("network", "inspect", "-f", "{{.Id}}", $"{Project}_fabric");
            string bridge = $"br-{id[..12]}";
            await Engine.IpAsync(
                "link", "set", bridge, "type", "bridge", "mcast_query_use_ifaddr", "1", "mcast_query_interval", "200", "mcast_startup_query_interval", "100",
                "mcast_membership_interval", "500", "mcast_last_member_interval", "10", "mcast_query_response_interval", "100", "mcast_querier_interval", "400", "mcast_igmp_version", "3");
            // By itself, and last: how long the switch floods until it trusts its querier is the response interval that it has now.
            await Engine.IpAsync("link", "set", bridge, "type", "bridge", "mcast_querier", "1");
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            (exit, said) = await UpAsync();
            foreach (string check in (string[])["M3 +Master Group isolation", "M4 +no flooding", "M5 +a querier is there", "M8 +group leave delay"]) Assert.True(Regex.IsMatch(said, $"{check} +pass"), said);
            Assert.True(exit == 0, said);
        }
        finally
        {
            await ComposeAsync("down", "--timeout", "5");
        }
    }

    private static Task<(int Exit, string Said)> UpAsync() => ComposeAsync("up", "--no-color", "--exit-code-from", "controller");

    private static Task<(int Exit, string Said)> ComposeAsync(params string[] arguments) =>
        Shell.RunAsync("docker-compose", ["-f", File, "-p", Project, .. arguments], ("VSANEMU_IMAGE", Engine.Image), ("REDIS_IMAGE", Engine.Redis));
}
