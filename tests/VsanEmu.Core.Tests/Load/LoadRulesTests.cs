using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Load;

public sealed class LoadRulesTests
{
    private static readonly ClusterSpec Three = LabSpec.Create(3);

    private static readonly LoadOptions Good = new();

    [Fact]
    public void What_the_command_line_asks_for_can_be()
    {
        foreach (LoadProfile profile in Enum.GetValues<LoadProfile>()) Assert.Null(LoadRules.Fault(new LoadWork.Flows(Good with { Profile = profile }), Three));
        Assert.Null(LoadRules.Fault(new LoadWork.Flows(Good with { Profile = LoadProfile.Ring, Payload = 1 << 20, BitsPerSecond = 0, BurstDatagrams = 0 }), Three));
        Assert.Null(LoadRules.Fault(new LoadWork.Flows(Good with { Duration = TimeSpan.FromSeconds(86_402) }), Three));
        Assert.Null(LoadRules.Fault(new LoadWork.Vms(Good, new VmOptions()), Three));
        Assert.Null(LoadRules.Fault(new LoadWork.RoundTrips(Good, ["m02", "m03"], "m01", LoadOptions.MaxPayload), Three));
    }

    [Theory]
    [InlineData("payload 31: allowed are 32 to 8972")]
    [InlineData("payload 8973: allowed are 32 to 8972")]
    [InlineData("payload 0: allowed are 1 to 1048576")]
    [InlineData("duration in seconds 0: allowed are 0.1 to 86460")]
    [InlineData("ramp in seconds -1: allowed are 0 to 3600")]
    [InlineData("interval in seconds 0: allowed are 0.1 to 3600")]
    [InlineData("rate in bit/s -1: allowed are 0 to 1000000000000")]
    [InlineData("rate in datagrams a second 0: allowed are 1 to 1000000000")]
    [InlineData("flows in parallel 0: allowed are 1 to 128")]
    [InlineData("multicast's share NaN: allowed are 0 to 1")]
    [InlineData("profile 77: allowed are Pair, Multicast, MulticastAll, Ring, Mesh, Incast, Mixed, Resync")]
    [InlineData("transport 9: allowed are Udp, Tcp")]
    [InlineData("a ramp takes a rate to grow to")]
    [InlineData("groups 4097: allowed are 1 to 4096")]
    public void A_load_of_flows_that_cannot_be_is_refused_by_what_is_allowed(string expected)
    {
        LoadOptions options = expected.Split(' ') switch
        {
            ["payload", "0:", ..] => Good with { Profile = LoadProfile.Ring, Payload = 0 },
            ["payload", var bytes, ..] => Good with { Payload = int.Parse(bytes.TrimEnd(':')) },
            ["duration", ..] => Good with { Duration = TimeSpan.Zero },
            ["ramp", ..] => Good with { Ramp = TimeSpan.FromSeconds(-1) },
            ["interval", ..] => Good with { Interval = TimeSpan.Zero },
            ["rate", "in", "bit/s", ..] => Good with { BitsPerSecond = -1 },
            ["rate", ..] => Good with { PacketsPerSecond = 0 },
            ["flows", ..] => Good with { Parallel = 0 },
            ["multicast's", ..] => Good with { MulticastShare = double.NaN },
            ["profile", ..] => Good with { Profile = (LoadProfile)77 },
            ["transport", ..] => Good with { Transport = (LoadTransport)9 },
            ["groups", ..] => Good with { Groups = 4097 },
            _ => Good with { BitsPerSecond = 0, Ramp = TimeSpan.FromSeconds(1) },
        };
        Assert.Equal(expected, LoadRules.Fault(new LoadWork.Flows(options), Three));
    }

    [Theory]
    [InlineData(LoadProfile.Pair, 0.5, 10, "at 0.5 bit/s a datagram of 1400 bytes is due each 22400 s, and not one in the 10 s that are measured: at least 1120 bit/s, or a longer time (0 is as fast as it goes)")]
    [InlineData(LoadProfile.Ring, 0.5, 10, "at 0.5 bit/s a byte is due each 16 s, and not one in the 10 s that are measured: at least 0.8 bit/s, or a longer time (0 is as fast as it goes)")]
    [InlineData(LoadProfile.Ring, 0.5, 20, null)]
    [InlineData(LoadProfile.Pair, 0.5, 25_000, null)]
    [InlineData(LoadProfile.Pair, 0, 1, null)]
    [InlineData(LoadProfile.Pair, 1120, 10, null)]
    public void A_rate_of_which_nothing_is_due_in_time_is_too_slow(LoadProfile profile, double rate, double seconds, string? expected) =>
        Assert.Equal(expected, LoadRules.TooSlow(Good with { Profile = profile, BitsPerSecond = rate, Duration = TimeSpan.FromSeconds(seconds) }, Three));

    [Fact]
    public void Nobody_is_told_that_the_default_rate_is_too_slow() =>
        Assert.Null(LoadRules.TooSlow(Good with { Profile = LoadProfile.Mesh, Transport = LoadTransport.Udp, Parallel = 128, Duration = TimeSpan.FromSeconds(0.1) }, LabSpec.Create(10)));

    [Fact]
    public void VMs_that_cannot_be_are_refused()
    {
        Assert.Equal("bytes of a block 0: allowed are 512 to 1048576", Of(new VmOptions { BlockBytes = 0 }));
        Assert.Equal("queue depth -1: allowed are 1 to 1024", Of(new VmOptions { QueueDepth = -1 }));
        Assert.Equal("copies 4: allowed are 1 to 3", Of(new VmOptions { Copies = 4 }));
        Assert.Equal("share of reads 2: allowed are 0 to 1", Of(new VmOptions { ReadShare = 2 }));
        Assert.StartsWith("operations a second", Of(new VmOptions { OperationsPerSecond = double.PositiveInfinity }));

        static string? Of(VmOptions what) => LoadRules.Fault(new LoadWork.Vms(Good, what), Three);
    }

    [Fact]
    public void Round_trips_that_cannot_be_are_refused()
    {
        Assert.Equal("payload 8: allowed are 32 to 8972", Of(["m01"], "m02", 8));
        Assert.Equal("payload 2147483647: allowed are 32 to 8972", Of(["m01"], "m02", int.MaxValue));
        Assert.Equal("round trips that nobody asks for", Of([], "m02", 64));
        Assert.Equal("round trips with m09: allowed are m01, m02, m03", Of(["m01"], "m09", 64));
        Assert.Equal("round trips from m01, m01 to m02: each asks once, and nobody itself", Of(["m01", "m01"], "m02", 64));
        Assert.Contains("nobody itself", Of(["m02"], "m02", 64));

        static string? Of(string[] from, string to, int payload) => LoadRules.Fault(new LoadWork.RoundTrips(Good, from, to, payload), Three);
    }
}
