using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>What was not looked at never passes: whatever is taken away from a healthy run, no check that needed it passes without it, and it names what is missing.</summary>
public sealed class LedgerTests
{
    private static readonly Seen Healthy = Seen.Healthy(8);

    private static readonly Seen Unicast = Seen.In(World.Healthy(8))
        .WithSpec(s => s with { Profile = FlowProfile.Vsan66, Channels = s.Channels with { AgentGroup = null, MasterGroup = null } })
        .WithStreams(s => s.Group == FlowGroup.Agent ? s with { Group = FlowGroup.None } : null);

    public static TheoryData<string> Ids => [.. CheckCatalogue.All.Select(c => c.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_check_that_passes_looked_at_all_of_something(string id)
    {
        CheckResult result = Healthy.Check(id);
        // Of a run as short as this one nothing has grown old.
        if (result.Outcome == CheckOutcome.Skip && id == "M6") return;
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        Assert.True(result.Coverage!.Subjects > 0);
        Assert.Equal(result.Coverage.Subjects, result.Coverage.LookedAt);
        Assert.All(result.Coverage.Rows, r => Assert.Empty(r.Missing));
    }

    // What is taken away, how, and which checks needed it.
    private static readonly (string What, Func<Seen, Seen> Take, string Ids)[] Takings =
    [
        ("55 of 56 directions never pinged", s => s.WithPings(p => p is { From: "m01", To: "m02" } ? p : null), "P1 P2"),
        ("large packets on 1 of 56 only", s => s.WithPings(p => p.Bytes < 1500 || p is { From: "m01", To: "m02" } ? p : null), "P1"),
        ("55 of 56 not answered", s => s.WithPings(p => p is { From: "m01", To: "m02" } ? p : p with { Answered = 0 }), "P1 P2"),
        ("one direction never pinged", s => s.WithPings(p => p is { From: "m07", To: "m02" } ? null : p), "P1 P2"),
        ("6 of 7 idle connections never opened", s => s.With(r => r with { Idles = [.. r.Idles.Take(7).Select((i, n) => n == 0 ? i : i with { Survived = false, How = "never opened" })] }), "A9"),
        ("one idle connection missing", s => s.With(r => r with { Idles = [.. r.Idles.Skip(1)] }), "A9"),
        ("the observer not captured", s => s.WithPorts(p => p.Kind == PortKind.Observer ? null : p), "M4 M11 M12 M15 M10"),
        ("the observer's host not there", s => s.WithPorts(p => p.Kind == PortKind.Observer ? null : p).With(r => r with { Absent = ["observer"] }), "M4 M15"),
        ("the outsider's host not there", s => s.WithPorts(p => p.Port == "outsider" ? null : p).WithProbes(p => p.From == "outsider" ? null : p)
            .WithTrials(t => t.Sender == "outsider" || t.Actor == "outsider" ? null : t).With(r => r with { Absent = ["outsider"] }), "M4 M15 A2 A4 A5 A6 A7 A8"),
        ("no one's host there beside the members'", s => s.WithPorts(p => p.Kind == PortKind.Member ? p : null).WithProbes(p => p.From.StartsWith('m') ? p : null)
            .WithTrials(t => t.Kind is TrialKind.OutsiderSends or TrialKind.OutsiderJoins ? null : t).With(r => r with { Absent = ["observer", "outsider", "stranger"] }), "M4 M15 A2 A3 A4 A5 A6 A7 A8"),
        ("the outsider not captured", s => s.WithPorts(p => p.Port == "outsider" ? null : p), "M4 M15 A6 A7"),
        ("7 of 8 captures dropped frames", s => s.WithPorts(p => p.Kind == PortKind.Member && p.Port != "m01" ? p with { Dropped = 100_000 } : p), "A6 F3 M3"),
        ("7 of 8 captures missing", s => s.WithPorts(p => p.Kind == PortKind.Member && p.Port != "m01" ? null : p), "A6 F2 F3 M3 M5 M7 M8 M9 M10 M14 M17"),
        ("one capture missing", s => s.WithPorts(p => p.Port == "m05" ? null : p), "A6 F2 F3 M3 M5 M10 M11 M12"),
        ("one outsider could send nothing", s => s.WithTrials(t => t is { Kind: TrialKind.OutsiderSends, Sender: "stranger" } ? t with { Sent = 0, Error = "Network is unreachable" } : t).WithSightings((_, t, x) => t.Sender == "stranger" ? null : x), "A6"),
        ("one outsider did not try", s => s.WithTrials(t => t is { Kind: TrialKind.OutsiderSends, Sender: "stranger" } ? null : t), "A6"),
        ("one group not tried from outside", s => s.WithTrials(t => t is { Kind: TrialKind.OutsiderSends or TrialKind.OutsiderJoins, Group: "224.1.2.3" } ? null : t), "A6 A7"),
        ("one outsider could not join", s => s.WithTrials(t => t is { Kind: TrialKind.OutsiderJoins, Actor: "stranger" } ? t with { Error = "No such device" } : t), "A7"),
        ("one outsider's report not seen", s => s.WithPorts(p => p.Port == "stranger" ? p with { Memberships = [] } : p), "A7"),
        ("method B failed", s => s.WithTrials(t => t.Kind == TrialKind.JoinForwarded ? t with { Error = "x" } : t), "M7"),
        ("method B not made", s => s.WithTrials(t => t.Kind == TrialKind.JoinForwarded ? null : t), "M7"),
        ("one join round not made", s => s.WithTrials(t => t is { Kind: TrialKind.JoinUnknown, Round: 4 } ? null : t), "M7 M17"),
        ("the own TTL not sent", s => s.WithTrials(t => t is { Kind: TrialKind.Ttl, Ttl: 5 } ? null : t), "M14"),
        ("the own TTL refused", s => s.WithTrials(t => t is { Kind: TrialKind.Ttl, Ttl: 5 } ? t with { Error = "x" } : t), "M14"),
        ("no sibling round", s => s.WithTrials(t => t.Kind == TrialKind.LeaveBesideSibling ? null : t), "M8"),
        ("one leave round not made", s => s.WithTrials(t => t is { Kind: TrialKind.Leave, Round: 2 } ? null : t), "M8"),
        ("one group of many not made", s => s.WithTrials(t => t is { Kind: TrialKind.Capacity, Round: 3 } ? null : t), "M10"),
        ("streams of one sender missing", s => s.WithStreams(x => x.From == "m04" ? null : x), "M1 P3"),
        ("one pair's stream missing", s => s.WithStreams(x => x is { From: "m04", To: "m06" } ? null : x), "M1 P3"),
        ("no stream to the Master Group", s => s.WithStreams(x => x.Group == FlowGroup.Master ? null : x), "M2"),
        ("one TCP direction never tried", s => s.WithProbes(p => p is { From: "m03", To: "m04", Method: ProbeMethod.Connect } ? null : p), "A1"),
        ("one outsider tried one member less", s => s.WithProbes(p => p is { From: "outsider", To: "m04", Method: ProbeMethod.Connect } ? null : p), "A2 A4"),
        ("the stranger tried nobody", s => s.WithProbes(p => p.From == "stranger" ? null : p), "A3 A4 A5"),
        ("one odd attempt missing", s => s.WithProbes(p => p is { From: "outsider", To: "m06", Method: ProbeMethod.Fragments or ProbeMethod.Ipv6 } ? null : p), "A5 A8"),
        ("no odd attempt", s => s.WithProbes(p => p.Method == ProbeMethod.Connect ? p : null), "A5 A8"),
        ("one member told nothing", s => s.WithNodes(n => n.Member == "m06" ? null : n), "F4 M18"),
        ("one phase not settled", s => s.WithPhases(p => p.Name == Phases.Vms ? p with { Settled = false } : p), "F1 F3"),
        ("no trial at all", s => s.WithTrials(_ => null), "M7 M8 M9 M10 M11 M12 M13 M14 M16 M17 A6 A7"),
        ("no pings", s => s.WithPings(_ => null), "P1 P2"),
        ("no fragments", s => s.With(r => r with { Fragments = [] }), "P1"),
        ("one direction without fragments", s => s.With(r => r with { Fragments = [.. r.Fragments.Skip(1)] }), "P1"),
        ("no TCP streams", s => s.With(r => r with { TcpStreams = [] }), "P3"),
        ("one TCP stream missing", s => s.With(r => r with { TcpStreams = [.. r.TcpStreams.Skip(1)] }), "P3"),
        ("one member sent no fast group stream", s => s.WithTrials(t => t is { Kind: TrialKind.FastGroup, Sender: "m05" } ? null : t), "P3"),
        ("no fast unicast", s => s.WithTrials(t => t.Kind == TrialKind.Unicast ? null : t), "P3"),
        ("no failover", s => s.With(r => r with { Failovers = [] }), "V1 V2"),
        ("no split", s => s.With(r => r with { Partitions = [] }), "V3"),
        ("one side's Masters unknown", s => s.WithSplit(p => p with { MastersPerSide = [.. p.MastersPerSide.Take(1)] }), "V3"),
    ];

    public static TheoryData<string> Taken => [.. Takings.Select(t => t.What)];

    [Theory]
    [MemberData(nameof(Taken))]
    public void What_was_not_looked_at_does_not_pass(string what)
    {
        (_, Func<Seen, Seen> take, string ids) = Takings.Single(t => t.What == what);
        Seen without = take(Healthy);
        Assert.All(ids.Split(' '), id => Assert.True(without.Outcome(id) is CheckOutcome.Inconclusive or CheckOutcome.Fail, $"{what}: {id} {without.Outcome(id)}: {without.Check(id).Seen}"));
        Assert.NotEqual(ExitCode.Passed, without.Verdict.ExitCode);
    }

    [Fact]
    public void Streams_of_most_senders_missing_in_a_unicast_profile_do_not_pass()
    {
        Assert.Equal(CheckOutcome.Pass, Unicast.Outcome("P3"));
        CheckResult result = Unicast.WithStreams(s => s.From == "m01" ? s : null).Check("P3");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.StartsWith("49 of 56 directions were not looked at: m02 to m01, m02 to m03 and 47 more (no numbered datagrams)", result.Seen);
    }

    [Fact]
    public void A_reader_sees_which_subject_is_missing_and_why()
    {
        CheckResult result = Healthy.WithPorts(p => p.Port == "m05" ? null : p).Check("F3");
        Assert.StartsWith("1 of 8 ports was not looked at: m05 (not captured); else all of ", result.Seen);
        Assert.Equal("m05: not captured", result.Evidence[0]);
        CoverageRow ports = result.Coverage!.Rows.First(r => r.Kind == "port");
        Assert.Equal((8, 7, "m05: not captured"), (ports.Subjects, ports.LookedAt, Assert.Single(ports.Missing)));
    }

    [Fact]
    public void An_end_whose_host_was_not_there_is_named_so()
    {
        Seen lonely = Healthy.WithPorts(p => p.Kind == PortKind.Member ? p : null).WithProbes(p => p.From.StartsWith('m') ? p : null).With(r => r with { Absent = ["observer", "outsider", "stranger"] });
        Assert.Equal("none of 4 ports was looked at: observer, Agent Group, observer, Master Group and 2 more (its host was not there)", lonely.Check("M4").Seen);
        Assert.Equal("outsider tried nothing: its host was not there", lonely.Check("A2").Seen);
    }

    [Fact]
    public void A_failure_stays_one_and_says_what_was_not_looked_at_besides()
    {
        CheckResult result = Healthy.WithPings(p => p.From == "m01" ? p with { Answered = 0 } : p.From == "m02" ? null : p).Check("P1");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.Contains("not looked at: m02 to m01: not pinged", result.Evidence);
    }

    [Fact]
    public void A_sample_on_purpose_says_its_size()
    {
        Seen many = Seen.Healthy(20);
        CheckResult result = many.Check("P1");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        Assert.Contains("(a sample: 56 of 380 small pings, large pings, each member at least twice)", result.Seen);
    }

    [Theory]
    [InlineData(true, ExitCode.Inconclusive)]
    [InlineData(false, ExitCode.Passed)] // a family was asked for: those of it that can be made
    public void What_was_named_and_could_not_be_made_leaves_the_verdict_open(bool named, ExitCode exit)
    {
        Seen asked = Healthy.WithSpec(s => s with { Outsiders = [] }).With(r => r with
        {
            Asked = new Dictionary<string, bool> { ["A2"] = named, ["F4"] = true },
            NotTried = CheckCatalogue.All.Select(c => c.Id).Where(id => id is not ("A2" or "F4")).ToDictionary(id => id, _ => "not asked for (--only)"),
        });
        Assert.Equal(exit, asked.Verdict.ExitCode);
        Assert.Equal(["F4", "A2"], asked.Verdict.Asked);
    }
}
