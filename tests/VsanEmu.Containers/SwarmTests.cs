namespace VsanEmu.Containers;

/// <summary>A swarm of this one machine: its member, and one beside it on the same macvlan, are led from a third place.</summary>
public sealed class SwarmTests
{
    private const string Stack = "vsan-test";
    private const string Fabric = "vsan-test-fabric";
    private const string Control = $"{Stack}_control";

    [Fact]
    public async Task The_stack_puts_a_member_on_every_host()
    {
        // The switch, as far as a macvlan knows: a cable to nobody.
        await Engine.IpAsync("link", "add", "vst0", "type", "veth", "peer", "name", "vst1");
        try
        {
            foreach (string end in (string[])["vst0", "vst1"]) await Engine.IpAsync("link", "set", end, "up");
            await Engine.DockerAsync("swarm", "init", "--advertise-addr", "127.0.0.1", "--default-addr-pool", "198.19.128.0/20");
            await Engine.DockerAsync("network", "create", "--config-only", "--subnet", "198.18.4.0/24", "--ip-range", "198.18.4.16/28", "-o", "parent=vst0", $"{Fabric}-config");
            await Engine.DockerAsync("network", "create", "--scope", "swarm", "-d", "macvlan", "--config-from", $"{Fabric}-config", "--attachable", Fabric);
            (int exit, string said) = await Shell.RunAsync(
                "docker", ["stack", "deploy", "--resolve-image", "never", "-c", Path.Combine(Engine.Root, "compose", "stack.yml"), Stack],
                ("CONTROL", "redis://redis"), ("SUBNET", "198.18.4.0/24"), ("FABRIC", Fabric), ("VSANEMU_IMAGE", Engine.Image));
            Assert.True(exit == 0, said);

            await Engine.DockerAsync("run", "-d", "--name", "vst-redis", "--hostname", "redis", "--network-alias", "redis", "--pull", "never", "--network", Control, Engine.Redis);
            await Engine.DockerAsync(
                "create", "--name", "vst-second", "--pull", "never", "--network", Fabric, "--cap-drop", "ALL", "--cap-add", "NET_RAW", "--cap-add", "NET_ADMIN", Engine.Image,
                "node", "--control", "redis://redis", "--name", "second", "-i", "198.18.4.0/24");
            await Engine.DockerAsync("network", "connect", Control, "vst-second");
            await Engine.DockerAsync("start", "vst-second");
            (exit, said) = await Shell.RunAsync(
                "docker", ["run", "--rm", "--pull", "never", "--network", Control, Engine.Image, "verify", "--control", "redis://redis", "--members", "2", "--only", "F,M1,A1", "--plain"]);
            Assert.True(exit == 0, said);
            Assert.Matches("F1 +the cluster forms +pass +2 members", said);
        }
        finally
        {
            foreach (string name in (string[])["vst-redis", "vst-second"]) await Shell.RunAsync("docker", ["rm", "-f", name]);
            await Shell.RunAsync("docker", ["stack", "rm", Stack]);
            await Shell.RunAsync("docker", ["swarm", "leave", "--force"]);
            foreach (string network in (string[])[Fabric, $"{Fabric}-config", "docker_gwbridge"]) await Shell.RunAsync("docker", ["network", "rm", network]);
            await Engine.IpAsync("link", "del", "vst0");
        }
    }
}
