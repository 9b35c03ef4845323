using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>Each fault of the lab, played in a world of its own: it fails its checks and is named; the healthy world has none.</summary>
public sealed class DiagnosisTests
{
    private const ProbeOutcome Filtered = ProbeOutcome.FilteredForward;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(64)]
    public void A_healthy_fabric_passes_and_has_no_diagnosis(int members)
    {
        Verdict verdict = Seen.Healthy(members).Verdict;
        Assert.Empty(verdict.Results.Where(r => r.Outcome is not (CheckOutcome.Pass or CheckOutcome.Skip)).Select(r => $"{r.Id} {r.Outcome}: {r.Seen}"));
        Assert.Equal(members == 2 ? ["M3", "M13", "V3"] : [], verdict.Results.Where(r => r.Outcome == CheckOutcome.Skip).Select(r => r.Id));
        Assert.Empty(verdict.Diagnoses);
        Assert.Equal(ExitCode.Passed, verdict.ExitCode);
    }

    public static TheoryData<string, string, string[]> Faults => new()
    {
        { "no-querier", "", ["F1", "M1", "M5"] },
        { "no-querier-flooding", "", ["M3", "M4", "M5"] },
        { "two-queriers", "", ["M5"] },
        { "snooping-off", "", ["M3", "M4"] },
        { "port-not-forwarding-group", "port of m03", ["F1", "M1"] },
        { "mac-aliasing", "", [] },
        { "group-limit", "port of m02", ["M10"] },
        { "igmp-version", "", ["F1", "M1"] },
        { "no-acl", "in the segment", ["A2", "A4", "A6", "A7"] },
        { "acl-one-way", "m05 and m07", ["A1"] },
        { "acl-source-port-hole", "in the segment", ["A4"] },
        { "acl-ipv4-only", "in the segment", ["A8"] },
        { "acl-reject", "in the segment", [] },
        { "acl-between-members", "m04 and m06", ["A1"] },
        { "mtu", "port of m05", ["P1"] },
        { "loss", "to m03", ["M1", "P3"] },
        { "multicast-rate-limit", "", ["M1", "P3"] },
        { "slow-port", "port of m08", ["P3"] },
        { "isolated-member", "port of m03", ["F1", "M1", "A1"] },
        { "partition", "m01 m03 m05 m07 | m02 m04 m06 m08", ["F1", "M1", "A1"] },
        { "duplicate-address", "address of m06", ["F4"] },
        { "idle-timeout", "", ["A9"] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_fails_its_checks_and_is_named(string fault, string where, string[] fails)
    {
        Verdict verdict = Seen.In(FaultyWorlds.With(World.Healthy(8), fault)).Verdict;
        Assert.Empty(fails.Except(Failed(verdict)));
        Assert.Equal(fails.Length > 0 ? ExitCode.Failed : ExitCode.Passed, verdict.ExitCode);
        Assert.Equal([fault], verdict.Diagnoses.Select(d => d.Fault).Distinct());
        Diagnosis diagnosis = verdict.Diagnoses[0];
        Assert.Equal(where, diagnosis.Where);
        Assert.Empty(fails.Except(verdict.Diagnoses.SelectMany(d => d.Explains)));
        Assert.NotEmpty(diagnosis.Evidence);
        Assert.Empty(verdict.Unexplained);
        // What is wrong at both places is named for each; otherwise one fault has one name.
        Assert.Equal(fault is "no-acl" or "acl-source-port-hole" or "acl-reject" or "acl-ipv4-only" ? 2 : 1, verdict.Diagnoses.Count);
    }

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            string[] all = [.. Faults.Select(f => f.Data.Item1)];
            foreach ((string one, string other) in all.SelectMany((a, i) => all.Skip(i + 1).Select(b => (a, b))).Where(p => FaultyWorlds.Together(p.a, p.b))) pairs.Add(one, other);
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Two_faults_at_once_are_told_apart(string one, string other)
    {
        Verdict verdict = Seen.In(FaultyWorlds.With(FaultyWorlds.With(World.Healthy(8), one), other)).Verdict;
        Assert.Equal(new[] { one, other }.Order(), verdict.Diagnoses.Select(d => d.Fault).Distinct().Order());
        Assert.Empty(verdict.Unexplained);
    }

    [Fact]
    public void What_is_sent_to_an_address_that_two_have_makes_no_port_slow()
    {
        Seen seen = Seen.In(FaultyWorlds.With(World.Healthy(8), "duplicate-address"))
            .WithSightings((port, t, x) => t.Kind == TrialKind.Unicast && port == "m06" && t.Joined.Contains("m06") ? x with { Packets = x.Packets / 4 } : x);
        Assert.Equal(CheckOutcome.Fail, seen.Outcome("P3"));
        Assert.Equal(["duplicate-address"], seen.Verdict.Diagnoses.Select(d => d.Fault));
    }

    [Fact]
    public void What_came_in_at_a_port_and_not_at_its_member_is_the_hosts_and_not_the_switchs()
    {
        Seen seen = Seen.Healthy(4).WithStreams(s => s is { To: "m03", Group: FlowGroup.Agent } ? s with { Received = 0 } : s).WithPorts(p => p with
        {
            Flows = [.. p.Flows.Select(f => f is { Phase: Phases.Probing, Protocol: 17, Destination: "224.2.3.5" } ? f with { Packets = f.Packets + 200 } : f)],
        });
        Diagnosis named = Assert.Single(seen.Verdict.Diagnoses);
        Assert.Equal(("host-firewall", "host of m03"), (named.Fault, named.Where));
        Assert.Contains("M1", named.Explains);
        CheckResult m1 = seen.Check("M1");
        Assert.Equal((CheckOutcome.Fail, "the datagrams come in at these ports and not at the members: their own hosts drop them"), (m1.Outcome, m1.Cause));
        // Where they did not come in it is not.
        Seen absent = seen.WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows.Where(f => f is not { Destination: "224.2.3.5", Direction: PortDirection.In })] } : p);
        Assert.Equal(["port-not-forwarding-group"], absent.Verdict.Diagnoses.Select(d => d.Fault));
    }

    [Theory]
    [InlineData(0, "host-firewall")]
    [InlineData(1, "acl-one-way")]
    public void A_SYN_that_came_in_and_was_not_answered_is_the_hosts_matter(int answers, string fault)
    {
        FlowSighting syn = Seen.Healthy(4).Run.Ports.Single(p => p.Port == "m03").Flows.First(f => f.Protocol == 6) with
        {
            Phase = Phases.Probing,
            Direction = PortDirection.In,
            Source = "198.18.0.2",
            SourcePort = 0,
            Destination = "198.18.0.3",
            DestinationPort = 2233,
            Syns = 1,
            SynAcks = 0,
            Payloads = 0,
            Packets = 1,
        };
        FlowSighting answer = syn with { Direction = PortDirection.Out, Source = syn.Destination, SourcePort = 2233, Destination = syn.Source, DestinationPort = 0, Syns = 0, SynAcks = answers };
        Seen seen = Seen.In(World.Healthy(4) with { Tcp = (a, b) => (a, b) == ("m02", "m03") ? ProbeOutcome.FilteredReturn : ProbeOutcome.Open })
            .WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows, syn, .. answers > 0 ? (FlowSighting[])[answer] : []] } : p);
        Assert.Equal(CheckOutcome.Fail, seen.Outcome("A1"));
        Assert.Equal([fault], seen.Verdict.Diagnoses.Select(d => d.Fault));
    }

    [Fact]
    public void What_explains_most_comes_first()
    {
        Verdict verdict = Seen.In(FaultyWorlds.With(FaultyWorlds.With(World.Healthy(8), "acl-source-port-hole"), "partition")).Verdict;
        Assert.Equal("partition", verdict.Diagnoses[0].Fault);
        Assert.All(verdict.Diagnoses.Skip(1), d => Assert.Equal("acl-source-port-hole", d.Fault));
    }

    [Fact]
    public void Without_a_list_at_one_place_only_that_place_is_named()
    {
        World world = World.Healthy(8) with { Outsider = (o, _, _) => o.Place == OutsiderPlace.BeyondGateway ? ProbeOutcome.Open : Filtered };
        Verdict verdict = Seen.In(world).Verdict;
        Diagnosis diagnosis = Assert.Single(verdict.Diagnoses);
        Assert.Equal(("no-acl", "at the gateway"), (diagnosis.Fault, diagnosis.Where));
        Assert.Equal(["A3", "A4"], diagnosis.Explains);
        Assert.Contains("every member", diagnosis.Summary);
    }

    [Fact]
    public void A_list_that_blocks_all_members_is_not_a_partition()
    {
        Diagnosis diagnosis = Assert.Single(Seen.In(World.Healthy(8) with { Tcp = (_, _) => Filtered }).Verdict.Diagnoses);
        Assert.Equal(("acl-between-members", ""), (diagnosis.Fault, diagnosis.Where));
    }

    [Fact]
    public void Members_that_lack_multicast_and_TCP_but_see_frames_are_not_a_partition()
    {
        Verdict verdict = Seen.In(World.Healthy(8) with { Multicast = (_, _) => 0, Querier = null, Tcp = (_, _) => Filtered }).Verdict;
        Assert.Equal(["acl-between-members", "no-querier"], verdict.Diagnoses.Select(d => d.Fault).Order());
    }

    [Fact]
    public void Probes_that_fail_as_often_as_loss_explains_are_no_access_list()
    {
        // 5 % loss fails a probe that sends its SYN twice about once in a hundred; 2 of 56 are no surprise.
        string[] unlucky = ["m01m05", "m08m02"];
        World world = World.Healthy(8) with
        {
            Multicast = (_, _) => 0.95,
            Tcp = (a, b) => unlucky.Contains(a + b) ? ProbeOutcome.Filtered : ProbeOutcome.Open,
        };
        Verdict verdict = Seen.In(world).Verdict;
        Diagnosis diagnosis = Assert.Single(verdict.Diagnoses);
        Assert.Equal(("loss", ""), (diagnosis.Fault, diagnosis.Where));
        Assert.Contains("A1", diagnosis.Explains);
    }

    [Theory]
    [InlineData("acl-between-members", ProbeOutcome.FilteredForward, "m04 and m05")]
    [InlineData("acl-one-way", ProbeOutcome.FilteredReturn, "m04 and m05")]
    public void With_loss_everywhere_a_blocked_pair_is_still_a_blocked_pair(string fault, ProbeOutcome outcome, string where)
    {
        World world = World.Healthy(8) with
        {
            Multicast = (_, _) => 0.95,
            Tcp = (a, b) => (a, b) is ("m04", "m05") or ("m05", "m04") ? outcome : (a, b) is ("m07", "m08") ? ProbeOutcome.Filtered : ProbeOutcome.Open,
        };
        Verdict verdict = Seen.In(world).Verdict;
        Assert.Equal(["loss", $"{fault} {where}"], verdict.Diagnoses.Select(d => d.Fault == "loss" ? d.Fault : $"{d.Fault} {d.Where}").OrderDescending());
        Assert.Empty(verdict.Unexplained);
    }

    [Fact]
    public void Large_pings_that_chance_lost_are_no_MTU()
    {
        Seen lossy = Seen.In(World.Healthy(8) with { Multicast = (_, _) => 0.7 }).WithPings(p => p is { From: "m01", To: "m02", Bytes: 1500 } ? p with { Answered = 0 } : p);
        Assert.Equal(CheckOutcome.Fail, lossy.Outcome("P1"));
        Diagnosis diagnosis = Assert.Single(lossy.Verdict.Diagnoses);
        Assert.Equal("loss", diagnosis.Fault);
        Assert.Contains("P1", diagnosis.Explains);
    }

    [Fact]
    public void A_slow_port_is_named_even_where_no_group_goes_anywhere()
    {
        Seen slow = Seen.In(FaultyWorlds.With(World.Healthy(8) with { Unicast = (_, _) => 1 }, "slow-port"));
        Seen deaf = slow.WithStreams(s => s with { Received = 0 });
        Assert.Contains("slow-port, port of m08", deaf.Verdict.Diagnoses.Select(d => $"{d.Fault}, {d.Where}"));
        // Without haste as much is lost: the port is not slow, but bad.
        Assert.DoesNotContain("slow-port", deaf.WithPings(p => p.To == "m08" || p.From == "m08" ? p with { Answered = 0 } : p).Verdict.Diagnoses.Select(d => d.Fault));
    }

    [Fact]
    public void A_port_that_lacks_the_Master_Group_alone_is_named_too()
    {
        Seen deaf = Seen.Healthy().WithStreams(s => s.Group == VsanEmu.Core.Flows.FlowGroup.Master ? s with { Received = 0 } : s);
        Diagnosis diagnosis = Assert.Single(deaf.Verdict.Diagnoses);
        Assert.Equal(("port-not-forwarding-group", "port of m01"), (diagnosis.Fault, diagnosis.Where));
        Assert.Contains("M2", diagnosis.Explains);
    }

    [Theory]
    [InlineData("m03", "", "to m03")]
    [InlineData("", "m03", "from m03")]
    [InlineData("m03", "m03", "at the port of m03")]
    [InlineData("all", "all", "")]
    public void Loss_is_placed(string to, string from, string where)
    {
        World world = World.Healthy(8) with { Multicast = (a, b) => to == "all" || b == to || a == from ? 0.9 : 1 };
        Diagnosis diagnosis = Assert.Single(Seen.In(world).Verdict.Diagnoses);
        Assert.Equal(("loss", where), (diagnosis.Fault, diagnosis.Where));
    }

    [Fact]
    public void Sides_of_three_and_a_cut_off_member_are_both_named()
    {
        string Side(string m) => m == "m08" ? "alone" : m is "m01" or "m02" or "m03" ? "low" : "high";
        Verdict verdict = Seen.In(FaultyWorlds.Cut(World.Healthy(8), (a, b) => Side(a) != Side(b))).Verdict;
        Assert.Equal(["isolated-member at port of m08", "partition at m04 m05 m06 m07 | m01 m02 m03"], verdict.Diagnoses.Select(d => $"{d.Fault} at {d.Where}").Order());
    }

    [Fact]
    public void Of_two_members_the_one_that_hears_no_querier_is_the_one_cut_off()
    {
        World cut = FaultyWorlds.Cut(World.Healthy(2), (_, _) => true);
        Assert.Equal("partition", Seen.In(cut).Verdict.Diagnoses[0].Fault);
        Diagnosis diagnosis = Seen.In(cut with { Queried = m => m == "m01" }).Verdict.Diagnoses[0];
        Assert.Equal(("isolated-member", "port of m02"), (diagnosis.Fault, diagnosis.Where));
    }

    [Fact]
    public void Of_three_members_a_lone_one_is_a_side_when_it_hears_the_querier()
    {
        World cut = FaultyWorlds.Cut(World.Healthy(3), (a, b) => a == "m03" || b == "m03");
        Diagnosis side = Seen.In(cut).Verdict.Diagnoses[0];
        Assert.Equal(("partition", "m01 m02 | m03"), (side.Fault, side.Where));
        Assert.Equal("isolated-member", Seen.In(cut with { Queried = m => m != "m03" }).Verdict.Diagnoses[0].Fault);
    }

    [Fact]
    public void A_query_lost_by_the_way_is_no_missing_querier()
    {
        World world = World.Healthy(8) with { Multicast = (_, _) => 0.95, QueryPeriod = 4 };
        Verdict verdict = Seen.In(world).Verdict;
        Assert.Equal(CheckOutcome.Warn, verdict.Results.Single(r => r.Id == "M5").Outcome);
        Diagnosis diagnosis = Assert.Single(verdict.Diagnoses);
        Assert.Equal("loss", diagnosis.Fault);
        Assert.Contains("M5", diagnosis.Explains);
    }

    [Fact]
    public void A_querier_that_fell_silent_is_missing()
    {
        Diagnosis diagnosis = Assert.Single(Seen.In(World.Healthy(8) with { QueryPeriod = 6 }).Verdict.Diagnoses);
        Assert.Equal("no-querier", diagnosis.Fault);
    }

    [Fact]
    public void A_missing_querier_is_named_before_the_cluster_falls_apart()
    {
        Diagnosis diagnosis = Assert.Single(Seen.In(World.Healthy(8) with { Querier = null }).Verdict.Diagnoses);
        Assert.Equal("no-querier", diagnosis.Fault);
        Assert.Equal(["M5"], diagnosis.Explains);
    }

    [Fact]
    public void A_watch_too_short_for_a_querier_still_names_it_when_no_group_gets_through()
    {
        World world = World.Healthy(8) with { Querier = null, Multicast = (_, _) => 0 };
        Seen seen = Seen.In(world).WithSpec(s => s with { Timers = s.Timers with { QueryInterval = TimeSpan.FromSeconds(125) } });
        Assert.Equal(CheckOutcome.Inconclusive, seen.Outcome("M5"));
        Assert.Equal("no-querier", Assert.Single(seen.Verdict.Diagnoses).Fault);
    }

    [Fact]
    public void What_was_never_tried_is_no_partition()
    {
        Seen nothing = Seen.Healthy(4).WithStreams(_ => null).WithProbes(_ => null).WithViews(v => v with { Opened = [] }).WithPorts(p => p with { Flows = [], Controls = [] });
        Assert.DoesNotContain(nothing.Verdict.Diagnoses, d => d.Fault is "partition" or "isolated-member");
    }

    [Fact]
    public void What_fits_no_rule_is_said_to_be_unexplained()
    {
        Verdict verdict = Seen.Healthy().WithFailover(f => f with { Lost = [Guid.Empty] }).Verdict;
        Assert.Empty(verdict.Diagnoses);
        Assert.Equal(["V2"], verdict.Unexplained);
    }

    [Fact]
    public void The_injected_faults_name_is_never_read()
    {
        // The same observations, whatever they are said to come from: the verdict has no access to anything else.
        Assert.DoesNotContain(typeof(RunObservations).GetProperties().Concat(typeof(ClusterSpec).GetProperties()), p => p.Name.Contains("Fault"));
    }

    private static IEnumerable<string> Failed(Verdict verdict) => verdict.Results.Where(r => r.Outcome == CheckOutcome.Fail).Select(r => r.Id);
}
