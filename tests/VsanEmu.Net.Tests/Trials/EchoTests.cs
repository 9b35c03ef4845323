using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Tests.Probing;
using VsanEmu.Net.Tools;
using VsanEmu.Net.Trials;

namespace VsanEmu.Net.Tests.Trials;

public sealed class EchoTests(SnoopingSegment segment) : IClassFixture<SnoopingSegment>
{
    [Fact]
    public async Task Members_answer_packets_of_any_size_that_fits_and_the_own_interface_refuses_larger_ones()
    {
        IReadOnlyList<PingObservation> seen = await segment.Bench.PingAsync(SnoopingSegment.Phase, "m01", ["m02", "m03"], [64, 1500, 1501], 4, TestContext.Current.CancellationToken);
        Assert.Equal(
            [("m02", 64, 4), ("m03", 64, 4), ("m02", 1500, 4), ("m03", 1500, 4), ("m02", 1501, 0), ("m03", 1501, 0)],
            seen.Select(p => (p.To, p.Bytes, p.Answered)));
        Assert.All(seen, p => Assert.Equal(("m01", 4, SnoopingSegment.Phase), (p.From, p.Sent, p.Phase)));
        Assert.All(seen.Where(p => p.Answered > 0), p =>
        {
            Assert.InRange(p.MinNs, 1, p.MedianNs);
            Assert.InRange(p.MedianNs, p.MinNs, p.MaxNs);
            Assert.InRange(p.MaxNs, p.MedianNs, (long)Eventually.Limit.TotalNanoseconds);
            Assert.Equal((0, ""), (p.RefusedMtu, p.RefusedBy));
        });
        Assert.All(seen.Where(p => p.Bytes == 1501), p => Assert.Equal((1500, "198.18.0.11", 0L), (p.RefusedMtu, p.RefusedBy, p.MaxNs)));
    }

    [Fact]
    public async Task Requests_that_the_senders_own_firewall_refuses_were_not_sent()
    {
        using var elsewhere = new SnoopingSegment();
        elsewhere.Ends[0].Namespace.Run(() => Tool.Run("nft", ["-f", "-"], "table ip own { chain out { type filter hook output priority 0; ip daddr 198.18.0.12 drop; }; }"));
        IReadOnlyList<PingObservation> seen = await elsewhere.Bench.PingAsync(SnoopingSegment.Phase, "m01", ["m02", "m03"], [64], 4, TestContext.Current.CancellationToken);
        Assert.Equal(
            [("m02", 0, 4, 0, "Operation not permitted: refused by this host's own firewall"), ("m03", 4, 0, 4, "")],
            seen.Select(p => (p.To, p.Sent, p.NotSent, p.Answered, p.Refusal)));
    }

    [Fact]
    public async Task Somebody_silent_keeps_no_thread_of_the_pool()
    {
        using var elsewhere = new SnoopingSegment();
        elsewhere.Ends[1].Namespace.Run(() => File.WriteAllText("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1"));
        Task<IReadOnlyList<PingObservation>> pings = elsewhere.Bench.PingAsync(SnoopingSegment.Phase, "m01", ["m02"], [64], 4, TestContext.Current.CancellationToken);
        bool own = false;
        while (!own && !pings.IsCompleted) own = Directory.GetDirectories("/proc/self/task").Any(t => Name(t) == "ping m01");
        Assert.True(own);
        PingObservation silent = Assert.Single(await pings);
        Assert.Equal((4, 0), (silent.Sent, silent.Answered));

        static string Name(string thread)
        {
            try
            {
                return File.ReadAllText($"{thread}/comm").Trim();
            }
            catch (IOException)
            {
                return ""; // It ended just now.
            }
        }
    }

    [Fact]
    public void A_router_with_a_smaller_mtu_refuses_and_is_named_and_one_that_is_silent_is_not()
    {
        using var path = new RoutedPath();
        path.OnRouter(() => Tool.IpBatch(["link set dev r1 mtu 1400"]));
        using var requests = new EchoRequests(path.Client);
        EchoResult Ask(int bytes, TimeSpan patience) => requests.Run([path.Server.Address], bytes, 3, TimeSpan.FromMilliseconds(1), patience)[0];
        var moment = TimeSpan.FromMilliseconds(500);
        Assert.Equal(3, Ask(1400, Eventually.Limit).RoundTripsNs.Count);
        // What was refused elsewhere is waited for to the end.
        EchoResult refused = Ask(1401, moment);
        for (int i = 0; i < 20 && refused.RefusedMtu == 0; i++) refused = Ask(1401, moment);
        Assert.Equal((0, 3, 1400, IPAddress.Parse("198.18.1.1")), (refused.RoundTripsNs.Count, refused.Sent, refused.RefusedMtu, refused.RefusedBy));
        path.OnTheWay("meta length > 1300 drop");
        EchoResult lost = Ask(1400, moment);
        Assert.Equal((0, 3, 0, (IPAddress?)null), (lost.RoundTripsNs.Count, lost.Sent, lost.RefusedMtu, lost.RefusedBy));
    }
}
