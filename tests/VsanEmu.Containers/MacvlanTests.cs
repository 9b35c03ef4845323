namespace VsanEmu.Containers;

/// <summary>The compose files for a physical fabric, with a virtual cable for a NIC and its switch.</summary>
public sealed class MacvlanTests
{
    private const string Nic = "vsm0", Switch = "vsm1";

    // A management address of the host's, as Redis has one in a lab: on none of the containers' networks.
    private const string Redis = "198.19.254.1";

    [Fact]
    public async Task A_member_of_the_file_is_led_from_the_management_network_and_ends_when_it_is_told()
    {
        var compose = new Compose(
            "macvlan.yml", "vsanemu-macvlan", ("NAME", "m1"), ("ADDRESS", "198.18.6.11"), ("SUBNET", "198.18.6.0/24"), ("PARENT", Nic), ("CONTROL", $"redis://{Redis}"));
        try
        {
            await CableAsync();
            await Engine.IpAsync("address", "add", $"{Redis}/32", "dev", "lo");
            await compose.MustAsync("config", "--quiet");
            await compose.MustAsync("up", "-d");
            string node = await compose.MustAsync("ps", "-q", "node");
            // No Redis yet: it waits for one, and says so.
            await Shell.UntilAsync(() => Engine.DockerAsync("logs", node), said => said.Contains("trying again", StringComparison.Ordinal), said => said);
            Assert.NotEqual("healthy", await HealthAsync(node));

            await Engine.DockerAsync("run", "-d", "--name", "vsm-redis", "--pull", "never", "--network", "host", Engine.Redis);
            await Engine.DockerAsync(
                "create", "--name", "vsm-second", "--pull", "never", "--network", $"{compose.Project}_fabric", "--ip", "198.18.6.12", "--cap-drop", "ALL", "--cap-add", "NET_RAW", "--cap-add", "NET_ADMIN",
                Engine.Image, "node", "--control", $"redis://{Redis}", "--name", "m2", "-i", "198.18.6.0/24");
            await Engine.DockerAsync("network", "connect", $"{compose.Project}_control", "vsm-second");
            await Engine.DockerAsync("start", "vsm-second");
            await Shell.UntilAsync(() => HealthAsync(node), health => health == "healthy", health => health);

            (int exit, string said) = await Shell.RunAsync(
                "docker",
                [
                    "run", "--rm", "--pull", "never", "--network", $"{compose.Project}_control", Engine.Image,
                    "verify", "--control", $"redis://{Redis}", "--members", "2", "--only", "F,M1,A1", "--plain",
                ]);
            Assert.True(exit == 0, said);
            Assert.Matches("F1 +the cluster forms +pass +2 members", said);

            await compose.MustAsync("stop");
            // A killed one, that took all the grace there is, has 137.
            Assert.Equal("0", await Engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", node));
        }
        finally
        {
            foreach (string name in (string[])["vsm-second", "vsm-redis"]) await Shell.RunAsync("docker", ["rm", "-f", name]);
            await compose.DownAsync();
            await OnItsNetworkAsync("ip", "address", "delete", $"{Redis}/32", "dev", "lo");
            await OnItsNetworkAsync("ip", "link", "delete", Nic);
        }
    }

    [Fact]
    public async Task What_the_file_must_be_told_it_asks_for()
    {
        foreach ((string file, string name) in ((string, string)[])[("macvlan.yml", "NAME"), ("macvlan.yml", "ADDRESS"), ("macvlan.yml", "PARENT"), ("macvlan.yml", "CONTROL"), ("outsider.yml", "TARGETS")])
        {
            (string, string)[] others = [.. ((string, string)[])[("NAME", "m1"), ("ADDRESS", "198.18.6.11"), ("PARENT", Nic), ("CONTROL", "redis://h"), ("TARGETS", "198.18.6.12")]];
            (int exit, string said) = await new Compose(file, "vsanemu-asks", [.. others.Where(o => o.Item1 != name), (name, "")]).RunAsync("config", "--quiet");
            Assert.NotEqual(0, exit);
            Assert.Contains(name, said);
        }
    }

    [Fact]
    public async Task An_outsider_gets_in_where_nothing_stops_it_and_is_stopped_by_an_access_list()
    {
        var compose = new Compose(
            "outsider.yml", "vsanemu-outsider", ("ADDRESS", "198.18.7.99"), ("SUBNET", "198.18.7.0/24"), ("PARENT", Nic), ("TARGETS", "198.18.7.11 198.18.7.12"));
        string folder = Directory.CreateTempSubdirectory("vsanemu-outsider-").FullName;
        string spec = Path.Combine(folder, "cluster.yaml");
        try
        {
            await CableAsync();
            await File.WriteAllTextAsync(
                spec,
                """
                name: outsider
                subnet: 198.18.7.0/24
                members:
                  - {name: m1, address: 198.18.7.11}
                  - {name: m2, address: 198.18.7.12}
                timers: {heartbeat: 200ms, listen: 600ms, peerExchange: 2s, rebuildDelay: 1s, tcpIdle: 2s, tcpConnect: 1500ms}
                """,
                TestContext.Current.CancellationToken);
            await Shell.MustAsync("chmod", "-R", "o+rX", folder);
            // On the switch's end of the cable, in the engine's own network, where a rule stands for the access list.
            foreach (string member in (string[])["11", "12"]) await Engine.IpAsync("address", "add", $"198.18.7.{member}/24", "dev", Switch);
            foreach (string name in (string[])["m1", "m2"])
            {
                await Engine.DockerAsync(
                    "run", "-d", "--name", $"vsm-{name}", "--pull", "never", "--network", "host", "--cap-drop", "ALL", "-v", $"{spec}:/cluster.yaml:ro", Engine.Image,
                    "node", "--spec", "/cluster.yaml", "--name", name, "-i", Switch);
                await Shell.UntilAsync(
                    () => Engine.DockerAsync("logs", $"vsm-{name}"), said => said.Contains("takes part in cluster", StringComparison.Ordinal), said => said);
            }

            await compose.MustAsync("config", "--quiet");
            (int exit, string said) = await compose.RunAsync("up", "--no-color", "--exit-code-from", "outsider");
            Assert.True(exit == 1, said);
            foreach (string member in (string[])["11", "12"]) Assert.Matches($@"198\.18\.7\.99 .*to 198\.18\.7\.{member} TCP 2233: open", said);

            await RuleAsync("add", "table", "inet", "vsm");
            await RuleAsync("add", "chain", "inet", "vsm", "input", "{ type filter hook input priority 0; }");
            await RuleAsync("add", "rule", "inet", "vsm", "input", "iifname", Switch, "tcp", "dport", "2233", "drop");
            (exit, said) = await compose.RunAsync("up", "--no-color", "--exit-code-from", "outsider");
            Assert.True(exit == 0, said);
            Assert.DoesNotContain(": open", said);
            foreach (string member in (string[])["11", "12"]) Assert.Matches($@"198\.18\.7\.99 .*to 198\.18\.7\.{member} TCP 2233: filtered", said);
        }
        finally
        {
            foreach (string name in (string[])["vsm-m1", "vsm-m2"]) await Shell.RunAsync("docker", ["rm", "-f", name]);
            await compose.DownAsync();
            await OnItsNetworkAsync("nft", "delete", "table", "inet", "vsm");
            await OnItsNetworkAsync("ip", "link", "delete", Nic);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CableAsync()
    {
        await Engine.IpAsync("link", "add", Nic, "type", "veth", "peer", "name", Switch);
        foreach (string end in (string[])[Nic, Switch]) await Engine.IpAsync("link", "set", end, "up");
    }

    private static Task<string> HealthAsync(string container) => Engine.DockerAsync("inspect", "-f", "{{.State.Health.Status}}", container);

    private static async Task RuleAsync(params string[] arguments)
    {
        (int exit, string said) = await OnItsNetworkAsync(["nft", .. arguments]);
        Assert.True(exit == 0, said);
    }

    private static Task<(int Exit, string Said)> OnItsNetworkAsync(params string[] command)
    {
        string[] there = Engine.OnItsNetwork(command);
        return Shell.RunAsync(there[0], there[1..]);
    }
}
