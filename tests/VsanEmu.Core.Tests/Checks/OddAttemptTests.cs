using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>A5 to A9, P1 and P2: fragments, borrowed addresses, IPv6, groups that outsiders use, idle connections, large packets and round trips.</summary>
public sealed class OddAttemptTests
{
    private static readonly Seen Healthy = Seen.Healthy(4);

    private static Seen With(Func<World, World> change) => Seen.In(change(World.Healthy(4)));

    private static Seen Odd(ProbeMethod method, OutsiderPlace place, ProbeOutcome outcome) =>
        With(w => w with { Odd = (o, _, m) => m == method && o.Place == place ? outcome : ProbeOutcome.FilteredForward });

    [Theory]
    [InlineData(ProbeMethod.Fragments, OutsiderPlace.Segment, ProbeOutcome.Open, CheckOutcome.Fail, "outsider reached 4 members by fragments")]
    [InlineData(ProbeMethod.Fragments, OutsiderPlace.BeyondGateway, ProbeOutcome.FilteredReturn, CheckOutcome.Warn, "the SYN of stranger arrived at 4 members by fragments; no connection came of it")]
    [InlineData(ProbeMethod.Spoofed, OutsiderPlace.Segment, ProbeOutcome.FilteredReturn, CheckOutcome.Warn, "the SYN of outsider arrived at 4 members with a member's address; no connection came of it")]
    [InlineData(ProbeMethod.Spoofed, OutsiderPlace.BeyondGateway, ProbeOutcome.FilteredReturn, CheckOutcome.Fail, "stranger reached 4 members with a member's address")]
    [InlineData(ProbeMethod.Spoofed, OutsiderPlace.Segment, ProbeOutcome.FilteredForward, CheckOutcome.Pass, "8 attempts by fragments, 8 attempts with a member's address on 4 members blocked")]
    [InlineData(ProbeMethod.Fragments, OutsiderPlace.Segment, ProbeOutcome.Filtered, CheckOutcome.Inconclusive, "4 of 8 fragmented attempts were not looked at: outsider to m01, outsider to m02 and 2 more (the captures do not tell how far outsider got (no answer)); else ")]
    [InlineData(ProbeMethod.Fragments, OutsiderPlace.Segment, ProbeOutcome.Unreachable, CheckOutcome.Inconclusive, "4 of 8 fragmented attempts were not looked at: outsider to m01, outsider to m02 and 2 more (outsider has no path to m01 (unreachable: no ARP answer or no route) and 3 more); else ")]
    public void A5_weighs_how_far_a_disguise_got(ProbeMethod method, OutsiderPlace place, ProbeOutcome outcome, CheckOutcome expected, string seen)
    {
        CheckResult result = Odd(method, place, outcome).Check("A5");
        Assert.Equal(expected, result.Outcome);
        Assert.StartsWith(seen, result.Seen);
    }

    [Theory]
    [InlineData(OwnHostDeed.Refused, "the captures do not tell how far outsider got (refused by the source's own firewall)")]
    [InlineData(OwnHostDeed.Unsent, "outsider has no path to m01 (the SYN never left the source's interface: no ARP answer, no route, or its own firewall)")]
    public void A5_leaves_out_what_the_outsiders_own_host_does(OwnHostDeed deed, string doubt)
    {
        CheckResult result = Healthy.WithProbes(p => p is { From: "outsider", Method: ProbeMethod.Fragments } ? p with { Outcome = ProbeOutcome.Unreachable, OwnHost = deed } : p).Check("A5");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.Contains(doubt, result.Seen);
    }

    [Fact]
    public void A5_blocked_proves_nothing_where_no_member_gets_through() =>
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithProbes(p => p.Method == ProbeMethod.Connect ? null : p).WithViews(v => v with { Opened = [] }).Outcome("A5"));

    [Theory]
    [InlineData(ProbeOutcome.Open, CheckOutcome.Fail)]
    [InlineData(ProbeOutcome.FilteredReturn, CheckOutcome.Warn)]
    [InlineData(ProbeOutcome.FilteredForward, CheckOutcome.Pass)]
    [InlineData(ProbeOutcome.Prohibited, CheckOutcome.Pass)]
    [InlineData(ProbeOutcome.Refused, CheckOutcome.Inconclusive)] // by whom, the captures do not tell
    [InlineData(ProbeOutcome.Filtered, CheckOutcome.Inconclusive)]
    [InlineData(ProbeOutcome.Unreachable, CheckOutcome.Skip)]
    public void A8_weighs_how_far_IPv6_got(ProbeOutcome outcome, CheckOutcome expected) => Assert.Equal(expected, With(w => w with { Odd = (_, _, m) => m == ProbeMethod.Ipv6 ? outcome : ProbeOutcome.FilteredForward }).Outcome("A8"));

    [Theory]
    [InlineData(true, CheckOutcome.Fail)] // the member itself refused: nothing stood in the way
    [InlineData(false, CheckOutcome.Pass)] // something on the way did
    public void A8_asks_the_captures_who_refused(bool arrived, CheckOutcome expected)
    {
        FlowSighting syn = Healthy.Run.Ports[0].Flows[0] with { Phase = Phases.Probing, Protocol = 6, Source = "fe80::1", Destination = "fe80::2", SourcePort = 0, DestinationPort = 2233, Packets = 1, Syns = 1 };
        Seen refused = Odd(ProbeMethod.Ipv6, OutsiderPlace.Segment, ProbeOutcome.Refused).WithPorts(p => p.Port switch
        {
            "outsider" => p with { Flows = [.. p.Flows, syn with { Direction = PortDirection.Out }] },
            "m01" or "m02" or "m03" or "m04" when arrived => p with { Flows = [.. p.Flows, syn with { Direction = PortDirection.In }] },
            _ => p,
        });
        Assert.Equal(expected, refused.Outcome("A8"));
    }

    [Fact]
    public void Odd_attempts_do_not_count_for_the_ordinary_checks()
    {
        Seen open = With(w => w with { Odd = (_, _, _) => ProbeOutcome.Open });
        Assert.All((string[])["A1", "A2", "A3", "A4"], id => Assert.Equal(CheckOutcome.Pass, open.Outcome(id)));
        Seen byMembers = Healthy.With(r => r with { Probes = [.. r.Probes, .. r.Probes.Where(p => p.From == "m03").Select(p => p with { Method = ProbeMethod.Ipv6, Outcome = ProbeOutcome.Unreachable })] });
        Assert.Equal("all 12 directions are open", byMembers.Check("A1").Seen);
    }

    [Fact]
    public void A6_and_A7_fail_where_the_segment_is_open_to_all()
    {
        Seen open = With(w => w with { GroupsOpen = true });
        Assert.Equal((CheckOutcome.Fail, "what outsider sent to 224.2.3.5, 224.1.2.3 reached 4 members"), (open.Outcome("A6"), open.Check("A6").Seen));
        Assert.Equal((CheckOutcome.Fail, "outsider joined 224.2.3.5, 224.1.2.3 and got what members send there"), (open.Outcome("A7"), open.Check("A7").Seen));
        // A port that joined is not silent any more, whatever comes there.
        FlowSighting heartbeat = Healthy.Run.Ports[0].Flows[0] with { Phase = Phases.Healed, Direction = PortDirection.In, Destination = "224.2.3.5", Packets = 9 };
        Assert.Equal(CheckOutcome.Pass, open.WithPorts(p => p.Port == "outsider" ? p with { Flows = [.. p.Flows, heartbeat] } : p).Outcome("M4"));
        Assert.Equal(CheckOutcome.Fail, open.WithPorts(p => p.Port == "observer" ? p with { Flows = [.. p.Flows, heartbeat] } : p).Outcome("M4"));
    }

    [Fact]
    public void A6_blocked_means_something_only_where_members_are_heard_on_the_group()
    {
        Assert.Equal((CheckOutcome.Pass, "nothing of outsider, stranger to 224.2.3.5, 224.1.2.3 at any of 4 members, where members' own arrives"), (Healthy.Outcome("A6"), Healthy.Check("A6").Seen));
        Seen dead = Healthy.WithPorts(p => p with { Flows = [.. p.Flows.Where(f => f.Phase != Phases.Probing || f.Direction == PortDirection.Out)] });
        Assert.Equal(CheckOutcome.Inconclusive, dead.Outcome("A6"));
        Assert.Equal(CheckOutcome.Skip, Healthy.WithSpec(s => s with { Outsiders = [] }).Outcome("A6"));
    }

    [Fact]
    public void A7_needs_the_report_and_members_that_got_the_stream()
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("A7"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Outsider ? p with { Memberships = [] } : p).Outcome("A7"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithSightings((_, t, s) => t.Kind == TrialKind.OutsiderJoins && s.Direction == PortDirection.In ? null : s).Outcome("A7"));
    }

    [Fact]
    public void A9_fails_for_a_connection_that_was_forgotten()
    {
        Assert.Equal((CheckOutcome.Pass, "4 connections idle for up to 60.0 s"), (Healthy.Outcome("A9"), Healthy.Check("A9").Seen));
        CheckResult cut = With(w => w with { IdleSurvives = false }).Check("A9");
        Assert.Equal((CheckOutcome.Fail, "4 of 4 connections did not survive 60.0 s: no answer"), (cut.Outcome, cut.Seen));
        Seen never = Healthy.With(r => r with { Idles = [.. r.Idles.Select(i => i with { Survived = false, How = "never opened" })] });
        Assert.Equal(CheckOutcome.Inconclusive, never.Outcome("A9"));
        Assert.Empty(never.Verdict.Diagnoses);
    }

    [Fact]
    public void P1_tells_a_small_MTU_from_a_dead_path()
    {
        Assert.StartsWith("1500 bytes on 12 directions, 36 of 36 answered; in fragments 80 of 80 datagrams on 8 directions", Healthy.Check("P1").Seen);
        CheckResult small = With(w => w with { Mtu = (a, b) => a == "m03" || b == "m03" ? 1400 : 1500 }).Check("P1");
        Assert.Equal((CheckOutcome.Fail, "packets of 1500 bytes: m03 reaches nobody, and nobody reaches it"), (small.Outcome, small.Seen));
        CheckResult dead = With(w => w with { Frames = (a, b) => a != "m03" && b != "m03" }).Check("P1");
        Assert.Equal((CheckOutcome.Fail, "small packets: m03 reaches nobody, and nobody reaches it"), (dead.Outcome, dead.Seen));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPings(p => p.Bytes < 1500 ? p : null).Outcome("P1"));
    }

    [Fact]
    public void P1_says_who_refused_and_at_which_MTU()
    {
        Seen refused = Healthy.WithPings(p => p is { From: "m01", To: "m02", Bytes: 1500 } ? p with { Answered = 0, RefusedMtu = 1400, RefusedBy = "198.18.254.1" } : p);
        Assert.Equal("packets of 1500 bytes: 1 of 12 directions are dead: m01 to m02 (MTU 1400, says gateway)", refused.Check("P1").Seen);
    }

    [Fact]
    public void P2_warns_above_the_threshold_and_names_the_pair()
    {
        Assert.Equal(CheckOutcome.Pass, With(w => w with { RoundTripMs = (_, _) => 5 }).Outcome("P2"));
        CheckResult slow = With(w => w with { RoundTripMs = (a, b) => a == "m01" && b == "m04" ? 5.1 : 0.2 }).Check("P2");
        Assert.Equal(CheckOutcome.Warn, slow.Outcome);
        Assert.StartsWith("1 of 12 directions above 5 ms", slow.Seen);
        Assert.StartsWith("m01 to m04: median 5 ms", Assert.Single(slow.Evidence));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPings(p => p with { Answered = 0 }).Outcome("P2"));
    }

    [Fact]
    public void P3_counts_fast_streams_too()
    {
        CheckResult lossy = With(w => w with { Unicast = (a, b) => b == "m03" ? 0.9 : 1 }).Check("P3");
        Assert.Equal(CheckOutcome.Fail, lossy.Outcome);
        Assert.StartsWith("fast unicast: loss to m03: 3000 of 30000 (10 %", lossy.Seen);
    }
}
