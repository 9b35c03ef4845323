using DotNet.Testcontainers.Containers;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Containers;

/// <summary>A cluster of containers on Docker's bridge, and what becomes of it when its containers and cables fail.</summary>
public sealed class ClusterTests
{
    private const int Members = 4;

    [Fact]
    public async Task It_forms_and_its_flows_on_the_bridge_are_those_of_the_matrix()
    {
        await using Cluster cluster = await Cluster.StartAsync(Members);
        string[] said = await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
        Dictionary<MemberId, Role> roles = cluster.Spec.Members.Zip(said).ToDictionary(p => p.First.Id, p => RoleOf(p.Second));

        IReadOnlyList<WireFlow> seen = await WireFlow.CaptureAsync(Cluster.Bridge, cluster.Spec, TimeSpan.FromSeconds(5));
        Assert.Equal(said.Select(RoleOf), (await cluster.UntilAsync(All(cluster), _ => true)).Select(RoleOf));
        FlowMatrix matrix = FlowMatrix.Of(cluster.Spec, roles, []);
        Assert.Empty(seen.Except(WireFlow.Of(matrix.Flows)));
        Assert.Empty(WireFlow.Of(matrix.Required).Except(seen));
    }

    [Fact]
    public async Task The_Masters_container_is_killed_and_the_Backup_takes_over_and_the_rest_end_when_told()
    {
        await using Cluster cluster = await Cluster.StartAsync(Members);
        string[] said = await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
        string master = NameOf(cluster, said, "Master"), backup = NameOf(cluster, said, "Backup");
        await Engine.DockerAsync("kill", "--signal", "KILL", cluster[master].Id);
        string[] rest = [.. All(cluster).Where(m => m != master)];
        string[] after = await cluster.UntilAsync(rest, s => Cluster.IsOne(s, Members - 1));
        Assert.Equal(backup, rest[Array.FindIndex(after, s => s.Contains("it is Master", StringComparison.Ordinal))]);

        await Engine.DockerAsync("stop", "--time", "10", cluster[rest[^1]].Id);
        Assert.Equal("0", await Engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", cluster[rest[^1]].Id));
        // It said goodbye: the others need not find out.
        await cluster.UntilAsync(rest[..^1], s => Cluster.IsOne(s, Members - 2));
    }

    [Fact]
    public async Task A_container_that_is_paused_is_missed_and_comes_back()
    {
        await using Cluster cluster = await Cluster.StartAsync(Members);
        string[] said = await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
        string master = NameOf(cluster, said, "Master");
        IContainer container = cluster[master];
        await Engine.DockerAsync("pause", container.Id);
        string[] rest = [.. All(cluster).Where(m => m != master)];
        await cluster.UntilAsync(rest, s => Cluster.IsOne(s, Members - 1));
        await Engine.DockerAsync("unpause", container.Id);
        await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
    }

    [Fact]
    public async Task A_cable_that_is_taken_out_parts_the_cluster_and_put_in_again_heals_it()
    {
        await using Cluster cluster = await Cluster.StartAsync(Members);
        string[] said = await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
        string backup = NameOf(cluster, said, "Backup");
        await cluster.DisconnectAsync(backup);
        string[] rest = [.. All(cluster).Where(m => m != backup)];
        await cluster.UntilAsync(rest, s => Cluster.IsOne(s, Members - 1));
        Assert.Contains("hears 1 of", (await cluster.UntilAsync([backup], s => s[0].Contains("hears 1 of", StringComparison.Ordinal)))[0]);
        await cluster.ConnectAsync(backup);
        await cluster.UntilAsync(All(cluster), s => Cluster.IsOne(s, Members));
    }

    private static IEnumerable<string> All(Cluster cluster) => cluster.Spec.Members.Select(m => m.Name);

    private static Role RoleOf(string said) => Enum.GetValues<Role>().Single(r => said.Contains($"it is {r}", StringComparison.Ordinal));

    private static string NameOf(Cluster cluster, string[] said, string role) =>
        cluster.Spec.Members[Array.FindIndex(said, s => s.Contains($"it is {role}", StringComparison.Ordinal))].Name;
}
