using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>What a VM, its copies and its rebuilds do, one situation at a time.</summary>
public class DataPlaneTests
{
    [Theory]
    [InlineData(DataConnection.Accepted)]
    [InlineData(DataConnection.Initiated)]
    [InlineData(DataConnection.Both)]
    public void Writes_use_the_connections_of_the_mode_and_reach_all_copies(DataConnection mode)
    {
        var world = new World(Specs.Cluster(4, mode, Specs.Vm("vm1", 1, 2, 3)), seed: 1);
        var used = new HashSet<(int From, int To, bool OnOpenedBySelf, FlowId Flow)>();
        world.OnSend = (from, send) => used.Add((from, send.To.Value, send.OnOpenedBySelf, send.Flow));
        world.PowerOn("vm1");
        world.Run(5);

        bool[] sides = mode switch { DataConnection.Accepted => [false], DataConnection.Initiated => [true], _ => [false, true] };
        Assert.Equal(
            sides.SelectMany(opened => ((int, int, bool, FlowId)[])[(1, 2, opened, FlowId.D1), (1, 3, opened, FlowId.D1), (2, 1, !opened, FlowId.D2), (3, 1, !opened, FlowId.D2)]).Order(),
            used.Order());
        VmObservation vm = world.Figures("vm1");
        Assert.InRange(vm.Writes + vm.Reads, 380, 500);
        Assert.InRange(vm.Reads, 100, 400);
        Assert.Equal((0, 0), (vm.Failed, vm.Mismatched));
        Assert.True(world.AtRest);
        AssertQuietAndEqual(world, "vm1", 2, 3);
    }

    [Fact]
    public void A_vm_that_is_off_wants_no_connection()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 1);
        world.PowerOn("vm1");
        world.Run(2);
        Assert.True(world[2].Wants(Specs.Id(1)) && world[3].Wants(Specs.Id(1)));
        Assert.False(world[1].Wants(Specs.Id(2)) || world[2].Wants(Specs.Id(3)));
        world.PowerOff("vm1");
        world.Run(2);
        Assert.All(world.Planes, p => Assert.All(Enumerable.Range(1, 3), i => Assert.False(p.Wants(Specs.Id(i)))));
        Assert.All(world.Planes, p => Assert.Equal(long.MaxValue, p.NextTimeoutNs));
        long before = world.Figures("vm1").Writes;
        world.Run(1);
        Assert.Equal(before, world.Figures("vm1").Writes);
    }

    [Fact]
    public void The_host_may_hold_a_copy_itself()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 1, 2)), seed: 2);
        world.PowerOn("vm1");
        world.Run(3);
        Assert.True(world.Figures("vm1").Writes > 50);
        AssertQuietAndEqual(world, "vm1", 1, 2);
    }

    [Fact]
    public void The_only_copy_may_be_the_hosts_own()
    {
        var world = new World(Specs.Cluster(2, DataConnection.Accepted, Specs.Vm("vm1", 1, 1)), seed: 2);
        world.OnSend = (from, send) => Assert.Fail($"{from} sent {send}");
        world.PowerOn("vm1");
        world.Run(3);
        VmObservation vm = world.Figures("vm1");
        Assert.InRange(vm.Writes + vm.Reads, 290, 310);
        Assert.Equal(0, vm.Failed + vm.Mismatched);
    }

    [Fact]
    public void A_short_break_is_ridden_out_without_a_failure_or_a_rebuild()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 3);
        world.PowerOn("vm1");
        world.Run(2);
        world.BreakLink(2, 1);
        world.Run(3);
        Assert.Equal(0, world.Figures("vm1").Failed);
        Assert.Equal(0, world.Counter("data.resyncs-started"));
        AssertQuietAndEqual(world, "vm1", 2, 3);
    }

    [Fact]
    public void A_dead_holder_is_replaced_and_drops_its_copy_when_it_returns()
    {
        var world = new World(Specs.Cluster(4, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 4);
        var resync = new HashSet<(int From, int To, bool OnOpenedBySelf)>();
        world.OnSend = (from, send) =>
        {
            if (send.Kind != MessageKind.Resync) return;
            resync.Add((from, send.To.Value, send.OnOpenedBySelf));
            Assert.Equal((FlowId.D3, FlowId.D3), (world[2].FlowWith(Specs.Id(4), openedBySelf: true), world[4].FlowWith(Specs.Id(2), openedBySelf: false)));
        };
        world.PowerOn("vm1");
        world.Run(2);
        Assert.Equal((FlowId.D1, FlowId.D1), (world[2].FlowWith(Specs.Id(1), openedBySelf: true), world[1].FlowWith(Specs.Id(2), openedBySelf: false)));
        Assert.Equal((FlowId.None, FlowId.None), (world[1].FlowWith(Specs.Id(2), openedBySelf: true), world[2].FlowWith(Specs.Id(1), openedBySelf: false)));
        world.Partition(id => id == 3 ? 1 : 0);
        Assert.True(world.RunUntil(() => !world.AtRest, 3));
        Assert.True(world.RunUntil(() => world[1].AtRest && world[2].AtRest && world[4].AtRest, 10));
        Assert.Equal([Specs.Id(2), Specs.Id(4)], world.Figures("vm1").Copies);
        Assert.Equal([(2, 4, true)], resync);
        Assert.True(world[1].Counters["data.writes-degraded"] > 0);
        Assert.NotNull(world[3].CopyOf("vm1"));

        world.Partition(_ => 0);
        world.Run(2);
        Assert.Null(world[3].CopyOf("vm1"));
        Assert.False(world[2].Wants(Specs.Id(4)));
        Assert.Equal((0L, 0L), (world.Figures("vm1").Failed, world.Figures("vm1").Mismatched));
        AssertQuietAndEqual(world, "vm1", 2, 4);
    }

    [Fact]
    public void A_copy_that_missed_writes_is_rebuilt_in_its_place()
    {
        ClusterSpec cluster = Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3));
        var world = new World(cluster with { Timers = cluster.Timers with { RebuildDelay = TimeSpan.FromMinutes(1) } }, seed: 5);
        world.PowerOn("vm1");
        world.Run(2);
        world.Block(1, 3);
        world.Run(3);
        Assert.False(world.AtRest);
        Assert.Equal(0, world.Counter("data.resyncs-started"));
        world.Unblock(1, 3);
        Assert.True(world.RunUntil(() => world.AtRest, 5));
        Assert.Equal(1, world.Counter("data.resyncs-done"));
        AssertQuietAndEqual(world, "vm1", 2, 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_source_or_the_target_may_die_during_a_rebuild(bool source)
    {
        ClusterSpec cluster = Specs.Cluster(6, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3, 4) with { BlockSize = 65536 });
        var world = new World(cluster, seed: 6);
        bool crashed = false;
        world.OnSend = (from, send) =>
        {
            if (send.Kind != MessageKind.Resync || crashed) return;
            crashed = true;
            world.After(0.002, () => world.Crash(source ? from : send.To.Value));
        };
        world.PowerOn("vm1");
        world.Run(2);
        world.Crash(4);
        Assert.True(world.RunUntil(() => crashed, 5));
        Assert.True(world.RunUntil(() => world.AtRest, 20));
        Assert.True(world.Counter("data.resyncs-aborted") > 0);
        Assert.Equal(0, world.Figures("vm1").Mismatched);
        Assert.Equal(3, world.Figures("vm1").Copies.Count);
        AssertQuietAndEqual(world, "vm1", [.. world.Figures("vm1").Copies.Select(m => (int)m.Value)]);
    }

    [Fact]
    public void The_host_is_source_or_target_of_a_rebuild_when_there_is_no_other()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 1, 2), Specs.Vm("vm2", 1, 2, 3)), seed: 7);
        world.PowerOn("vm1");
        world.PowerOn("vm2");
        world.Run(2);
        world.Crash(2);
        Assert.True(world.RunUntil(() => !world.AtRest, 3));
        Assert.True(world.RunUntil(() => world.AtRest, 10));
        Assert.Equal([Specs.Id(1), Specs.Id(3)], world.Figures("vm1").Copies);
        Assert.Equal([Specs.Id(1), Specs.Id(3)], world.Figures("vm2").Copies);
        AssertQuietAndEqual(world, "vm1", 1, 3);
        AssertQuietAndEqual(world, "vm2", 1, 3);
    }

    [Fact]
    public void With_no_copy_in_reach_every_operation_fails_and_later_ones_succeed()
    {
        var world = new World(Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 8);
        world.PowerOn("vm1");
        world.Run(2);
        world.Partition(id => id == 1 ? 1 : 0);
        world.Run(4);
        long failed = world.Figures("vm1").Failed;
        Assert.True(failed > 100);
        Assert.True(world[1].AtRest, "what cannot be rebuilt is not waited for");
        long writes = world.Figures("vm1").Writes;
        world.Partition(_ => 0);
        Assert.True(world.RunUntil(() => world.Figures("vm1").Writes > writes && world.AtRest, 10));
        failed = world.Figures("vm1").Failed;
        world.Run(2);
        Assert.Equal(failed, world.Figures("vm1").Failed);
        Assert.Equal(0, world.Counter("data.disks-reverted"));
        AssertQuietAndEqual(world, "vm1", 2, 3);
    }

    [Fact]
    public void Lost_content_is_noticed_and_counted_not_read()
    {
        var world = new World(Specs.Cluster(2, DataConnection.Accepted, Specs.Vm("vm1", 1, 2)), seed: 9);
        world.PowerOn("vm1");
        world.Run(2);
        world.Crash(2);
        world.Run(2);
        world.Restart(2);
        Assert.True(world.RunUntil(() => world.AtRest, 10));
        world.Run(2);
        Assert.Equal(1, world.Counter("data.disks-reverted"));
        Assert.Equal(0, world.Figures("vm1").Mismatched);
        AssertQuietAndEqual(world, "vm1", 2);
    }

    [Fact]
    public void A_restarted_host_publishes_its_vm_as_off_and_finds_its_content_again()
    {
        var world = new World(Specs.Cluster(4, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3) with { ReadPercent = 0 }), seed: 10);
        world.PowerOn("vm1");
        world.Run(2);
        world.Partition(id => id == 3 ? 1 : 0);
        world.Run(6);
        world.Partition(_ => 0);
        world.Run(1);
        world.Crash(1);
        world.Run(2);
        Assert.False(world[2].Wants(Specs.Id(1)), "a dead host is not called");
        world.Restart(1);
        world.Run(1);
        Assert.False(world[2].Wants(Specs.Id(1)), "the VM is off");
        ulong newest = world[2].CopyOf("vm1")!.Value.Newest;
        Assert.NotEqual(0UL, newest);
        world.PowerOn("vm1");
        Assert.True(world.RunUntil(() => world.AtRest, 5));
        Assert.Equal([Specs.Id(2), Specs.Id(4)], world.Figures("vm1").Copies);
        Assert.Equal(0, world.Counter("data.resyncs-started"));
        Assert.True(world[2].CopyOf("vm1")!.Value.Newest >= newest);
        AssertQuietAndEqual(world, "vm1", 2, 4);
    }

    [Fact]
    public void Strangers_are_refused_and_counted()
    {
        var world = new World(Specs.Cluster(4, DataConnection.Accepted, Specs.Vm("vm1", 1, 2, 3)), seed: 11);
        world.PowerOn("vm1");
        world.Run(2);
        ulong digest = world[2].CopyOf("vm1")!.Value.Digest;
        world.PowerOff("vm1");
        world.Run(1);
        long refused = world[2].Counters["data.refused"];
        byte[] payload = new byte[1024];
        Guid id = VmObject.IdOf("vm1");
        world[2].LinkUp(world.NowNs, Specs.Id(4), openedBySelf: false);

        Span<byte> attach = payload.AsSpan(0, new AttachMessage(id, 1UL << 62, 0, Go: false).Write(payload));
        Assert.Equal(WireStatus.Ok, world[2].Handle(world.NowNs, Specs.Id(4), false, MessageKind.Attach, attach));
        new WriteRequestMessage(id, 1UL << 62, 1, 1UL << 62, 7).Write(payload);
        Span<byte> write = payload.AsSpan(0, WriteRequestMessage.Size + 512);
        Assert.Equal(WireStatus.Ok, world[2].Handle(world.NowNs, Specs.Id(4), false, MessageKind.WriteRequest, write));
        Span<byte> read = payload.AsSpan(0, new ReadRequestMessage(id, 1UL << 62, 1, 7).Write(payload));
        Assert.Equal(WireStatus.Ok, world[2].Handle(world.NowNs, Specs.Id(4), false, MessageKind.ReadRequest, read));
        new ResyncMessage(id, 5, 0, 512, 0, ResyncStep.Begin).Write(payload);
        Assert.Equal(WireStatus.Ok, world[2].Handle(world.NowNs, Specs.Id(4), false, MessageKind.Resync, payload.AsSpan(0, ResyncMessage.Size)));

        Assert.Equal(refused + 4, world[2].Counters["data.refused"]);
        Assert.False(world[2].TryPollSend(world.NowNs, new byte[WireLimits.MaxFrame], out _));
        Assert.NotEqual(0UL, digest);
    }

    [Fact]
    public void A_vm_falls_behind_without_a_burst()
    {
        var plane = new DataPlane(new DataPlaneOptions
        {
            Self = Specs.Id(1),
            Cluster = Specs.Cluster(2, DataConnection.Accepted, Specs.Vm("vm1", 1, 1) with { Iops = 1000 }),
            Seed = 1,
            IncarnationNs = 1,
        });
        plane.PowerOn(0, "vm1");
        plane.HandleTimeout(10_000_000_000);
        long done = plane.Observe()[0].Writes + plane.Observe()[0].Reads;
        Assert.InRange(done, 99, 102);
        Assert.InRange(plane.Counters["data.operations-skipped"], 9890, 9910);
    }

    /// <summary>Powers the VM off; then its copies are equal, there is no other, and nothing was ever read that had not been written.</summary>
    private static void AssertQuietAndEqual(World world, string vm, params int[] holders)
    {
        Assert.Equal(0, world.Figures(vm).Mismatched);
        world.PowerOff(vm);
        world.Run(2);
        Assert.True(world.AtRest);
        (ulong, ulong Digest, bool Complete)? first = world[holders[0]].CopyOf(vm);
        Assert.True(first is { Complete: true, Digest: not 0 });
        Assert.All(world.Nodes.Where(n => n.Plane is not null), n => Assert.Equal(holders.Contains(n.Id) ? first : null, n.Plane!.CopyOf(vm)));
    }
}
