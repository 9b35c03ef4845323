using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Traffic.Shares;
using VsanEmu.Traffic.Vm;

namespace VsanEmu.Traffic.Tests;

/// <summary>VMs' reads and writes on the lab's switch.</summary>
public sealed class VmLoadTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(4096, 32, 0.7)]
    [InlineData(512, 1, 1.0)]
    [InlineData(1 << 20, 4, 0.5)] // longer than any buffer
    [InlineData(300_000, 8, 0.0)]
    public async Task In_a_closed_loop_every_operation_ends_and_counts_once(int block, int depth, double reads)
    {
        VmLoadResult result = await RunAsync(new VmOptions { BlockBytes = block, QueueDepth = depth, ReadShare = reads });
        Assert.True(result.Completed);
        Assert.All(result.Vms, v =>
        {
            Assert.Equal(("", 0L, 0L), (v.Error, v.Unfinished, v.Forgone));
            Assert.True(v.Begun > 10);
            Assert.Equal(2, v.Copies.Count);
            Assert.Equal((v.Reads, v.Writes), (v.ReadLatency?.Count ?? 0, v.WriteLatency?.Count ?? 0));
            Assert.InRange(v.Reads, Math.Floor(reads * v.Begun) - 1, Math.Ceiling(reads * v.Begun) + 1);
        });
        Assert.Equal(result.Vms.Sum(v => v.Reads), result.ReadLatency?.Count ?? 0);
        Assert.NotEmpty(result.Intervals);
    }

    [Fact]
    public async Task In_an_open_loop_the_rate_is_kept()
    {
        VmLoadResult result = await RunAsync(new VmOptions { OperationsPerSecond = 400 });
        // What a busy machine could not begin in time is told.
        Assert.All(result.Vms, v => Assert.Equal((400L, 0L), (v.Begun + v.Forgone, v.Unfinished)));
        Assert.All(result.Vms, v => Assert.InRange(v.Reads + v.Writes, 40, 400));
    }

    [Fact]
    public async Task A_copy_that_stands_still_delays_all_that_was_due_meanwhile()
    {
        int serves = 0;
        VmLoadResult result = await RunAsync(new VmOptions { OperationsPerSecond = 500, QueueDepth = 4, ReadShare = 1 }, () =>
        {
            if (Interlocked.Increment(ref serves) == 100) Thread.Sleep(300);
        });
        Assert.True(serves > 100);
        // Four were under way; the latency of those that could not begin counts from when they were due, so that far more than four are seen to be late.
        Assert.InRange(result.ReadLatency!.Max, 280_000_000, 20_000_000_000);
        VmResult held = result.Vms.MaxBy(v => v.ReadLatency!.P99)!;
        Assert.InRange(held.ReadLatency!.P90, 50_000_000, 20_000_000_000);
    }

    [Fact]
    public async Task Interrupted_it_ends_soon_and_its_figures_add_up()
    {
        using var interruption = new CancellationTokenSource();
        VmLoadResult result = await RunAsync(new VmOptions(), duration: Loads.Long, progress: Loads.AtFirstInterval(interruption.Cancel), cancellation: interruption.Token)
            .WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        Assert.False(result.Completed);
        Assert.All(result.Vms, v => Assert.Equal(v.Begun, v.Reads + v.Writes + v.Unfinished));
        Assert.Equal(0, result.Vms.Sum(v => v.Unfinished));
        Assert.InRange(result.MeasuredNs, 1, (long)Loads.Long.TotalNanoseconds / 2);
    }

    private static async Task<VmLoadResult> RunAsync(VmOptions options, Action? beforeServe = null, TimeSpan? duration = null, IProgress<LoadInterval>? progress = null, CancellationToken cancellation = default)
    {
        ClusterSpec cluster = LabSpec.Create(3);
        await using Fabric fabric = await Fabric.BuildAsync(cluster, new FabricOptions(), TestContext.Current.CancellationToken);
        await fabric.WaitReadyAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        using var loads = Loads.On(fabric, cluster, new LoadHooks { BeforeServe = beforeServe });
        return await new VmLoadRun(loads.Stage("test"), new LoadOptions { Duration = duration ?? Short }, options).RunAsync(progress, cancellation);
    }
}
