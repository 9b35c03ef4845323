using System.Text;
using System.Text.Json.Nodes;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Core.Tests.Record;

public sealed class RunRecordTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public void A_record_survives_the_round_trip_and_its_verdict_is_reached_again(int members)
    {
        RunRecord record = Record(Seen.Healthy(members));
        string json = Json(record);
        RunRecord read = Read(json).Record!;
        Assert.Equal(json, Json(read));
        Assert.Equal(Json(record), Json(read with { Verdict = Verdict.Of(read.Spec, read.Observations) }));
    }

    [Fact]
    public void The_verdict_of_a_broken_fabric_is_reached_again_too()
    {
        RunRecord record = Record(Seen.In(World.Healthy(8) with { Multicast = (_, to) => to == "m03" ? 0.9 : 1, Flooded = _ => true, Querier = null }));
        Assert.Equal(ExitCode.Failed, record.Verdict.ExitCode);
        Assert.NotEmpty(record.Verdict.Diagnoses);
        RunRecord read = Read(Json(record)).Record!;
        Assert.Equal(Json(record), Json(read with { Verdict = Verdict.Of(read.Spec, read.Observations) }));
    }

    [Fact]
    public void Every_value_is_kept()
    {
        // Compared as text above; here a few that a careless converter would spoil.
        RunRecord record = Record(Seen.Healthy(4));
        RunRecord read = Read(Json(record)).Record!;
        Assert.Equal(record.Spec.Subnet, read.Spec.Subnet);
        Assert.Equal(record.Spec.Gateway, read.Spec.Gateway);
        Assert.Equal(record.Spec.Members, read.Spec.Members);
        Assert.Equal(record.Spec.Channels, read.Spec.Channels);
        Assert.Equal(record.Spec.Timers, read.Spec.Timers);
        Assert.Equal(record.Spec.Outsiders, read.Spec.Outsiders);
        Assert.Equal(record.Spec.Observer, read.Spec.Observer);
        Assert.Equal(0xFEDC_BA98_7654_3210UL, read.Observations.Phases[0].Views[0].Digest);
        Assert.Equal(ulong.MaxValue - 2, read.Observations.Nodes[1].Acknowledged[0].Revision);
        Assert.Equal(record.Host, read.Host);
    }

    [Fact]
    public void Trials_pings_idle_connections_and_what_was_not_tried_are_kept()
    {
        var trial = new TrialObservation
        {
            Id = 7,
            Kind = TrialKind.LeaveBesideSibling,
            Round = 2,
            Phase = Phases.Trials,
            Group = "239.255.42.7",
            Sender = "m01",
            Sent = 900,
            IntervalNs = 2_000_000,
            Bytes = 200,
            Ttl = 5,
            StartNs = 1,
            EndNs = 2,
            Joined = ["m02"],
            JoinedInstead = "239.127.42.7",
            Actor = "m02",
            ActedAtNs = 3,
            IgmpVersion = 2,
            Error = "no buffer",
        };
        var ping = new PingObservation { Phase = Phases.Trials, From = "m01", To = "m02", Bytes = 1500, Sent = 4, Answered = 1, MinNs = 1, MedianNs = 2, MaxNs = 3, RefusedMtu = 1400, RefusedBy = "198.18.0.254" };
        var idle = new IdleObservation { From = "m01", To = "m02", IdleNs = 5, Survived = false, How = "no answer" };
        var sighting = new TrialSighting(7, PortDirection.In, 890, 11, 12, 4, 13, 14, 15);
        Seen seen = Seen.Healthy(2)
            .WithPorts(p => p with { Trials = [sighting] })
            .WithProbes(p => p with { Method = ProbeMethod.Spoofed, As = "m02" })
            .With(r => r with { Trials = [trial], Pings = [ping], Idles = [idle], NotTried = new Dictionary<string, string> { ["A9"] = "takes --long" } });

        RunObservations read = Read(Json(Record(seen))).Record!.Observations;
        TrialObservation kept = Assert.Single(read.Trials);
        Assert.Equal(trial, kept with { Joined = trial.Joined });
        Assert.Equal(["m02"], kept.Joined);
        Assert.Equal([ping], read.Pings);
        Assert.Equal([idle], read.Idles);
        Assert.All(read.Ports, p => Assert.Equal([sighting], p.Trials));
        Assert.All(read.Probes, p => Assert.Equal((ProbeMethod.Spoofed, "m02"), (p.Method, p.As)));
        Assert.Equal("takes --long", read.NotTried["A9"]);
    }

    [Fact]
    public void A_record_made_before_there_were_trials_is_read()
    {
        JsonObject old = JsonNode.Parse(Json(Record(Seen.Healthy(2))))!.AsObject();
        JsonObject seen = old["observations"]!.AsObject();
        foreach (string name in (string[])["trials", "pings", "idles", "notTried"]) Assert.True(seen.Remove(name), name);
        foreach (JsonNode? port in seen["ports"]!.AsArray()) Assert.True(port!.AsObject().Remove("trials"));
        foreach (JsonNode? probe in seen["probes"]!.AsArray()) Assert.True(probe!.AsObject().Remove("as") && probe.AsObject().Remove("method"));
        Assert.True(old["spec"]!.AsObject().Remove("trials"));
        RunRecord record = Read(old.ToJsonString()).Record!;
        RunObservations read = record.Observations;
        Assert.Equal(new TrialSpec(), record.Spec.Trials);
        Assert.All(read.Probes, p => Assert.Equal((ProbeMethod.Connect, ""), (p.Method, p.As)));
        Assert.Equal((0, 0, 0, 0), (read.Trials.Count, read.Pings.Count, read.Idles.Count, read.NotTried.Count));
        Assert.All(read.Ports, p => Assert.Empty(p.Trials));
    }

    [Fact]
    public void A_spec_without_groups_gateway_or_observer_is_kept()
    {
        Seen bare = Seen.Healthy(4).WithSpec(s => s with { Profile = FlowProfile.Vsan66, Observer = null, Gateway = null, Outsiders = [], Channels = s.Channels with { AgentGroup = null, MasterGroup = null } });
        RunRecord read = Read(Json(Record(bare))).Record!;
        Assert.Null(read.Spec.Observer);
        Assert.Null(read.Spec.Gateway);
        Assert.Null(read.Spec.Channels.AgentGroup);
    }

    [Fact]
    public void It_is_compact_camelCase_with_enums_by_name()
    {
        string json = Json(Record(Seen.Healthy(4)));
        Assert.StartsWith("{\"schema\":\"vsanemu.run/1\",\"toolVersion\":\"0.1.0\",", json);
        Assert.DoesNotContain('\n', json);
        Assert.Contains("\"role\":\"Master\"", json);
        Assert.Contains("\"digest\":\"fedcba9876543210\"", json);
        Assert.Contains("\"subnet\":\"198.18.0.0/16\"", json);
        Assert.Contains("\"exitCode\":\"Passed\"", json);
        Assert.DoesNotContain("\"deadAfter\"", json);
    }

    [Theory]
    [InlineData("vsanemu.run/2", RecordFault.Newer)]
    [InlineData("vsanemu.run/0", RecordFault.Older)]
    [InlineData("vsanemu.run/x", RecordFault.Foreign)]
    [InlineData("other/1", RecordFault.Foreign)]
    [InlineData("", RecordFault.Foreign)]
    public void Another_schema_is_told_apart(string schema, RecordFault fault)
    {
        RecordReading reading = Read(Json(Record(Seen.Healthy(2))).Replace("vsanemu.run/1", schema));
        Assert.Equal(fault, reading.Fault);
        Assert.Null(reading.Record);
        Assert.Contains("vsanemu.run/1", reading.Message);
    }

    [Theory]
    [InlineData("", RecordFault.Damaged)]
    [InlineData("nonsense", RecordFault.Damaged)]
    [InlineData("null", RecordFault.Foreign)]
    [InlineData("[]", RecordFault.Foreign)]
    [InlineData("{}", RecordFault.Foreign)]
    [InlineData("{\"log\":{\"version\":\"1.2\"}}", RecordFault.Foreign)]
    [InlineData("{\"schema\":7}", RecordFault.Foreign)]
    [InlineData("{\"schema\":\"vsanemu.run/1\"}", RecordFault.Damaged)]
    public void What_is_no_record_is_told_so(string json, RecordFault fault) => Assert.Equal(fault, Read(json).Fault);

    [Fact]
    public void A_record_that_was_cut_off_anywhere_is_damaged_and_throws_nothing()
    {
        string json = Json(Record(Seen.Healthy(2)));
        for (int length = 1; length < json.Length; length += 97)
        {
            RecordReading reading = Read(json[..length]);
            Assert.Equal(RecordFault.Damaged, reading.Fault);
            Assert.NotEmpty(reading.Message);
        }
    }

    public static TheoryData<string, Action<JsonObject>> Damages => new()
    {
        { "a property is missing", r => r["observations"]!.AsObject().Remove("streams") },
        { "a property is null", r => r["observations"]!["phases"] = null },
        { "a list holds null", r => r["observations"]!["phases"]!.AsArray().Add(null) },
        { "a list of evidence holds null", r => r["verdict"]!["results"]![0]!["evidence"]!.AsArray().Add(null) },
        { "an enum is unknown", r => r["observations"]!["phases"]![0]!["views"]![0]!["role"] = "King" },
        { "an address is none", r => r["spec"]!["gateway"] = "198.18.0.256" },
        { "a subnet is none", r => r["spec"]!["subnet"] = "198.18.0.0" },
        { "a digest is none", r => r["observations"]!["phases"]![0]!["views"]![0]!["digest"] = "xyz" },
        { "a member's number is too large", r => r["spec"]!["members"]![0]!["id"] = 65 },
        { "a number is text", r => r["observations"]!["streams"]![0]!["sent"] = "many" },
        { "a group is missing", r => r["spec"]!["channels"]!["agentGroup"] = null },
        { "two members have one number", r => r["spec"]!["members"]![0]!["id"] = 2 },
        { "two members have one name", r => r["spec"]!["members"]![0]!["name"] = "m02" },
        { "the spec is a list", r => r["spec"] = new JsonArray() },
        { "the spec is null", r => r["spec"] = null },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damage_is_a_value_with_a_message(string what, Action<JsonObject> damage)
    {
        JsonObject record = JsonNode.Parse(Json(Record(Seen.Healthy(2))))!.AsObject();
        damage(record);
        RecordReading reading = Read(record.ToJsonString());
        Assert.True(reading.Fault == RecordFault.Damaged, $"{what}: {reading.Fault}");
        Assert.StartsWith("the record is damaged: ", reading.Message);
    }

    [Fact]
    public void An_unknown_property_is_ignored_but_a_doubled_one_is_damage()
    {
        string json = Json(Record(Seen.Healthy(2)));
        Assert.NotNull(Read(json.Replace("{\"schema\"", "{\"remark\":{\"a\":[1]},\"schema\"")).Record);
        Assert.Equal(RecordFault.Damaged, Read(json.Replace(",\"started\"", ",\"toolVersion\":\"9\",\"started\"")).Fault);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() => Assert.NotNull(Read("\uFEFF" + Json(Record(Seen.Healthy(2)))).Record);

    [Fact]
    public void Deep_nesting_is_damage() =>
        Assert.Equal(RecordFault.Damaged, Read("{\"schema\":\"vsanemu.run/1\",\"x\":" + new string('[', 5000) + new string(']', 5000) + "}").Fault);

    [Fact]
    public void The_limit_counts_on_both_sides()
    {
        byte[] json = Encoding.UTF8.GetBytes(Json(Record(Seen.Healthy(2))));
        Assert.NotNull(RunRecord.FromJson(new MemoryStream(json), json.Length).Record);
        RecordReading reading = RunRecord.FromJson(new MemoryStream(json), json.Length - 1);
        Assert.Equal(RecordFault.TooLong, reading.Fault);
        Assert.Contains($"{json.Length - 1} bytes", reading.Message);
    }

    [Theory]
    [InlineData("--redis-password x1", "--redis-password ***")]
    [InlineData("--token=x1 --members 8", "--token=*** --members 8")]
    [InlineData("--redis redis://user:x1@host:6379/0", "--redis redis://user:***@host:6379/0")]
    [InlineData("--redis redis://:x1@host", "--redis redis://:***@host")]
    [InlineData("--redis host:6379,password=x1,ssl=true", "--redis host:6379,password=***,ssl=true")]
    [InlineData("--API-KEY x1", "--API-KEY ***")]
    [InlineData("--secret --force", "--secret --force")]
    [InlineData("lab --members 8 --fault loss:5@m03 --record run.json", "lab --members 8 --fault loss:5@m03 --record run.json")]
    [InlineData("--url http://host:80/a?b=c@d", "--url http://host:80/a?b=c@d")]
    public void Secrets_are_masked_and_nothing_else(string given, string kept) => Assert.Equal(kept, string.Join(' ', CommandLine.Mask(given.Split(' '))));

    private static RunRecord Record(Seen seen) => new()
    {
        ToolVersion = "0.1.0",
        Started = "2025-01-01T12:00:00+00:00",
        CommandLine = ["lab", "--members", "8"],
        Host = new Dictionary<string, string> { ["os"] = "Debian" },
        Spec = seen.Spec,
        Observations = seen.Run,
        Verdict = seen.Verdict,
    };

    private static string Json(RunRecord record)
    {
        using var stream = new MemoryStream();
        record.ToJson(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static RecordReading Read(string json) => RunRecord.FromJson(new MemoryStream(Encoding.UTF8.GetBytes(json)));
}
