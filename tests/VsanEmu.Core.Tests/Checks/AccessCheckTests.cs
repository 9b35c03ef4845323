using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>A1 to A4: who gets through to TCP 2233, and what a "blocked" is worth.</summary>
public sealed class AccessCheckTests
{
    private static readonly Seen Healthy = Seen.Healthy(4);

    [Theory]
    [InlineData(ProbeOutcome.FilteredForward, "no answer, the SYN did not arrive")]
    [InlineData(ProbeOutcome.FilteredReturn, "no answer, though the SYN arrived")]
    [InlineData(ProbeOutcome.Refused, "refused by 198.18.0.4")]
    [InlineData(ProbeOutcome.Prohibited, "prohibited by 198.18.0.4")]
    [InlineData(ProbeOutcome.Unreachable, "unreachable: no ARP answer or no route")]
    public void A1_fails_for_one_direction_and_says_how(ProbeOutcome outcome, string how)
    {
        Assert.Equal("all 12 directions are open", Healthy.Check("A1").Seen);
        string by = outcome is ProbeOutcome.Refused or ProbeOutcome.Prohibited ? "198.18.0.4" : "";
        CheckResult result = Healthy.WithProbes(p => p is { From: "m03", To: "m04" } ? p with { Outcome = outcome, AnsweredBy = by } : p).Check("A1");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.StartsWith("1 of 12 directions are dead: m03 to m04", result.Seen);
        Assert.Equal($"m03 to m04: {how}", Assert.Single(result.Evidence));
    }

    [Fact]
    public void A1_takes_an_open_connection_for_a_probe()
    {
        Assert.DoesNotContain(Healthy.Run.Probes, p => p is { From: "m01", To: "m04" });
        CheckResult result = Healthy.WithViews(v => v.Member == "m01" ? v with { Opened = [] } : v).Check("A1");
        Assert.Equal((CheckOutcome.Inconclusive, "3 of 12 directions were not looked at: m01 to m02, m01 to m03, m01 to m04 (no probe and no connection); else all 9 directions are open"), (result.Outcome, result.Seen));
    }

    [Fact]
    public void A1_one_success_does_not_undo_what_failed()
    {
        static CheckResult Failed(int times) => Healthy.With(r => r with
        {
            Probes = [.. Enumerable.Repeat(r.Probes.First(p => p is { From: "m03", To: "m04" }) with { Outcome = ProbeOutcome.FilteredForward }, times), .. r.Probes],
        }).Check("A1");
        Assert.Equal((CheckOutcome.Warn, "all 12 directions open, but 1 not every time: m03 to m04"), (Failed(1).Outcome, Failed(1).Seen));
        Assert.Equal("m03 to m04, 1 of 2 attempts failed", Assert.Single(Failed(1).Evidence));
        Assert.Equal(CheckOutcome.Fail, Failed(19).Outcome);
        Assert.Equal("m03 to m04: no answer, the SYN did not arrive, 19 of 20 attempts failed", Assert.Single(Failed(19).Evidence));
    }

    [Theory]
    [InlineData(true, "no answer, though the SYN arrived")]
    [InlineData(false, "no answer, the SYN did not arrive")]
    public void A1_asks_the_targets_capture_where_a_SYN_went(bool arrived, string how)
    {
        Seen seen = Healthy.WithProbes(p => p is { From: "m03", To: "m04" } ? p with { Outcome = ProbeOutcome.Filtered } : p);
        if (arrived) seen = seen.WithPorts(p => p.Port == "m04" ? p with { Flows = [.. p.Flows, Syn("198.18.0.3", "198.18.0.4", 0)] } : p);
        Assert.Equal($"m03 to m04: {how}", Assert.Single(seen.Check("A1").Evidence));
    }

    [Fact]
    public void A1_is_inconclusive_when_nobody_tried()
    {
        Seen none = Healthy.WithProbes(_ => null).WithViews(v => v with { Opened = [] });
        Assert.Equal((CheckOutcome.Inconclusive, "no member tried another"), (none.Outcome("A1"), none.Check("A1").Seen));
    }

    [Fact]
    public void A1_warns_where_tcp_opens_and_nothing_is_answered()
    {
        FlowSighting synAck = Syn("198.18.0.4", "198.18.0.3", 2233) with { DestinationPort = 0, Syns = 0, SynAcks = 1 };
        Seen mute = Healthy.WithProbes(p => p is { From: "m03", To: "m04" } ? p with { Outcome = ProbeOutcome.Filtered } : p);
        Seen answered = mute.WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows, synAck] } : p);
        Assert.Equal(CheckOutcome.Fail, mute.Outcome("A1"));
        Assert.Equal((CheckOutcome.Warn, "all 12 directions open, but on 1 no answer to the first question came in time: m03 to m04"), (answered.Outcome("A1"), answered.Check("A1").Seen));
    }

    // Who is blocked how, whether the target's capture saw the SYN, and what that is worth.
    [Theory]
    [InlineData(ProbeOutcome.Open, true, CheckOutcome.Fail)]
    [InlineData(ProbeOutcome.FilteredForward, false, CheckOutcome.Pass)]
    [InlineData(ProbeOutcome.Prohibited, false, CheckOutcome.Warn)] // blocked, but a scanner is told so
    [InlineData(ProbeOutcome.FilteredReturn, true, CheckOutcome.Warn)]
    [InlineData(ProbeOutcome.Filtered, false, CheckOutcome.Pass)]
    [InlineData(ProbeOutcome.Filtered, true, CheckOutcome.Warn)]
    [InlineData(ProbeOutcome.Refused, false, CheckOutcome.Warn)] // something on the way sent the RST
    [InlineData(ProbeOutcome.Refused, true, CheckOutcome.Fail)] // the member itself did: nothing stood in the way
    [InlineData(ProbeOutcome.Unreachable, false, CheckOutcome.Inconclusive)]
    [InlineData(ProbeOutcome.IcmpOther, false, CheckOutcome.Inconclusive)]
    public void A2_weighs_how_an_attempt_ended(ProbeOutcome outcome, bool synArrived, CheckOutcome expected)
    {
        Seen seen = Healthy.WithProbes(p => p is { From: "outsider", To: "m03", SourcePort: 0 } ? p with { Outcome = outcome } : p);
        if (synArrived) seen = seen.WithPorts(p => p.Port == "m03" ? p with { Flows = [.. p.Flows, Syn("198.18.1.1", "198.18.0.3", 0)] } : p);
        Assert.Equal(expected, seen.Outcome("A2"));
        Assert.Equal(CheckOutcome.Pass, seen.Outcome("A3"));
        Assert.Equal(CheckOutcome.Pass, seen.Outcome("A4"));
    }

    // The outsider's own firewall is no access list.
    [Theory]
    [InlineData(ProbeOutcome.FilteredReturn, OwnHostDeed.AnswerDropped, CheckOutcome.Fail, "outsider reached 1 member: m03")]
    [InlineData(ProbeOutcome.FilteredForward, OwnHostDeed.AnswerDropped, CheckOutcome.Fail, "outsider reached 1 member: m03")]
    [InlineData(ProbeOutcome.Refused, OwnHostDeed.Refused, CheckOutcome.Inconclusive, "refused by the source's own firewall")]
    [InlineData(ProbeOutcome.Prohibited, OwnHostDeed.Refused, CheckOutcome.Inconclusive, "refused by the source's own firewall")]
    [InlineData(ProbeOutcome.Unreachable, OwnHostDeed.Unsent, CheckOutcome.Inconclusive, "the SYN never left the source's interface: no ARP answer, no route, or its own firewall")]
    public void A2_and_A4_leave_out_what_the_outsiders_own_host_does(ProbeOutcome outcome, OwnHostDeed deed, CheckOutcome expected, string how)
    {
        foreach ((string check, int port) in new[] { ("A2", 0), ("A4", 2233) })
        {
            CheckResult result = Healthy.WithProbes(p => p is { From: "outsider", To: "m03", Method: ProbeMethod.Connect } && p.SourcePort == port ? p with { Outcome = outcome, OwnHost = deed } : p).Check(check);
            Assert.Equal(expected, result.Outcome);
            Assert.Contains(how, string.Join('\n', [result.Seen, .. result.Evidence]));
        }
    }

    [Fact]
    public void Each_place_and_port_has_its_own_check()
    {
        static Seen Open(string from, int port) => Healthy.WithProbes(p => p.From == from && p.To == "m02" && p.SourcePort == port && p.Method == ProbeMethod.Connect ? p with { Outcome = ProbeOutcome.Open } : p);
        Assert.Equal("outsider reached 1 member: m02", Open("outsider", 0).Check("A2").Seen);
        Assert.Equal(["A2"], Failed(Open("outsider", 0)));
        Assert.Equal(["A3"], Failed(Open("stranger", 0)));
        Assert.Equal(["A4"], Failed(Open("outsider", 2233)));
        Assert.Equal(["A4"], Failed(Open("stranger", 2233)));
    }

    [Fact]
    public void Blocked_proves_nothing_where_no_member_got_through_to_the_same_target()
    {
        // Nobody reaches m04: neither outsiders nor members, so the access list was not what stopped the outsiders.
        Seen seen = Seen.In(World.Healthy(4) with { Tcp = (_, to) => to == "m04" ? ProbeOutcome.FilteredForward : ProbeOutcome.Open });
        foreach (string id in (string[])["A2", "A3"])
        {
            CheckResult result = seen.Check(id);
            Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
            Assert.Matches("^1 of 4 attempts was not looked at: (outsider|stranger) to m04 \\(no member reached m04", result.Seen);
        }

        Assert.Equal(CheckOutcome.Inconclusive, seen.Outcome("A4"));
    }

    [Fact]
    public void The_member_must_have_got_through_in_the_same_phase() =>
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithProbes(p => p.From == "outsider" ? p with { Phase = Phases.Forming } : p)
            .WithPhases(p => p.Name == Phases.Forming ? p with { Views = [] } : p).Outcome("A2"));

    [Fact]
    public void A_target_that_was_not_tried_is_inconclusive()
    {
        CheckResult result = Healthy.WithProbes(p => p is { From: "stranger", To: "m02" } ? null : p).Check("A3");
        Assert.Equal((CheckOutcome.Inconclusive, "1 of 4 attempts was not looked at: stranger to m02 (m02 was not tried by stranger); else 3 attempts on 3 members blocked: no answer, the SYN did not arrive (3)"), (result.Outcome, result.Seen));
    }

    [Fact]
    public void A_spec_without_outsiders_skips()
    {
        Seen none = Healthy.WithSpec(s => s with { Outsiders = [] });
        Assert.All((string[])["A2", "A3", "A4"], id => Assert.Equal(CheckOutcome.Skip, none.Outcome(id)));
        Seen segmentOnly = Healthy.WithSpec(s => s with { Outsiders = [.. s.Outsiders.Where(o => o.Place == OutsiderPlace.Segment)] });
        Assert.Equal(CheckOutcome.Pass, segmentOnly.Outcome("A2"));
        Assert.Equal(CheckOutcome.Skip, segmentOnly.Outcome("A3"));
        Assert.Equal(CheckOutcome.Pass, segmentOnly.Outcome("A4"));
    }

    private static IEnumerable<string> Failed(Seen seen) => seen.Verdict.Results.Where(r => r.Outcome == CheckOutcome.Fail).Select(r => r.Id);

    private static FlowSighting Syn(string from, string to, int sourcePort) => Healthy.Run.Ports[0].Flows[0] with
    {
        Phase = Phases.Probing,
        Direction = PortDirection.In,
        Protocol = 6,
        Source = from,
        SourcePort = sourcePort,
        Destination = to,
        DestinationPort = 2233,
        Packets = 1,
        Syns = 1,
    };
}
