using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>M1 to M4 and P3: delivery, isolation, flooding, and the figures of each direction.</summary>
public sealed class MulticastCheckTests
{
    private static readonly Seen Healthy = Seen.Healthy(8);

    private static readonly string[] All = ["M1", "M2", "M3", "M4", "M5"];

    [Theory]
    [InlineData(199, CheckOutcome.Pass)] // 0.5 %, the threshold
    [InlineData(198, CheckOutcome.Fail)]
    [InlineData(0, CheckOutcome.Fail)]
    public void M1_and_P3_know_the_threshold_on_both_sides(long received, CheckOutcome outcome)
    {
        Seen seen = Healthy.WithStreams(s => s is { From: "m01", To: "m02", Group: FlowGroup.Agent } ? s with { Received = received } : s);
        Assert.Equal(outcome, seen.Outcome("M1"));
        Assert.Equal(received == 0 ? CheckOutcome.Inconclusive : outcome, seen.Outcome("P3"));
        Assert.Equal(CheckOutcome.Pass, seen.Outcome("M2"));
    }

    public static TheoryData<Func<string, string, bool>, string> Patterns => new()
    {
        { (_, _) => true, "nobody hears anybody" },
        { (_, to) => to == "m03", "m03 hears nobody" },
        { (from, _) => from == "m03", "nobody hears m03" },
        { (from, to) => from == "m03" || to == "m03", "m03 hears nobody, and nobody hears it" },
        { (from, to) => (from[^1] + to[^1]) % 2 == 1, "across m01 m03 m05 m07 | m02 m04 m06 m08 nobody hears anybody" },
        { (from, to) => from is "m03" or "m05" && to is "m03" or "m05", "m03 and m05 do not hear each other" },
        { (_, to) => to is "m03" or "m05", "m03, m05 hear nobody" },
        { (from, to) => from == "m03" && to == "m05", "1 of 56 directions are dead: m03 to m05" },
        { (from, to) => from == "m03" && to is "m05" or "m06" or "m07" or "m08", "4 of 56 directions are dead: m03 to m05, m03 to m06 and 2 more" },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void M1_names_who_does_not_hear_whom(Func<string, string, bool> silent, string seen)
    {
        CheckResult result = Healthy.WithStreams(s => s.Group == FlowGroup.Agent && silent(s.From, s.To) ? s with { Received = 0 } : s).Check("M1");
        Assert.Equal((CheckOutcome.Fail, seen), (result.Outcome, result.Seen));
    }

    [Fact]
    public void M1_lists_the_worst_directions_and_counts_the_rest()
    {
        CheckResult result = Healthy.WithStreams(s => s with { Received = s.From == "m02" ? 150 : 160 }).Check("M1");
        Assert.Equal(21, result.Evidence.Count);
        Assert.Equal("m02 to m01: 150 of 200 arrived", result.Evidence[0]);
        Assert.Equal("and 36 more", result.Evidence[^1]);
    }

    [Fact]
    public void M1_expects_nothing_across_a_split_that_the_run_made()
    {
        Seen split = Healthy.WithStreams(s => (s.From[^1] + s.To[^1]) % 2 == 1 ? s with { Received = 0 } : s);
        Assert.Equal(CheckOutcome.Fail, split.Outcome("M1"));
        Dictionary<string, int> sides = Enumerable.Range(1, 8).ToDictionary(i => $"m{i:00}", i => 1 + (i % 2));
        Assert.Equal(CheckOutcome.Pass, split.WithPhases(p => p with { Sides = sides }).Outcome("M1"));
    }

    [Fact]
    public void M1_is_inconclusive_when_a_sender_was_not_measured()
    {
        CheckResult result = Healthy.WithStreams(s => s.From == "m05" ? null : s).Check("M1");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.StartsWith("7 of 56 directions were not looked at: m05 to m01, m05 to m02 and 5 more (no numbered datagrams); else 49 directions, lost 0 of 9800", result.Seen);
        Assert.Equal("m05 to m01: no numbered datagrams", result.Evidence[0]);
    }

    [Fact]
    public void M1_by_heartbeats_alone_can_fail_but_never_pass()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithStreams(_ => null).Outcome("M1"));
        CheckResult deaf = Seen.In(World.Healthy(8) with { Multicast = (_, to) => to == "m03" ? 0 : 1 }).WithStreams(_ => null).Check("M1");
        Assert.Equal((CheckOutcome.Fail, "m03 hears nobody, by heartbeats in the captures"), (deaf.Outcome, deaf.Seen));
    }

    [Fact]
    public void M2_measures_Backup_to_Master_only()
    {
        CheckResult result = Healthy.Check("M2");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        Assert.StartsWith("1 direction, lost 0 of 200", result.Seen);
        CheckResult lost = Healthy.WithStreams(s => s.Group == FlowGroup.Master ? s with { Received = 0 } : s).Check("M2");
        Assert.Equal(CheckOutcome.Fail, lost.Outcome);
        Assert.Equal("m02 to m01: 0 of 200 arrived", Assert.Single(lost.Evidence));
    }

    [Fact]
    public void M2_without_a_Backup_is_inconclusive()
    {
        CheckResult result = Healthy.WithStreams(s => s.Group == FlowGroup.Master ? null : s).Check("M2");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.Contains("no member was Backup", result.Seen);
    }

    [Fact]
    public void M2_in_profile_vsan65_wants_the_Agents_too()
    {
        Seen vsan65 = Healthy.WithSpec(s => s with { Profile = FlowProfile.Vsan65 });
        Assert.Equal(CheckOutcome.Inconclusive, vsan65.Outcome("M2"));
        Assert.Contains("m08 to m01: no numbered datagrams", vsan65.Check("M2").Evidence);
    }

    [Fact]
    public void M3_fails_for_one_Master_Group_packet_at_an_Agent()
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("M3"));
        Seen leaked = Healthy.WithPorts(p => p.Port == "m05" ? p with { Flows = [.. p.Flows, Stray(Phases.Vms, "224.1.2.3")] } : p);
        CheckResult result = leaked.Check("M3");
        Assert.Equal((CheckOutcome.Fail, "1 Master Group packets at m05"), (result.Outcome, result.Seen));
        Assert.Equal("m05: 1 Master Group packets in phase vms, the first is frame 99", Assert.Single(result.Evidence));
        Assert.Equal(CheckOutcome.Pass, leaked.Outcome("M4"));
    }

    [Fact]
    public void M3_forgives_a_port_that_was_Backup_until_its_membership_aged_out()
    {
        // m03 is Backup in after-failover; as an Agent in healed (18 to 20 s) it may still get the group for 2 x 2 s + 1 s after it left.
        static Seen Left(long atNs) => Healthy
            .WithNodes(n => n.Member == "m03" ? n with { Roles = [.. n.Roles.Take(2), new RoleChange(atNs, Role.Agent, new(2), 2, "test")] } : n)
            .WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows.Where(f => f.Phase != Phases.Healed), Stray(Phases.Healed, "224.1.2.3")] } : p);
        Assert.Equal(CheckOutcome.Pass, Left(13_000_000_000).Outcome("M3"));
        Assert.Equal(CheckOutcome.Fail, Left(12_999_999_999).Outcome("M3"));
    }

    [Fact]
    public void M4_fails_for_one_packet_of_either_group_at_the_observer()
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("M4"));
        foreach (string group in (string[])["224.2.3.5", "224.1.2.3"])
            Assert.Equal(CheckOutcome.Fail, Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Flows = [Stray(Phases.Steady, group)] } : p).Outcome("M4"));
    }

    [Fact]
    public void M4_only_warns_while_a_switch_may_still_learn() =>
        Assert.Equal(CheckOutcome.Warn, Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Flows = [Stray(Phases.Forming, "224.2.3.5")] } : p).Outcome("M4"));

    [Fact]
    public void M4_watches_an_outsider_in_the_segment_too_but_not_one_beyond_the_gateway()
    {
        static Seen Leaked(string port) => Healthy.WithPorts(p => p.Port == port ? p with { Flows = [Stray(Phases.Steady, "224.2.3.5")] } : p);
        Assert.Equal(CheckOutcome.Fail, Leaked("outsider").Outcome("M4"));
        Assert.Equal(CheckOutcome.Pass, Leaked("stranger").Outcome("M4"));
    }

    [Fact]
    public void Nothing_arrived_proves_nothing_where_the_capture_was_dead_or_dropped()
    {
        Seen dead = Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Controls = [] } : p);
        Assert.Equal(CheckOutcome.Inconclusive, dead.Outcome("M4"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Dropped = 1 } : p).Outcome("M4"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Port == "m05" ? p with { Dropped = 1 } : p).Outcome("M3"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Member ? p : null).Outcome("M4"));
    }

    [Fact]
    public void Nothing_arrived_proves_nothing_where_nothing_was_sent()
    {
        Seen silent = Healthy.WithPorts(p => p.Kind == PortKind.Member ? p with { Flows = [.. p.Flows.Where(f => f.Destination != "224.1.2.3")] } : p);
        Assert.Equal(CheckOutcome.Inconclusive, silent.Outcome("M3"));
        Assert.Equal(CheckOutcome.Inconclusive, silent.Outcome("M4"));
    }

    [Fact]
    public void M4_without_a_silent_port_in_the_spec_is_skipped() =>
        Assert.Equal(CheckOutcome.Skip, Healthy.WithSpec(s => s with { Observer = null, Outsiders = [.. s.Outsiders.Skip(1)] }).Outcome("M4"));

    [Fact]
    public void A_unicast_profile_has_no_multicast_checks()
    {
        Seen unicast = Healthy.WithSpec(s => s with { Profile = FlowProfile.Vsan66, Channels = s.Channels with { AgentGroup = null, MasterGroup = null } });
        Assert.All(All, id => Assert.Equal(CheckOutcome.Skip, unicast.Outcome(id)));
        // Datagrams to each member take the groups' place in P3.
        Seen copies = unicast.WithStreams(s => s.Group == FlowGroup.Agent ? s with { Group = FlowGroup.None } : null);
        Assert.Equal(CheckOutcome.Pass, copies.Outcome("P3"));
        Assert.Equal(CheckOutcome.Fail, copies.WithStreams(s => s is { From: "m01", To: "m02" } ? s with { Received = 0 } : s).Outcome("P3"));
        Assert.Equal(CheckOutcome.Inconclusive, unicast.WithStreams(_ => null).Outcome("P3"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithStreams(_ => null).Outcome("P3"));
    }

    [Fact]
    public void P3_states_the_confidence()
    {
        Assert.Contains("0 of 200 (95 % confidence: at most 1.88 %)", Healthy.Check("P3").Seen);
        CheckResult lossy = Healthy.WithStreams(s => s is { From: "m01", To: "m02", Group: FlowGroup.Agent } ? s with { Received = 190 } : s).Check("P3");
        Assert.Equal("m01 to m02: lost 10 of 200 (5 %, 95 % confidence 2.74 to 8.96 %)", Assert.Single(lossy.Evidence));
    }

    [Fact]
    public void P3_fails_for_corruption_and_warns_for_duplicates_and_reordering()
    {
        static Seen One(Func<StreamObservation, StreamObservation> change) => Healthy.WithStreams(s => s is { From: "m01", To: "m02", Group: FlowGroup.Agent } ? change(s) : s);
        Assert.Equal(CheckOutcome.Fail, One(s => s with { Corrupt = 1 }).Outcome("P3"));
        Assert.Equal(CheckOutcome.Warn, One(s => s with { Duplicates = 1 }).Outcome("P3"));
        Assert.Equal(CheckOutcome.Warn, One(s => s with { Reordered = 1 }).Outcome("P3"));
    }

    [Fact]
    public void Wilsons_interval_is_that_of_the_tables()
    {
        // Known values: 0 of 10 gives 0 to 27.8 %, 5 of 10 gives 23.7 to 76.3 %, 10 of 10 gives 72.2 to 100 %.
        Assert.Equal((0, 27.75), Rounded(0, 10));
        Assert.Equal((23.66, 76.34), Rounded(5, 10));
        Assert.Equal((72.25, 100), Rounded(10, 10));
        Assert.Equal((0, 100), Rounded(0, 0));

        static (double, double) Rounded(long hits, long total)
        {
            (double low, double high) = new VsanEmu.Core.Checks.Analysis.Proportion(hits, total).Interval95;
            return (Math.Round(low, 2), Math.Round(high, 2));
        }
    }

    private static FlowSighting Stray(string phase, string group) => Healthy.Run.Ports[0].Flows[0] with
    {
        Phase = phase,
        Direction = PortDirection.In,
        Destination = group,
        Packets = 1,
        FirstFrame = 99,
    };
}
