using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Node.Tests;

/// <summary>Three members over real sockets on a real switch: they form, lose a Master, stop, and come back.</summary>
public sealed class ClusterTests
{
    [Theory]
    [InlineData("article")]
    [InlineData("vsan65")]
    [InlineData("vsan66")]
    public async Task Three_members_form_a_cluster_with_two_connections_for_each_pair_with_the_master(string profile)
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(3, FlowProfile.All.Single(p => p.Name == profile)));
        await cluster.FormAsync();
        MemberView master = cluster.Runners.Select(r => r.View).Single(v => v.Role == Role.Master);
        MemberId[] others = [.. master.Members.Where(m => m != master.Id)];
        Assert.Equal(others, master.Opened.Order());
        Assert.Equal(others, master.Accepted.Order());
        foreach (NodeRunner runner in cluster.Runners)
        {
            IReadOnlyDictionary<string, long> counters = runner.Report().Node.Counters;
            Assert.DoesNotContain(counters.Keys, k => k.StartsWith("send_errors") || k.StartsWith("broken") || k.StartsWith("address_mismatch"));
            Assert.Equal(24, runner.Report().Node.Settings.PrefixLength);
        }
    }

    [Fact]
    public async Task A_killed_master_is_followed_by_its_backup_and_nothing_acknowledged_is_lost()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(4));
        await cluster.FormAsync();
        MemberView before = cluster.Runners.First().View;
        NodeRunner agent = cluster.Runners.First(r => r.View.Role == Role.Agent);
        for (int i = 0; i < 20; i++) await agent.CommandAsync(new MemberCommand.Submit($"key{i}", new byte[100]));
        await RunningCluster.RestAsync(cluster.Runners);
        Assert.True(agent.Report().Node.Acknowledged.Count >= 20);

        long killed = TimeProvider.System.GetTimestamp();
        await cluster[before.Master].KillAsync(default);
        NodeRunner[] living = [.. cluster.Runners.Where(r => r != cluster[before.Master])];
        await Eventually.UntilAsync(() => cluster[before.Backup].View.Role == Role.Master, () => RunningCluster.Text(cluster[before.Backup].View));
        // By its silence, and not by a connection that ended: 5 heartbeats of 200 ms, counted from the last one heard, which may be long ago on a busy machine.
        Assert.True(TimeProvider.System.GetElapsedTime(killed) > cluster.Spec.Timers.Heartbeat);
        await RunningCluster.RestAsync(living);

        Assert.Equal(before.Backup, living[0].View.Master);
        IReadOnlyDictionary<Guid, ulong> directory = cluster[before.Backup].Report().Directory;
        foreach (AckedUpdate update in agent.Report().Node.Acknowledged) Assert.True(directory.GetValueOrDefault(update.Key) >= update.Revision);
        Assert.True(cluster[before.Master].Report().Node.Killed);
    }

    [Fact]
    public async Task A_member_that_stops_says_goodbye_and_may_come_back()
    {
        // Silence alone would tell only when nobody waits any more.
        ClusterSpec spec = Clusters.Of(3);
        await using RunningCluster cluster = await RunningCluster.BuildAsync(spec with { Timers = spec.Timers with { Heartbeat = Eventually.Limit / 80, MissedHeartbeats = 100 } });
        await cluster.FormAsync();
        NodeRunner agent = cluster.Runners.Single(r => r.View.Role == Role.Agent);
        MemberId id = agent.View.Id;
        NodeRunner[] others = [.. cluster.Runners.Where(r => r != agent)];

        await agent.StopAsync(default).WaitAsync(Eventually.Limit);
        await Eventually.UntilAsync(() => others.All(r => !r.View.Members.Contains(id)), () => string.Join("\n", others.Select(r => RunningCluster.Text(r.View))));
        Assert.DoesNotContain(others, r => r.Report().Node.Counters.Keys.Any(k => k.StartsWith("connections_cut")));

        await cluster.Add(id).StartAsync(default);
        await RunningCluster.RestAsync(cluster.Runners);
    }

    [Fact]
    public async Task A_runner_has_one_life()
    {
        await using RunningCluster cluster = await RunningCluster.BuildAsync(Clusters.Of(2));
        NodeRunner runner = cluster.Add(new MemberId(1));
        Assert.Equal((Role.Listening, 0u), (runner.View.Role, (uint)runner.View.Term));
        await runner.StartAsync(default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => runner.StartAsync(default));
        await runner.StopAsync(default);
        await runner.StopAsync(default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => runner.CommandAsync(new MemberCommand.ProbePeers()));
        Assert.False(runner.Report().Node.Killed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_that_is_ended_while_it_listens_never_takes_part(bool withSockets)
    {
        ClusterSpec spec = Clusters.Of(2), slow = spec with { Timers = spec.Timers with { Listen = 2 * Eventually.Limit } };
        await using RunningCluster cluster = await RunningCluster.BuildAsync(spec);
        // It only captures, or has its sockets already, and would go on to listen for longer than anybody waits.
        NodeRunner runner = cluster.AddAs(cluster.Options(new MemberId(1)) with { Cluster = slow, CaptureFirst = withSockets ? 0 : 1 });
        Task starting = runner.StartAsync(default);
        if (withSockets) await Eventually.UntilAsync(() => cluster.Fabric.Namespace("m01").Run(() => File.ReadAllText("/proc/thread-self/net/udp")).Contains($":{spec.Channels.AgentPort:X4} "));
        else await Task.Delay(100, TestContext.Current.CancellationToken);
        await runner.StopAsync(default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        // Its port is free: the next one of its name takes it, and is alone.
        NodeRunner next = cluster.Add(new MemberId(1));
        await next.StartAsync(default);
        await Eventually.UntilAsync(() => next.View.Role == Role.Master, () => RunningCluster.Text(next.View));
        Assert.DoesNotContain(next.Report().Node.Counters.Keys, k => k.StartsWith("own_id", StringComparison.Ordinal));
    }
}
