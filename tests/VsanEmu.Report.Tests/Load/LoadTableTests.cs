using System.Text;
using System.Text.Json;
using VsanEmu.Core.Load;

namespace VsanEmu.Report.Tests.Load;

public sealed class LoadTableTests
{
    private const int Width = 120;

    private static readonly LoadMeans Means = new() { SegmentsByKernel = false, JoinsByKernel = false, Burst = 2, CrossesUncut = true };

    private static readonly DelaySummary Delay = new(990, 1_000, 20_000, 30_000, 1_500_000, 2_000_000, 2_340_000_000);

    private static readonly LoadResult Result = new()
    {
        Profile = LoadProfile.Pair,
        ToolVersion = "1",
        Started = "2026-01-01T00:00:00Z",
        MeasuredNs = 1_000_000_000,
        Completed = true,
        Means = Means,
        Intervals = [],
        Flows =
        [
            new()
            {
                Flow = 1, From = "m01", To = "m02", Transport = LoadTransport.Udp, Sent = 1000, SentBytes = 1_400_000, Delivered = 990, DeliveredBytes = 1_386_000,
                Duplicates = 2, Reordered = 3, LongestExtent = 7, SilentGroups = 4, Delay = Delay,
            },
        ],
        Delay = Delay,
        Processors = 0.25,
        GeneratorLimit = "",
    };

    [Fact]
    public void A_flow_is_told_with_its_loss_its_delay_and_what_was_odd()
    {
        string text = string.Join(' ', Printed.Text(Width, console => new LoadTable(console).Write(Result)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("m01 to m02 11.1 Mbit/s 990 /s 10 (1 %) 20 µs / 1.5 ms / 2.34 s, 2 twice, 3 out of order by up to 7, nothing of 4 groups", text);
        Assert.Contains("990 datagrams/s, lost 10 (1 %)", text);
    }

    [Theory]
    [InlineData(true, 64, 1, "bursts of up to 64 datagrams cross this virtual fabric uncut")]
    [InlineData(true, 1, 1, null)]
    [InlineData(true, 64, 2, "each datagram of 1473 bytes is sent in 2 fragments, since it is larger than the interface's MTU of 1500 allows: 1472")]
    [InlineData(false, 64, 1, null)]
    public void What_the_interface_does_to_datagrams_is_told_where_it_does_it(bool uncut, int burst, int fragments, string? expected)
    {
        var means = new LoadMeans { SegmentsByKernel = true, JoinsByKernel = true, Burst = burst, CrossesUncut = uncut, Mtu = 1500, Fragments = fragments };
        string text = Printed.Text(400, console => new LoadTable(console).Write(Result with { Means = means, Payload = 1473 }));
        if (expected is null) Assert.DoesNotContain("note", text);
        else Assert.Contains($"note  {expected}", text);
        Assert.Equal(expected is null ? 0 : 1, text.Split("note  ").Length - 1);
    }

    [Fact]
    public void Why_a_load_failed_and_who_was_the_limit_is_told_and_so_is_what_was_ignored()
    {
        LoadVerdict verdict = new() { Outcome = Core.Checks.CheckOutcome.Fail, Reasons = ["m02 got nothing of what m01 sent"], Limit = LoadLimit.Fabric, Note = "the fabric lost it" };
        FlowResult flow = Result.Flows[0] with { ForeignAtSocket = 7 };
        LoadResult failed = Result with { Verdict = verdict, Flows = [flow, flow with { Flow = 2 }] };
        string text = Printed.Text(400, console => new LoadTable(console).Write(failed));
        Assert.Contains("m02 got nothing of what m01 sent", text);
        Assert.Contains("note  the fabric lost it", text);
        Assert.Contains("note  7 foreign datagrams ignored", text);
        JsonElement json = JsonDocument.Parse(LoadJson.Write(failed)).RootElement.GetProperty("verdict");
        Assert.Equal(("Fail", "Fabric"), (json.GetProperty("outcome").GetString(), json.GetProperty("limit").GetString()));
    }

    [Fact]
    public void Long_names_do_not_push_the_figures_out_of_their_columns()
    {
        LoadResult two = Result with { Flows = [Result.Flows[0], Result.Flows[0] with { From = "esx01.rack12.example.com", To = "esx02.rack12.example.com" }] };
        string[] lines = [.. Printed.Lines(Width, console => new LoadTable(console).Write(two)).Where(l => l.Contains("11.1 Mbit/s"))];
        Assert.Equal(lines[0].IndexOf("990 /s", StringComparison.Ordinal), lines[1].IndexOf("990 /s", StringComparison.Ordinal));
        Assert.Contains("esx01.rack12.example.com to esx02.rack12.example.com", Printed.Lines(Width, console => new LoadTable(console).Write(two)).Select(l => l.Trim()));
    }

    [Fact]
    public void An_interval_counts_what_its_title_says()
    {
        string[] lines = Printed.Lines(Width, console =>
        {
            var table = new LoadTable(console, "operations");
            table.Report(new LoadInterval(0, 1_000_000_000, 2000, 8_000_000, 1990, 7_960_000, 0));
            table.Report(new LoadInterval(1_000_000_000, 2_000_000_000, 2000, 8_000_000, 995, 3_980_000, 1000));
        });
        Assert.Contains("operations", lines[0]);
        Assert.Contains("1.99 k/s", lines[1]);
        Assert.Contains("5 (0.5 %)", lines[2]);
    }

    [Fact]
    public void Round_trips_stand_side_by_side()
    {
        RoundTripResult idle = new() { From = "m01", To = "m02", Payload = 64, Sent = 990, Lost = 0, RoundTrip = Delay };
        var latency = new LatencyResult { Idle = idle, Loaded = idle with { RoundTrip = Delay with { P50 = 60_000 }, Lost = 9 }, Load = Result };
        string[] lines = Printed.Lines(Width, console => LatencyTable.Write(console, latency));
        Assert.Contains("20 µs", lines.Single(l => l.StartsWith("idle", StringComparison.Ordinal)));
        Assert.Contains("60 µs", lines.Single(l => l.StartsWith("under load", StringComparison.Ordinal)));
        Assert.Contains("3.0 ×", lines.Single(l => l.StartsWith("ratio", StringComparison.Ordinal)));
        Assert.Contains("0 idle, 9 (0.909 %) under load", lines[^1]);
    }

    [Fact]
    public void How_far_hosts_clocks_are_apart_is_told_with_how_sure_that_is()
    {
        var found = new ClockComparison(0, [new("m02", "m01", 500, 9_000), new("m03", "m01", -31_000, 12_000)], "what they asked each other over the fabric");
        string text = Printed.Text(400, console => ClockLine.Write(console, found));
        Assert.Contains("clocks  m03 is 31 µs behind m01, give or take 12 µs: the farthest of 2, by what they asked each other over the fabric; one-way delays are without it", text);
    }

    [Fact]
    public void Json_holds_the_whole_and_is_read_again()
    {
        string json = LoadJson.Write(Result);
        LoadResult read = LoadJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(Result.Flows, read.Flows);
        Assert.Equal(10, JsonDocument.Parse(json).RootElement.GetProperty("flows")[0].GetProperty("lost").GetInt64());
    }
}
