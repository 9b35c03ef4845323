using System.Text.Json.Serialization;
using SharpYaml;

namespace VsanEmu.Containers;

/// <summary>
/// The file for containerlab, which the tests do not have: they do themselves what the file says, and what its comment tells an operator to type. Whether containerlab reads the file
/// as they do, they cannot tell.
/// </summary>
public sealed class ContainerlabTests
{
    private const string Mark = "vsc-";

    [Fact]
    public async Task What_the_file_says_is_a_fabric_that_passes()
    {
        // A key that is not done here is an error: nothing of the file is passed over.
        Lab lab = YamlSerializer.Deserialize<Lab>(File.ReadAllText(Path.Combine(Engine.Root, "compose", "vsan.clab.yml")), new YamlSerializerOptions { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow })!;
        string[] commands = Operator.Commands("vsan.clab.yml");
        int deploys = Array.IndexOf(commands, "containerlab deploy -t compose/vsan.clab.yml");
        Assert.True(deploys > 0);
        try
        {
            foreach (string line in commands[..deploys]) await Operator.MustTypeAsync(line);
            await DeployAsync(lab);
            (int exit, string said) = await Operator.TypeAsync(Assert.Single(commands[(deploys + 1)..]));
            Assert.True(exit == 0, said);
            // All the members, and an observer that is where the file puts it.
            Assert.Matches("F4 +members' settings agree +pass +4 members", said);
            Assert.Matches("M4 +no flooding +pass", said);
        }
        finally
        {
            foreach (string node in lab.Topology.Nodes.Keys) await Shell.RunAsync("docker", ["rm", "-f", Mark + node]);
            await Shell.RunAsync("docker", ["network", "rm", lab.Mgmt.Network]);
            await Operator.TypeAsync("ip link delete vsan-fabric");
            foreach (string rule in commands.Where(c => c.StartsWith("iptables -I", StringComparison.Ordinal))) await Operator.TypeAsync(rule.Replace(" -I ", " -D ", StringComparison.Ordinal));
        }
    }

    private static async Task DeployAsync(Lab lab)
    {
        await Engine.DockerAsync("network", "create", lab.Mgmt.Network);
        Topology topology = lab.Topology;
        foreach ((string name, Node node) in topology.Nodes)
        {
            switch (node.Kind ?? topology.Defaults.Kind)
            {
                case "bridge":
                    await Engine.IpAsync("link", "show", name);
                    break;
                case "linux":
                    // By the name alone (prefix: ""), its container is found on the management network.
                    Assert.Equal("", lab.Prefix);
                    await Engine.DockerAsync(
                        [
                            "run", "-d", "--name", Mark + name, "--hostname", name, "--network", lab.Mgmt.Network, "--network-alias", name, "--pull", "never",
                            "--restart", topology.Defaults.RestartPolicy, .. topology.Defaults.CapAdd.SelectMany(c => (string[])["--cap-add", c]),
                            Image(node.Image ?? topology.Defaults.Image), .. (node.Cmd ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
                        ]);
                    break;
                default:
                    Assert.Fail($"{name}: a node of a kind that is not done here");
                    break;
            }
        }

        foreach (Link link in topology.Links)
        {
            Assert.Equal(2, link.Endpoints.Count);
            string[] node = link.Endpoints[0].Split(':'), port = link.Endpoints[1].Split(':');
            Assert.Equal("bridge", topology.Nodes[port[0]].Kind);
            string pid = await Engine.DockerAsync("inspect", "-f", "{{.State.Pid}}", Mark + node[0]);
            await Engine.IpAsync("link", "add", port[1], "type", "veth", "peer", "name", node[1], "netns", pid);
            await Engine.IpAsync("link", "set", port[1], "master", port[0], "up");
            await Shell.MustAsync("nsenter", $"--net=/proc/{pid}/ns/net", "ip", "link", "set", node[1], "up");
        }
    }

    private static string Image(string name) => name switch
    {
        "vsanemu:latest" => Engine.Image,
        "redis:7" => Engine.Redis,
        _ => throw new InvalidOperationException($"{name}: an image that is not built here"),
    };

    private sealed record Lab
    {
        [JsonPropertyName("name")] public required string Name { get; init; }

        [JsonPropertyName("prefix")] public required string Prefix { get; init; }

        [JsonPropertyName("mgmt")] public required Management Mgmt { get; init; }

        [JsonPropertyName("topology")] public required Topology Topology { get; init; }
    }

    private sealed record Management
    {
        [JsonPropertyName("network")] public required string Network { get; init; }
    }

    private sealed record Topology
    {
        [JsonPropertyName("defaults")] public required Defaults Defaults { get; init; }

        [JsonPropertyName("nodes")] public required Dictionary<string, Node> Nodes { get; init; }

        [JsonPropertyName("links")] public required List<Link> Links { get; init; }
    }

    private sealed record Defaults
    {
        [JsonPropertyName("kind")] public required string Kind { get; init; }

        [JsonPropertyName("image")] public required string Image { get; init; }

        [JsonPropertyName("restart-policy")] public required string RestartPolicy { get; init; }

        [JsonPropertyName("cap-add")] public required List<string> CapAdd { get; init; }
    }

    private sealed record Node
    {
        [JsonPropertyName("image")] public string? Image { get; init; }

        [JsonPropertyName("kind")] public string? Kind { get; init; }

        [JsonPropertyName("cmd")] public string? Cmd { get; init; }
    }

    private sealed record Link
    {
        [JsonPropertyName("endpoints")] public required List<string> Endpoints { get; init; }
    }
}
