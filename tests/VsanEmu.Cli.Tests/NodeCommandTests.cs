using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Cli.Tests;

/// <summary><c>vsanemu node</c> as its user meets it: processes, signals, exit codes, logs, the record.</summary>
public sealed class NodeCommandTests : IDisposable
{
    private const string Spec = """
        name: cli-tests
        subnet: 198.18.0.0/24
        timers: { heartbeat: 200ms, listen: 400ms, tcpIdle: 2s, tcpConnect: 1s }
        members:
          - { name: m01, address: 198.18.0.1 }
          - { name: m02, address: 198.18.0.2 }
          - { name: m03, address: 198.18.0.3, role: backup }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu-cli-").FullName;
    private readonly Segment _segment = new();

    public NodeCommandTests() => File.WriteAllText(SpecPath, Spec);

    private string SpecPath => Path.Combine(_folder, "cluster.yaml");

    public void Dispose()
    {
        _segment.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_processes_form_a_cluster_and_stop_cleanly_on_sigterm_with_a_record()
    {
        Endpoint one = _segment.Add("198.18.0.1"), two = _segment.Add("198.18.0.2");
        string record = Path.Combine(_folder, "m02.json");
        using Vsanemu first = Vsanemu.Start("node", "--spec", SpecPath, "--name", "m01", "--netns", one.Place.Path, "--role", "master", "--log", "none");
        using Vsanemu second = Vsanemu.Start("node", "--spec", SpecPath, "--name", "m02", "--netns", two.Place.Path, "--log", "json", "--record", record);
        await second.SaysAsync("Backup");
        second.Terminate();

        (int code, string output, string error) = await second.EndAsync();
        Assert.Equal((0, ""), (code, error));
        JsonElement[] logged = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        int[] events = [.. logged.Select(e => e.GetProperty("EventId").GetInt32())];
        Assert.Equal([1000, 1001, 1004, 1005], events.Where(e => e < 1007));
        Assert.Contains(logged, e => e.GetProperty("EventId").GetInt32() == 1100 && e.GetProperty("State").GetProperty("Detail").GetString()!.Contains("Backup"));

        JsonElement kept = JsonDocument.Parse(File.ReadAllText(record)).RootElement;
        Assert.Equal(("vsanemu.node/1", "m02", ""), (Text(kept, "schema"), Text(kept, "member"), Text(kept, "notStarted")));
        Assert.Equal(24, kept.GetProperty("node").GetProperty("settings").GetProperty("prefixLength").GetInt32());
        Assert.Contains("Backup", kept.GetProperty("node").GetProperty("roles").EnumerateArray().Select(r => Text(r, "role")));
        Assert.Equal("198.18.0.2", Text(kept.GetProperty("spec").GetProperty("members")[1], "address"));

        first.Terminate();
        Assert.Equal((0, "", ""), await first.EndAsync());
    }

    [Fact]
    public async Task After_its_time_it_stops_by_itself()
    {
        Endpoint one = _segment.Add("198.18.0.1");
        using Vsanemu node = Vsanemu.Start("node", "--spec", SpecPath, "--name", "m01", "--netns", one.Place.Path, "--duration", "1s", "--log", "none");
        Assert.Equal((0, "", ""), await node.EndAsync());
    }

    [Fact]
    public async Task Foreign_traffic_is_exit_3_and_the_record_says_why()
    {
        Endpoint one = _segment.Add("198.18.0.1"), other = _segment.Add("198.18.0.77");
        using Socket talker = other.Place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using var beats = new Timer(
            _ => talker.SendTo("other"u8, SocketFlags.None, new IPEndPoint(IPAddress.Parse("224.1.2.3"), 12345).Serialize()), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        string record = Path.Combine(_folder, "m01.json");
        using Vsanemu refused = Vsanemu.Start("node", "--spec", SpecPath, "--name", "m01", "--netns", one.Place.Path, "--log", "none", "--record", record);
        (int code, string output, string error) = await refused.EndAsync();
        Assert.Equal((3, ""), (code, output));
        Assert.Matches("^vsanemu: m01 heard traffic that is not this tool's and did not send anything: UDP 198.18.0.77:[0-9]+ to 224.1.2.3:12345, [^\n]*\n$", error);
        JsonElement kept = JsonDocument.Parse(File.ReadAllText(record)).RootElement;
        Assert.Contains("not this tool's", Text(kept, "notStarted"));
        Assert.Equal("224.1.2.3:12345", Text(kept.GetProperty("foreign")[0], "to"));
    }

    [Theory]
    [InlineData(2, "vsanemu: cluster 'cli-tests' has no member 'm1'", "--name", "m1")]
    [InlineData(2, "vsanemu: m01 cannot be fixed as backup: the spec fixes m03 as backup already", "--name", "m01", "--role", "backup")]
    [InlineData(2, "vsanemu node: --duration long: allowed are 1ms to 8760h", "--name", "m01", "--duration", "long")]
    [InlineData(3, "vsanemu: m01 cannot start: there is no interface eth7 here", "--name", "m01", "--interface", "eth7")]
    [InlineData(3, "vsanemu: m02 cannot start: no interface here has the address 198.18.0.2", "--name", "m02")]
    [InlineData(3, "vsanemu: cannot enter network namespace nobody's", "--name", "m01", "--netns", "nobody's")]
    public async Task What_is_wrong_is_one_line_and_an_exit_code(int code, string message, params string[] arguments)
    {
        Endpoint one = _segment.Add("198.18.0.1");
        string[] place = arguments.Contains("--netns") ? [] : ["--netns", one.Place.Path];
        using Vsanemu run = Vsanemu.Start(["node", "--spec", SpecPath, "--log", "none", .. place, .. arguments]);
        (int exit, string output, string error) = await run.EndAsync();
        Assert.Equal((code, ""), (exit, output));
        Assert.StartsWith(message, error);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Text(JsonElement of, string property) => of.GetProperty(property).GetString()!;
}
