using VsanEmu.Core.Observations;

namespace VsanEmu.Net.Tests.Trials;

/// <summary>P1: datagrams longer than the MTU are cut, cross a switch, and are whole at a socket; one that drops fragments lets none through.</summary>
public sealed class WholeDatagramTests(SnoopingSegment segment) : IClassFixture<SnoopingSegment>
{
    [Fact]
    public async Task Long_datagrams_arrive_whole_at_who_listens_to_their_sender_and_their_fragments_are_the_trials()
    {
        string[] listening = [await ListenAsync("m02", "m01"), await ListenAsync("m01", "m02"), await ListenAsync("m03", "m02")];
        Assert.All(listening, why => Assert.Equal("", why));
        (int there, int back) = (segment.Next().Trial, segment.Next().Trial);
        StreamSent[] sent = await Task.WhenAll(SendAsync(there, "m01", "m02"), SendAsync(back, "m02", "m01"));
        Assert.All(sent, s => Assert.Equal((10, ""), (s.Sent, s.Error)));
        await ArrivedAsync("m02", there);
        await ArrivedAsync("m01", back);
        Assert.Equal((10, 10, 0), (segment.Bench.Heard("m02", "m01", there, 2250), segment.Bench.Heard("m01", "m02", back, 2250), segment.Bench.Heard("m03", "m02", back, 2250)));
        Assert.DoesNotContain(segment.At("m02").Flows, f => f.Protocol == 17 && f.SourcePort == 0);
        // Who listens no more has heard nothing.
        Assert.Equal(0, segment.Bench.Heard("m02", "m01", there, 2250));
    }

    [Fact]
    public async Task A_datagram_that_may_not_be_cut_is_refused_at_that_length()
    {
        StreamSent sent = await segment.Bench.StreamAsync(Stream(segment.Next().Trial, "m01", "m02") with { Bytes = 2000, MayBeCut = false }, TestContext.Current.CancellationToken);
        Assert.Equal(0, sent.Sent);
        Assert.NotEqual("", sent.Error);
    }

    private Task<string> ListenAsync(string at, string from) => segment.Bench.ListenAsync(at, from, TestContext.Current.CancellationToken);

    private Task<StreamSent> SendAsync(int trial, string from, string to) => segment.Bench.StreamAsync(Stream(trial, from, to), TestContext.Current.CancellationToken);

    private TrialStream Stream(int trial, string from, string to) => new()
    {
        Trial = trial,
        Sender = from,
        To = segment.Cluster.Members.Single(m => m.Name == to).Address,
        Port = SnoopingSegment.Port,
        Count = 10,
        Interval = TimeSpan.FromMilliseconds(2),
        Bytes = 2250,
        Ttl = 64,
        MayBeCut = true,
    };

    // The capture has seen the last one's first fragment; the second follows at once.
    private async Task ArrivedAsync(string port, int trial)
    {
        for (int i = 0; i < 200 && segment.Seen(port, trial) is not { Packets: 10 }; i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(10, segment.Seen(port, trial)?.Packets);
        await Task.Delay(20, TestContext.Current.CancellationToken);
    }
}
