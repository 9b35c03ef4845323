using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Probing;

namespace VsanEmu.Core.Tests.Probing;

/// <summary>What each outcome proves, with and without somebody at the address.</summary>
public sealed class BlockedProofTests
{
    private const string There = "198.18.2.2";
    private const string Router = "198.18.1.1";

    private static readonly Presence Somebody = new(PresenceProof.Echo, "it answers ICMP echo");
    private static readonly Presence ByControl = new(PresenceProof.Control, "eth1 finds the port open, before and after");

    public static TheoryData<ProbeOutcome, string, ProbeMethod, WayState, WayState> Outcomes => new()
    {
        // outcome, who answered, how it was tried: with nobody known to be there; with somebody
        { ProbeOutcome.Open, "", ProbeMethod.Connect, WayState.Open, WayState.Open },
        { ProbeOutcome.Filtered, "", ProbeMethod.Connect, WayState.NotProven, WayState.Blocked },
        { ProbeOutcome.Filtered, "", ProbeMethod.Fragments, WayState.NotProven, WayState.Blocked },
        { ProbeOutcome.Filtered, "", ProbeMethod.Ipv6, WayState.NotProven, WayState.Blocked },
        { ProbeOutcome.FilteredForward, "", ProbeMethod.Connect, WayState.NotProven, WayState.Blocked },
        { ProbeOutcome.FilteredReturn, "", ProbeMethod.Connect, WayState.NotProven, WayState.Blocked },
        // A router that gets no ARP answer sends the same: somebody must be known to be there.
        { ProbeOutcome.IcmpOther, Router, ProbeMethod.Connect, WayState.NotProven, WayState.Blocked },
        { ProbeOutcome.IcmpOther, There, ProbeMethod.Connect, WayState.Blocked, WayState.Blocked },
        // Who says that he forbids it has said that he is there.
        { ProbeOutcome.Prohibited, Router, ProbeMethod.Connect, WayState.Blocked, WayState.Blocked },
        { ProbeOutcome.Prohibited, There, ProbeMethod.Connect, WayState.Blocked, WayState.Blocked },
        // Over IPv6 the kernel does not say who.
        { ProbeOutcome.Prohibited, "", ProbeMethod.Ipv6, WayState.NotProven, WayState.Blocked },
        // This machine's own filter says nothing of the fabric.
        { ProbeOutcome.Prohibited, "", ProbeMethod.Connect, WayState.NotProven, WayState.NotProven },
        { ProbeOutcome.Refused, "", ProbeMethod.Connect, WayState.NotProven, WayState.NotProven },
        // A closed port is no filter's.
        { ProbeOutcome.Refused, There, ProbeMethod.Connect, WayState.NotProven, WayState.NotProven },
        { ProbeOutcome.Unreachable, "", ProbeMethod.Connect, WayState.NotProven, WayState.NotProven },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void An_outcome_proves_no_more_than_it_does(ProbeOutcome outcome, string by, ProbeMethod method, WayState alone, WayState withSomebody)
    {
        Assert.Equal(alone, State(Target(Presence.Unknown, Probe(outcome, by, method))));
        Assert.Equal(withSomebody, State(Target(Somebody, Probe(outcome, by, method))));
    }

    [Fact]
    public void A_control_that_finds_the_port_open_makes_a_reset_a_block()
    {
        ProbedTarget target = Target(ByControl, Probe(ProbeOutcome.Refused, There)) with { Controls = [new("eth1", ProbeOutcome.Open), new("eth1", ProbeOutcome.Open)] };
        Assert.Equal(WayState.Blocked, State(target));
    }

    [Theory]
    [InlineData(ProbeOutcome.Filtered, "")]
    [InlineData(ProbeOutcome.Prohibited, Router)]
    [InlineData(ProbeOutcome.IcmpOther, There)]
    public void A_control_that_fails_even_once_leaves_nothing_proven(ProbeOutcome outcome, string by)
    {
        ProbedTarget target = Target(Somebody, Probe(outcome, by)) with { Controls = [new("eth1", ProbeOutcome.Open), new("eth1", ProbeOutcome.Filtered)] };
        (WayState state, string why) = BlockedProof.Of(target, target.Probes[0]);
        Assert.Equal(WayState.NotProven, state);
        Assert.Contains("the control from eth1 does not reach it either", why);
    }

    [Fact]
    public void An_answer_that_the_own_firewall_drops_is_no_block()
    {
        ProbedTarget target = Target(Somebody, Probe(ProbeOutcome.Filtered, "") with { OwnHost = OwnHostDeed.AnswerDropped });
        Assert.Equal(WayState.OpenUpToHere, State(target));
        Assert.Equal(ExitCode.Failed, BlockedProof.Exit([target], WayState.Blocked));
        Assert.Equal(ExitCode.Failed, BlockedProof.Exit([target], WayState.Open));
        Assert.Equal(ExitCode.Passed, BlockedProof.Exit([target], null));
    }

    [Theory]
    [InlineData(OwnHostDeed.Refused, PresenceProof.Neighbour, true, "this host's own firewall refused to send it")]
    [InlineData(OwnHostDeed.Unsent, PresenceProof.Neighbour, true, "never left this host's interface: this host's own firewall holds it back")]
    [InlineData(OwnHostDeed.Unsent, PresenceProof.None, true, "never left this host's interface: no ARP answer")]
    [InlineData(OwnHostDeed.Unsent, PresenceProof.None, false, "no ARP answer from the router, or this host's own firewall holds it back")]
    [InlineData(OwnHostDeed.Unsent, PresenceProof.Control, true, "no ARP answer, or this host's own firewall holds it back")]
    public void What_did_not_leave_proves_nothing(OwnHostDeed deed, PresenceProof by, bool onLink, string expected)
    {
        var presence = by == PresenceProof.None ? Presence.Unknown : new Presence(by, "it is there");
        ProbedTarget target = Target(presence, Probe(deed == OwnHostDeed.Refused ? ProbeOutcome.Refused : ProbeOutcome.Unreachable, "") with { OwnHost = deed }) with { OnLink = onLink };
        (WayState state, string why) = BlockedProof.Of(target, target.Probes[0]);
        Assert.Equal(WayState.NotProven, state);
        Assert.EndsWith(expected, why.Replace(": the fabric was not tried", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_proxy_is_nobody_and_is_named()
    {
        ProbedTarget target = Target(new(PresenceProof.None, "ARP is answered by a proxy"), Probe(ProbeOutcome.Filtered, ""));
        Assert.Equal((WayState.NotProven, $"nobody is known to be at {There}: ARP is answered by a proxy"), BlockedProof.Of(target, target.Probes[0]));
    }

    [Fact]
    public void The_answer_of_a_link_local_address_bears_no_zone()
    {
        ProbedTarget target = Target(Presence.Unknown, Probe(ProbeOutcome.Refused, "fe80::2", ProbeMethod.Ipv6)) with { Address = "fe80::2%eth9" };
        Assert.Contains("closed port", BlockedProof.Of(target, target.Probes[0]).Why);
    }

    [Fact]
    public void The_exit_code_is_the_worst_of_all_ways()
    {
        ProbedTarget open = Target(Somebody, Probe(ProbeOutcome.Open, "")), blocked = Target(Somebody, Probe(ProbeOutcome.Filtered, ""));
        ProbedTarget silent = Target(Presence.Unknown, Probe(ProbeOutcome.Filtered, "")), none = Target(Presence.Unknown) with { NotProbed = "there is no route" };
        Assert.Equal(ExitCode.Passed, BlockedProof.Exit([blocked], WayState.Blocked));
        Assert.Equal(ExitCode.Inconclusive, BlockedProof.Exit([blocked, silent], WayState.Blocked));
        Assert.Equal(ExitCode.Inconclusive, BlockedProof.Exit([blocked, none], WayState.Blocked));
        Assert.Equal(ExitCode.Failed, BlockedProof.Exit([blocked, silent, none, open], WayState.Blocked));
        Assert.Equal(ExitCode.Passed, BlockedProof.Exit([open], WayState.Open));
        Assert.Equal(ExitCode.Inconclusive, BlockedProof.Exit([open, none], WayState.Open));
        Assert.Equal(ExitCode.Failed, BlockedProof.Exit([open, silent], WayState.Open));
        Assert.Equal(ExitCode.Passed, BlockedProof.Exit([open, silent], null));
        Assert.Equal(ExitCode.Inconclusive, BlockedProof.Exit([none], null));
    }

    private static WayState State(ProbedTarget target) => BlockedProof.Of(target, target.Probes[0]).State;

    private static ProbedTarget Target(Presence presence, params ProbeObservation[] probes) => new() { Address = There, Presence = presence, Probes = probes };

    private static ProbeObservation Probe(ProbeOutcome outcome, string by, ProbeMethod method = ProbeMethod.Connect) => new()
    {
        Phase = Phases.Probing,
        From = "here",
        To = There,
        SourcePort = 0,
        DestinationPort = 2233,
        Method = method,
        Outcome = outcome,
        AnsweredBy = by,
        AtNs = 0,
        TookNs = 1,
    };
}
