using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Protocol;

/// <summary>At rest a cluster costs little: heartbeats make no garbage, and nothing but them is sent.</summary>
public class SteadyStateTests(ITestOutputHelper output)
{
    private const int Beats = 50;

    [Theory]
    [InlineData(8)]
    [InlineData(64)]
    public void A_heartbeat_sent_and_received_by_all_makes_no_garbage(int members)
    {
        ClusterSpec cluster = ClusterNodeTests.Cluster(members);
        // The short C7 connections are few and may allocate.
        Segment segment = Segment.Formed(cluster with { Timers = cluster.Timers with { PeerExchange = TimeSpan.FromDays(1000) } });
        Assert.True(segment.AtRest);
        foreach (ClusterNode node in segment.Living)
            while (node.TryPollEvent(out _))
            {
            }

        TimeSpan beats = Beats * TimerSpec.Lab.Heartbeat;
        segment.Run(beats);
        long sent = 0;
        long allocated = Allocations.Of(() =>
        {
            long before = segment.Transmits;
            segment.Run(beats);
            sent = segment.Transmits - before;
        });
        output.WriteLine($"{sent} transmits, {allocated} bytes, {(double)allocated / (Beats * members):F1} for each member's heartbeat");

        // A datagram of each, the Backup's second one, and a sign of life each way on both connections of each member with its Master.
        Assert.Equal(Beats * (members + 1 + (4 * (members - 1))), sent);
        Assert.Equal(0, allocated);
    }
}
