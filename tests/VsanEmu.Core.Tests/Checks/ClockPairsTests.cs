using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>Clocks that are apart, on ways that take their time.</summary>
public sealed class ClockPairsTests
{
    [Theory]
    [InlineData(0, 50, 50)]
    [InlineData(1_000, 50, 50)]
    [InlineData(-1_000, 80, 20)]
    [InlineData(7_777_777, 3_000, 1)]
    public void The_true_offset_lies_within_the_error(long ahead, long there, long back)
    {
        NodeObservation[] nodes = [.. Seen.In(World.Healthy(2)).Run.Nodes];
        // m02's clock is ahead: what it sends seems to take less, what it gets seems to take more.
        nodes[0] = nodes[0] with { Apparent = [new(nodes[1].Id, back - ahead)] };
        nodes[1] = nodes[1] with { Apparent = [new(nodes[0].Id, there + ahead)] };
        ClockOffset found = Assert.Single(ClockPairs.Of(nodes));
        Assert.Equal((nodes[1].Member, nodes[0].Member), (found.Member, found.Than));
        Assert.Equal((there + back) / 2, found.ErrorNs);
        Assert.InRange(ahead, found.OffsetNs - found.ErrorNs - 1, found.OffsetNs + found.ErrorNs + 1);
    }

    [Fact]
    public void Without_both_directions_nothing_is_said()
    {
        NodeObservation[] nodes = [.. Seen.In(World.Healthy(3)).Run.Nodes];
        nodes[0] = nodes[0] with { Apparent = [new(nodes[1].Id, 5), new(nodes[2].Id, 5)] };
        Assert.Empty(ClockPairs.Of(nodes));
    }
}
