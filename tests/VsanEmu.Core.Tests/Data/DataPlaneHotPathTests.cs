using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

/// <summary>A read or a write, from issue to end, on both sides, makes no garbage.</summary>
public class DataPlaneHotPathTests
{
    private readonly byte[] _buffer = new byte[WireLimits.MaxFrame];

    [Fact]
    public void Operations_allocate_nothing()
    {
        var cluster = Specs.Cluster(3, DataConnection.Accepted, Specs.Vm("vm1", 1, 1, 2, 3) with { Iops = 100_000, QueueDepth = 32 });
        DataPlane[] planes = [.. cluster.Members.Select(m => new DataPlane(new DataPlaneOptions { Self = m.Id, Cluster = cluster, Seed = 1, IncarnationNs = 1 }))];
        long now = 1;
        for (int holder = 2; holder <= 3; holder++)
        {
            planes[0].PeerAlive(now, Specs.Id(holder), alive: true);
            planes[holder - 1].PeerAlive(now, Specs.Id(1), alive: true);
            planes[0].LinkUp(now, Specs.Id(holder), openedBySelf: false);
            planes[holder - 1].LinkUp(now, Specs.Id(1), openedBySelf: true);
        }

        planes[0].PowerOn(now, "vm1");
        Assert.True(planes[0].TryPollPublish(out VmObject obj));
        planes[1].HandleObject(now, obj);
        planes[2].HandleObject(now, obj);
        for (int i = 0; i < 100; i++) Turn(planes, now += 10_000_000);

        long frames = 0;
        long allocated = Allocations.Of(() =>
        {
            frames = 0;
            for (int i = 0; i < 100; i++) frames += Turn(planes, now += 1_000_000);
        });

        VmObservation vm = planes[0].Observe()[0];
        Assert.True(frames > 5000, $"{frames} frames");
        Assert.Equal((0L, 0L), (vm.Failed, vm.Mismatched));
        Assert.True(allocated == 0, $"{allocated} bytes for {frames} frames");
    }

    /// <summary>Time passes, then every frame is delivered until there is none.</summary>
    private int Turn(DataPlane[] planes, long now)
    {
        int frames = 0;
        foreach (DataPlane plane in planes) plane.HandleTimeout(now);
        for (int sent = -1; sent != frames;)
        {
            sent = frames;
            for (int from = 0; from < planes.Length; from++)
            {
                if (!planes[from].TryPollSend(now, _buffer, out DataSend send)) continue;
                frames++;
                if (planes[send.To.Value - 1].Handle(now, Specs.Id(from + 1), !send.OnOpenedBySelf, send.Kind, _buffer.AsSpan(0, send.Length)) != WireStatus.Ok)
                    Assert.Fail($"{send} refused");
            }
        }

        return frames;
    }
}
