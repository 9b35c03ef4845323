using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios.Control;

/// <summary>
/// Members behind a real Redis server, each in a process and a network namespace of its own. The fabrics are those of <see cref="FabricTests"/>, with the same
/// expected verdicts: control in process and control over Redis are one contract.
/// </summary>
[Collection(Together.Timed)]
public sealed partial class ControlTests(ControlTests.Runs runs) : IClassFixture<ControlTests.Runs>
{
    private const string Healthy = "01-healthy";

    // Inconclusive on purpose.
    private const string Absent = "absent";

    // One fabric is about NICs that verify itself takes in hand: a node is put where its interface is.
    private const string OwnNics = "02-nics-of-this-machine";

    public static TheoryData<string> Fabrics => [.. Judged];

    private static IEnumerable<string> Judged => FabricTests.Names.Where(f => f != OwnNics);

    [Theory]
    [MemberData(nameof(Fabrics))]
    public void The_verdict_over_Redis_is_the_one_in_process(string folder) => AsExpected(folder, folder);

    [Fact]
    public void A_server_that_is_killed_and_one_that_is_cut_off_for_10_s_cost_a_run_nothing()
    {
        AsExpected("outages", Healthy);
        RunRecord record = runs.All["outages"].Record!;
        // What was cut off for 10 s was lost for no less: from the last answer on, not from the first failure. How much more is up to the way back.
        Hindrance[] lost = [.. record.Observations.Machine!.Hindrances.Where(h => h.Lost.Length > 0)];
        Assert.True(lost.Any(h => h.StoodNs is >= 10_000_000_000 and < 120_000_000_000), $"{string.Join('\n', (IEnumerable<Hindrance>)lost)}\n{runs.All["outages"].Said}");
    }

    [Fact]
    public void A_full_server_is_named_and_no_host_goes_on()
    {
        string said = runs.All["full"].Said;
        Assert.Equal(0, runs.All["full"].Exit);
        Assert.Contains("exit 3", said);
        Assert.Contains("is full: it has reached its maxmemory", said);
    }

    [Fact]
    public void A_host_that_alone_loses_control_is_named_and_goes_on_with_the_run()
    {
        (_, string said, RunRecord? record) = runs.All["lonely"];
        Assert.True(record is not null && record.Verdict.Results.All(r => r.Outcome != CheckOutcome.Fail), said);
        Assert.Contains(record.Observations.Machine!.Hindrances, h => h.Lost.StartsWith("host m2 has not been heard of for ", StringComparison.Ordinal));
        Assert.DoesNotContain("during: m2", said);
        Assert.Contains("during: m3", said);
        Assert.Contains("after: m2", said);
    }

    [Fact]
    public void Where_the_server_goes_for_good_the_controller_says_so_and_no_load_is_left()
    {
        string said = runs.All["serverless"].Said;
        Assert.Contains("exit 3", said);
        Assert.Contains("vsanemu load: redis://127.0.0.1:6379 cannot be reached: no connection", said);
        Assert.InRange(int.Parse(SentAfter().Match(said).Groups[1].ValueSpan), 0, 5);
    }

    [Fact]
    public void Members_of_a_run_that_is_interrupted_while_they_listen_are_in_the_next()
    {
        (int exit, string said, _) = runs.All["interrupted"];
        Assert.True(exit == 0, said);
        Assert.Equal(2, said.Split('\n').Count(l => l == "interrupted: exit 3: vsanemu verify: interrupted: no verdict"));
        Assert.Matches("F1 +the cluster forms +pass", said);
    }

    [Fact]
    public void What_only_an_absent_host_could_have_seen_is_not_passed_over()
    {
        (int exit, string said, RunRecord? record) = runs.All[Absent];
        Assert.True(exit == (int)ExitCode.Inconclusive && record is not null, said);
        CheckResult Of(string id) => record.Verdict.Results.Single(r => r.Id == id);
        Assert.All(["M4", "M15", "A2", "A4", "A5", "A6", "A7", "A8"], id => Assert.True(Of(id).Outcome == CheckOutcome.Inconclusive, $"{id}\n{said}"));
        Assert.Equal(CheckOutcome.Skip, Of("A3").Outcome);
        Assert.Equal(CheckOutcome.Pass, Of("M1").Outcome);
        Assert.Contains("observer, Agent Group", Of("M4").Seen);
        Assert.Contains("its host was not there", Of("M4").Seen);
        Assert.Equal("out tried nothing: its host was not there", Of("A2").Seen);
    }

    [Fact]
    public void A_second_controller_is_refused_by_name_and_a_dead_one_is_outlived_by_nothing()
    {
        (int exit, string said, _) = runs.All["controllers"];
        Assert.True(exit == 0, said);
        string first = FirstPid().Match(said).Groups[1].Value;
        Assert.Contains($"second: exit 3: vsanemu verify: ", said);
        Assert.Contains($"(pid {first}) leads space lab", said);
        Assert.InRange(int.Parse(LetGo().Match(said).Groups[1].ValueSpan), 10, 120);
        Assert.Matches("m1 +member +eth0 +198.18.0.11/24", said);
        Assert.Matches("F1 +the cluster forms +pass", said);
    }

    [Fact]
    public void A_node_that_dies_is_named_and_is_in_the_next_run()
    {
        (int exit, string said, _) = runs.All["dying"];
        Assert.True(exit == 0, said);
        Assert.Contains("exit 3", said);
        Assert.Matches("vsanemu verify: host m2 (takes part in no run: it was restarted|is gone)", said);
        Assert.Matches("F1 +the cluster forms +pass", said);
    }

    [Fact]
    public void Members_on_other_hosts_carry_a_load_and_none_outlives_its_controller()
    {
        (int exit, string said, _) = runs.All["load"];
        Assert.True(exit == 0 && !said.Contains("failed: ", StringComparison.Ordinal), said);
        JsonElement[] loads = [.. said.Split('\n').Where(l => l.StartsWith("json: ", StringComparison.Ordinal)).Select(l => JsonDocument.Parse(l["json: ".Length..]).RootElement)];
        Assert.Equal(6, loads.Length);
        Assert.Equal([2, 3, 1], loads.Take(3).Select(l => l.GetProperty("flows").GetArrayLength()));
        foreach (JsonElement flow in loads.Take(3).SelectMany(l => l.GetProperty("flows").EnumerateArray()))
        {
            long sent = flow.GetProperty("sent").GetInt64(), delivered = flow.GetProperty("delivered").GetInt64();
            Assert.True(sent > 0 && flow.GetProperty("deliveredBytes").GetInt64() > 0, $"{flow}");
            if (flow.GetProperty("transport").GetString() == "Udp") Assert.InRange(delivered, 1, sent);
        }

        JsonElement[] vms = [.. loads[3].GetProperty("vms").EnumerateArray()];
        Assert.Equal(["m1", "m2", "m3"], vms.Select(v => v.GetProperty("host").GetString()));
        Assert.All(vms, v => Assert.Equal(v.GetProperty("begun").GetInt64(), v.GetProperty("reads").GetInt64() + v.GetProperty("writes").GetInt64()));
        Assert.All(vms, v => Assert.InRange(v.GetProperty("begun").GetInt64(), 1, 400));
        foreach (JsonElement trips in (JsonElement[])[loads[4], loads[5].GetProperty("idle"), loads[5].GetProperty("loaded")])
            Assert.Equal(trips.GetProperty("sent").GetInt64() - trips.GetProperty("lost").GetInt64(), trips.GetProperty("roundTrip").GetProperty("count").GetInt64());
        Assert.InRange(int.Parse(SentAfter().Match(said).Groups[1].ValueSpan), 0, 5);
        Assert.Contains("server gone: exit 3: vsanemu load: interrupted, and m1, m2, m3 did not say within 3 s what was counted", said);
        Assert.Contains("streams refused: exit 3: vsanemu load: m1 cannot connect to m2 on TCP 2233: Connection refused", said);
    }

    [Theory]
    [InlineData("no server", "exit 3: vsanemu hosts: redis://127.0.0.1:6379 cannot be reached: Connection refused")]
    [InlineData("wrong password", "exit 3: vsanemu hosts: redis://127.0.0.1:6379 refuses the default user: the password is wrong")]
    [InlineData("wrong password, as a node", "exit 3: vsanemu node: redis://127.0.0.1:6379 refuses the default user: the password is wrong")]
    [InlineData("no password", "exit 3: vsanemu hosts: redis://127.0.0.1:6379 refuses the default user: it wants a password (VSANEMU_CONTROL_PASSWORD)")]
    [InlineData("password on the command line", "exit 2: vsanemu hosts: --control: a password does not belong on a command line")]
    [InlineData("password with a slash", "exit 2: vsanemu hosts: --control: this is no control address: in a user's name or a password '/', '@', ':', '?' and '#' must be percent-encoded")]
    [InlineData("password from a file", "exit 0: no host is in space lab")]
    [InlineData("no TLS", "exit 3: vsanemu hosts: rediss://127.0.0.1:6379 does not speak TLS there")]
    [InlineData("no TLS, as a node", "exit 3: vsanemu node: rediss://127.0.0.1:6379 does not speak TLS there")]
    [InlineData("TLS where none is asked for", "exit 3: vsanemu hosts: redis://127.0.0.1:6380 takes a connection and does not answer as a Redis server: if it speaks TLS, say rediss://")]
    [InlineData("unknown certificate", "exit 3: vsanemu hosts: rediss://localhost:6380: its certificate is not signed by an authority that is trusted here")]
    [InlineData("known certificate", "exit 0: no host is in space lab")]
    [InlineData("another name", "exit 3: vsanemu hosts: rediss://127.0.0.1:6380: its certificate is another host's")]
    [InlineData("may not write", "exit 3: vsanemu verify: redis://reader@127.0.0.1:6379: user reader may not do what control needs")]
    [InlineData("expired certificate", "exit 3: vsanemu hosts: rediss://localhost:6380: its certificate has expired: it was valid until ")]
    [InlineData("too many clients", "exit 3: vsanemu hosts: redis://127.0.0.1:6379 answers: ERR max number of clients reached")]
    [InlineData("no address", "exit 2: vsanemu hosts: --control: this is no control address")]
    public void What_is_wrong_with_the_way_to_the_server_is_said_in_a_line(string title, string expected)
    {
        string said = runs.All["refused"].Said;
        string line = Assert.Single(said.Split('\n'), l => l.StartsWith($"{title}: ", StringComparison.Ordinal));
        Assert.StartsWith($"{title}: {expected}", line);
        Assert.Equal(1, line.Count(c => c == '|'));
    }

    [Fact]
    public void No_secret_is_said() => Assert.All(runs.All.Values, r => Assert.DoesNotContain("secret", r.Said.Replace(":secret@", "", StringComparison.Ordinal)));

    private void AsExpected(string run, string folder)
    {
        (int exit, string said, RunRecord? record) = runs.All[run];
        Assert.True(record is not null, $"exit code {exit}\n{said}");
        Expectation expected = Expectation.Read(Path.Combine(Fabric(folder), "expected.txt"));
        Assert.True(expected.Deviations((int)record.Verdict.ExitCode, record) is [], $"{string.Join('\n', expected.Deviations((int)record.Verdict.ExitCode, record))}\n\n{said}");
    }

    private static string Fabric(string folder) => Path.Combine(Here(), "..", "Fabrics", folder);

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;

    [GeneratedRegex(@"first: (\d+)")]
    private static partial Regex FirstPid();

    [GeneratedRegex(@"sent after the end: (\d+)")]
    private static partial Regex SentAfter();

    [GeneratedRegex(@"let go after (\d+) s")]
    private static partial Regex LetGo();

    /// <summary>All of them, run once, several at a time. One with a verdict that went otherwise than expected while this machine stood in its way, or that proved too little, is run again, alone.</summary>
    public sealed class Runs : IAsyncLifetime
    {
        private const int Together = 6;

        private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("vsanemu-control-");

        public Dictionary<string, (int Exit, string Said, RunRecord? Record)> All { get; } = [];

        public async ValueTask InitializeAsync()
        {
            (string Name, string Script, string Folder)[] planned =
            [
                ("outages", "outages", Healthy), ("controllers", "controllers", Healthy), ("full", "full", Healthy), ("dying", "dying", Healthy), ("load", "load", Healthy),
                ("lonely", "lonely", Healthy), ("serverless", "serverless", Healthy), ("interrupted", "interrupted", Healthy), ("refused", "refused", Healthy), (Absent, Absent, Healthy), .. Judged.Select(f => (f, "fabric", f)),
            ];
            await Parallel.ForEachAsync(planned, new ParallelOptions { MaxDegreeOfParallelism = Together }, async (run, _) => await KeepAsync(run));
            foreach (var run in planned.Where(r => Doubtful(r.Name, r.Folder))) await KeepAsync(run);
        }

        public ValueTask DisposeAsync()
        {
            _scratch.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        private bool Doubtful(string name, string folder) =>
            name != Absent && All[name].Record is { } record && Undisturbed.MayBeRepeated(record)
            && Expectation.Read(Path.Combine(Fabric(folder), "expected.txt")).Deviations((int)record.Verdict.ExitCode, record) is not [];

        private async Task KeepAsync((string Name, string Script, string Folder) run)
        {
            string work = _scratch.CreateSubdirectory(run.Name).FullName, record = Path.Combine(work, "record.json");
            File.Delete(record);
            var start = new ProcessStartInfo("unshare", ["-nm", Path.Combine(Here(), $"{run.Script}.sh"), Path.GetFullPath(Fabric(run.Folder)), record])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["WORK"] = work, ["VSANEMU"] = string.Join(' ', Command.Words) },
            };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            string said = await output + await error;
            lock (All) All[run.Name] = (process.ExitCode, said, Undisturbed.Read(record));
        }
    }
}
