using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Load;

/// <summary>A load of two hosts, put together from what each of them counted.</summary>
public sealed class LoadPartsTests
{
    private static readonly LoadOptions Options = new() { Profile = LoadProfile.Pair, BitsPerSecond = 1_000_000 };

    private static readonly IReadOnlyList<LoadFlow> Flows = LoadPlan.Make(LabSpec.Create(2), Options);

    [Fact]
    public void Sent_is_the_senders_word_and_delivered_the_receivers()
    {
        LoadResult all = Join(clockErrorNs: 0);
        FlowResult flow = Assert.Single(all.Flows);
        Assert.Equal((100, 97, 3, 2), (flow.Sent, flow.Delivered, flow.Lost, flow.Reordered));
        Assert.Equal(new DelaySummary(97, 1000, 1000, 2000, 9000, 9000, 9000), all.Delay);
    }

    [Theory]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    public void A_delay_that_the_clocks_cannot_tell_is_left_out(long clockErrorNs, bool told)
    {
        LoadResult all = Join(clockErrorNs);
        Assert.Equal((told, told), (all.Delay is not null, all.Flows[0].Delay is not null));
    }

    [Theory]
    [InlineData(400, 500, 500, true)]
    [InlineData(400, 1000, 1000, false)]
    [InlineData(600, 500, 600, true)]
    public void What_came_before_it_was_sent_tells_how_far_the_clocks_are_apart_at_least(long clockErrorNs, long earlyNs, long expectedNs, bool told)
    {
        LoadResult all = Join(clockErrorNs, earlyNs: earlyNs);
        Assert.Equal((expectedNs, told), (all.ClockErrorNs, all.Delay is not null));
    }

    [Fact]
    public void A_machine_that_had_no_room_is_named()
    {
        LoadResult all = Join(0, droppedAtSocket: 5);
        Assert.Contains("esx2", all.GeneratorLimit);
    }

    private static LoadResult Join(long clockErrorNs, long droppedAtSocket = 0, long earlyNs = 0)
    {
        var delays = new DelaySummary(97, 1000, 1000, 2000, 9000, 9000, 9000);
        var received = new FlowResult
        {
            Flow = 1,
            From = "m01",
            To = "m02",
            Transport = LoadTransport.Udp,
            Sent = 0,
            SentBytes = 0,
            Delivered = 97,
            DeliveredBytes = 97 * 1400,
            Reordered = 2,
            Delay = delays,
            DroppedAtSocket = droppedAtSocket,
        };
        var parts = new Dictionary<string, LoadPart.OfFlows>
        {
            ["esx1"] = new([new(1, 100, 140_000, 0, 5, 4, true, 0, 0, "")], [], CrossesUncut: true, 0.1, 2),
            ["esx2"] = new([], [new(received, 900, true, 0, [new(1000, 80), new(2000, 10), new(9000, 7)]) { EarlyNs = earlyNs }], CrossesUncut: true, 0.1, 2),
        };
        var outcome = new LoadResult
        {
            Profile = Options.Profile,
            ToolVersion = "test",
            Started = "",
            MeasuredNs = 1000,
            Completed = true,
            Means = new() { SegmentsByKernel = false, JoinsByKernel = false, Burst = 0, CrossesUncut = false },
            Intervals = [],
            Flows = [],
            ClockErrorNs = clockErrorNs,
            Processors = 0,
            GeneratorLimit = "",
        };
        return LoadParts.Join(Flows, parts, outcome);
    }
}
