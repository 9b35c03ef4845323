using System.Text.Json;
using VsanEmu.Cli.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Control.Tests.Redis;
using VsanEmu.Core.Record;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Cli.Tests.Hosts;

/// <summary>A verdict that was reached is shown and written, whatever becomes of the server's copy.</summary>
public sealed class KeptRecordTests(RealServer server) : IClassFixture<RealServer>
{
    private static readonly RunRecord Record = new() { ToolVersion = "test", Started = "", CommandLine = [], Host = new Dictionary<string, string>(), InjectedFaults = [], Spec = null!, Observations = null!, Verdict = null! };

    [Fact]
    public async Task A_server_that_will_not_keep_the_copy_costs_neither_the_verdict_nor_the_file()
    {
        // Everything but the record's key.
        await server.DoAsync("ACL", "SETUSER", "default", "resetkeys", "~vsanemu:lab:hosts", "~vsanemu:lab:host:*", "~vsanemu:lab:controller", "~vsanemu:lab:inbox:*", "~vsanemu:lab:telemetry");
        string file = Path.GetTempFileName();
        using var segment = new Segment();
        using Vsanemu one = Node(segment, "m1", "198.18.0.1"), two = Node(segment, "m2", "198.18.0.2");
        using Vsanemu verify = Vsanemu.Start("verify", "--control", $"{server.Address}", "--members", "2", "--only", "F1", "--plain", "--record", file);
        (int code, string output, string error) = await verify.EndAsync();
        Assert.Matches("F1 +the cluster forms", output);
        Assert.StartsWith($"vsanemu verify: the server has not kept its copy of the record: {server.Address}: the default user may not do what control needs", error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument record = JsonDocument.Parse(File.ReadAllText(file));
        Assert.Equal(code, (int)RunRecord.FromJson(File.OpenRead(file)).Record!.Verdict.ExitCode);
        File.Delete(file);
    }

    [Fact]
    public async Task A_copy_is_tried_again_while_its_failure_may_pass()
    {
        int asked = 0;
        var error = new StringWriter();
        Task Keep(Action<Stream> write) => ++asked < 3 ? throw new ControlException("it is full") : Task.CompletedTask;
        await new RecordCopy(Keep, error).KeepAsync(Record, CancellationToken.None);
        Assert.Equal((3, ""), (asked, error.ToString()));
    }

    [Fact]
    public async Task In_the_end_it_is_said_in_a_line_that_there_is_no_copy()
    {
        static Task Keep(Action<Stream> write) => throw new ControlException("it is full");
        foreach ((TimeSpan patience, CancellationToken cancellation, string why) in (IEnumerable<(TimeSpan, CancellationToken, string)>)[(TimeSpan.FromSeconds(0.6), default, "it is full"), (TimeSpan.FromMinutes(1), new(canceled: true), "interrupted, or another controller leads")])
        {
            var error = new StringWriter();
            await new RecordCopy(Keep, error) { Patience = patience }.KeepAsync(Record, cancellation);
            Assert.Equal($"vsanemu verify: the server has not kept its copy of the record: {why}{Environment.NewLine}", error.ToString());
        }
    }

    private Vsanemu Node(Segment segment, string name, string address) =>
        Vsanemu.Start("node", "--control", $"{server.Address}", "--name", name, "--netns", segment.Add(address).Place.Path, "-i", "eth0", "--log", "none");
}
