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
