using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Load;

public sealed class LoadChecksTests
{
    [Theory]
    [InlineData(LoadProfile.Multicast, 60, 0, "", CheckOutcome.Pass)]
    [InlineData(LoadProfile.Multicast, 49, 0, "", CheckOutcome.Warn)]
    [InlineData(LoadProfile.Multicast, 19, 0, "", CheckOutcome.Fail)]
    [InlineData(LoadProfile.Multicast, 19, 160, "", CheckOutcome.Skip)] // no more was asked for
    [InlineData(LoadProfile.Multicast, 19, 600, "", CheckOutcome.Fail)]
    [InlineData(LoadProfile.Multicast, 19, 0, "this machine is the limit", CheckOutcome.Inconclusive)]
    [InlineData(LoadProfile.Ring, 110, 0, "", CheckOutcome.Pass)]
    [InlineData(LoadProfile.Ring, 100, 0, "", CheckOutcome.Warn)]
    [InlineData(LoadProfile.Ring, 100, 800, "", CheckOutcome.Skip)]
    public void The_slowest_receiver_is_weighed(LoadProfile profile, double megabytes, double askedMegabits, string limit, CheckOutcome expected)
    {
        IReadOnlyList<LoadFlow> flows = LoadPlan.Make(LabSpec.Create(3), new LoadOptions { Profile = profile, BitsPerSecond = (long)(askedMegabits * 1e6) });
        FlowResult[] each = [.. flows.SelectMany(f => f.To, (f, to) => new FlowResult
        {
            Flow = f.Id,
            From = f.From,
            To = to,
            Transport = f.Transport,
            Sent = 1,
            SentBytes = 1_000_000_000,
            Delivered = 1,
            DeliveredBytes = to == "m03" ? (long)(10 * megabytes * 1e6) : 5_000_000_000,
        })];
        CheckResult check = Assert.Single(LoadChecks.Judge(Result(profile, each, limit), flows));
        Assert.Equal(expected, check.Outcome);
        Assert.Contains("m03", check.Seen);
    }

    [Fact]
    public void Small_rates_are_told_in_units_that_leave_something_of_them()
    {
        LoadOptions options = new() { Profile = LoadProfile.Multicast, BitsPerSecond = 20_000 };
        FlowResult one = new() { Flow = 1, From = "m01", To = "m02", Transport = LoadTransport.Udp, Sent = 18, SentBytes = 25_200, Delivered = 18, DeliveredBytes = 25_200 };
        CheckResult check = Assert.Single(LoadChecks.Judge(Result(LoadProfile.Multicast, [one], ""), LoadPlan.Make(LabSpec.Create(2), options)));
        Assert.StartsWith("2.52 kB/s at m02, the slowest of 1, of 20 kbit/s that were asked for", check.Seen);
    }

    [Fact]
    public void Other_profiles_are_weighed_by_nothing() =>
        Assert.Empty(LoadChecks.Judge(Result(LoadProfile.Mesh, [], ""), []));

    private static LoadResult Result(LoadProfile profile, FlowResult[] flows, string limit) => new()
    {
        Profile = profile,
        ToolVersion = "test",
        Started = "",
        MeasuredNs = 10_000_000_000,
        Completed = true,
        Means = new LoadMeans { SegmentsByKernel = true, JoinsByKernel = true, Burst = 1, CrossesUncut = true },
        Intervals = [],
        Flows = flows,
        Processors = 1,
        GeneratorLimit = limit,
    };
}
