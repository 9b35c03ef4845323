using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class PairsTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(8, 8)]
    [InlineData(9, 8)]
    [InlineData(64, 8)]
    public void Each_outsider_tries_some_members_as_another_one(int members, int targets)
    {
        OutsiderSpec[] outsiders = [.. LabSpec.Create(2).Outsiders];
        var attempts = Pairs.Attempts(outsiders, Names(members));
        Assert.Equal(targets * outsiders.Length, attempts.Distinct().Count());
        Assert.All(attempts, a => Assert.NotEqual(a.To, a.As));
        Assert.Contains(attempts, a => a.To == $"m{members}");
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(16, 16 * 15)]
    [InlineData(17, 17 + (2 * 16) - 2)]
    [InlineData(64, 64 + (2 * 63) - 2)]
    public void Few_members_ping_all_others_and_many_the_next_one_and_the_master(int members, int pairs)
    {
        string[] names = Names(members);
        var pings = Pairs.Pings(names, names[0]);
        Assert.Equal(pairs, pings.Sum(p => p.To.Count));
        Assert.All(pings, p => Assert.DoesNotContain(p.From, p.To));
        Assert.All(pings, p => Assert.Equal(p.To.Count, p.To.Distinct().Count()));
        Assert.Equal(members * (members - 1), Pairs.Pings(names, names[0], PairChoice.All).Sum(p => p.To.Count));
    }

    [Fact]
    public void Many_without_a_master_ping_in_a_ring() => Assert.All(Pairs.Pings(Names(20), null), p => Assert.Single(p.To));

    [Fact]
    public void A_ring_goes_round() => Assert.Equal([("m1", "m2"), ("m2", "m3"), ("m3", "m1")], Pairs.Ring(Names(3)));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 6)]
    [InlineData(8, 16)]
    [InlineData(64, 128)]
    public void Each_port_sends_streams_to_two_partners_and_receives_from_two_both_ways(int members, int ways)
    {
        var streams = Pairs.Streams(Names(members));
        Assert.Equal((ways, ways), (streams.Count, streams.Distinct().Count()));
        Assert.All(streams, w => Assert.NotEqual(w.From, w.To));
        Assert.All(streams, w => Assert.Contains((w.To, w.From), streams));
        if (members < 3) return;
        Assert.All(Names(members), n => Assert.Equal((2, 2), (streams.Count(w => w.From == n), streams.Count(w => w.To == n))));
        Assert.Equal(members * (members - 1), Pairs.Streams(Names(members), PairChoice.All).Distinct().Count());
    }

    private static string[] Names(int count) => [.. Enumerable.Range(1, count).Select(i => $"m{i}")];
}
