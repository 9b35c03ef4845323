using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>F3 over all of a member's IP: what the cluster's ports do not have.</summary>
public sealed class OtherFlowTests
{
    private const string M3 = "198.18.0.3";
    private const string M4 = "198.18.0.4";
    private const string Stranger = "198.18.7.7";
    private const string Link3 = "fe80::3";

    private static readonly Seen Healthy = Seen.Healthy();

    public static TheoryData<string, OtherSighting> Strays => new()
    {
        { "UDP m03 to m04:9999", Udp(M3, M4, 9999) },
        { "UDP m03 to 224.9.9.9:9998", Udp(M3, "224.9.9.9", 9998) },
        { "TCP m03 to 198.18.7.7:445", Other(6, M3, 0, Stranger, 445) },
        { "TCP m03 to outsider:445", Other(6, M3, 0, "198.18.1.1", 445) },
        { "TCP outsider to m03:445", Other(6, "198.18.1.1", 0, M3, 445) with { Direction = PortDirection.In } },
        { "UDP 198.18.7.7 to 224.2.3.5:9999", Udp(Stranger, "224.2.3.5", 9999) with { Direction = PortDirection.In } },
        { "IP protocol 132 m03 to m04", Other(132, M3, 0, M4, 0) },
        { "ICMP type 8 m03 to 198.18.7.7", Other(1, M3, 0, Stranger, 0) with { Type = 8 } },
        { "ICMP type 13 m03 to m04", Other(1, M3, 0, M4, 0) with { Type = 13 } },
        { "UDP m03 [fe80::3] to [ff05::9]:9999", Udp(Link3, "ff05::9", 9999) },
        { "ICMPv6 type 128 m03 [fe80::3] to [fe80::4]", Other(58, Link3, 0, "fe80::4", 0) with { Type = 128 } },
        { "UDP m03:5353 to m04:5353", Other(17, M3, 5353, M4, 5353) },
    };

    [Theory]
    [MemberData(nameof(Strays))]
    public void A_stray_is_named(string flow, OtherSighting stray)
    {
        CheckResult result = At("m03", stray).Check("F3");
        Assert.Equal((CheckOutcome.Fail, $"1 flow outside the matrix: {flow}"), (result.Outcome, result.Seen));
        Assert.Equal($"steady: {flow}, 3 packets, the first is frame 99 at m03", Assert.Single(result.Evidence));
    }

    [Fact]
    public void Each_of_several_is_named_once_however_often_and_wherever_it_was_seen()
    {
        OtherSighting[] sent = [Udp(M3, M4, 9999), Udp(M3, "224.9.9.9", 9998), Other(6, M3, 0, M4, 445)];
        Seen seen = At("m03", [.. sent, .. sent.Select(s => s with { Phase = Phases.Vms })]);
        seen = seen.WithPorts(p => p.Port == "m04" ? p with { Others = [sent[0] with { Direction = PortDirection.In }] } : p);
        CheckResult result = seen.Check("F3");
        Assert.Equal("3 flows outside the matrix: UDP m03 to m04:9999, UDP m03 to 224.9.9.9:9998, TCP m03 to m04:445", result.Seen);
        Assert.Equal(["steady", "steady", "steady", "vms", "vms", "vms"], result.Evidence.Select(e => e.Split(':')[0]));
    }

    public static TheoryData<string, OtherSighting> Known => new()
    {
        { "a ping among members", Other(1, M3, 0, M4, 0) with { Type = 8 } },
        { "its answer", Other(1, M4, 0, M3, 0) with { Type = 0, Direction = PortDirection.In } },
        { "a later fragment of one", Other(1, M3, 0, M4, 0) },
        { "a kernel's refusal", Other(1, M3, 0, Stranger, 0) with { Type = 3 } },
        { "a router solicitation", Other(58, Link3, 0, "ff02::2", 0) with { Type = 133 } },
        { "a listener report", Other(58, "::", 0, "ff02::16", 0) with { Type = 143 } },
        { "a neighbour solicitation", Other(58, Link3, 0, "ff02::1:ff00:4", 0) with { Type = 135 } },
        { "what concerns no member", Udp(Stranger, "198.18.8.8", 9999) with { Direction = PortDirection.In } },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void What_the_run_and_kernels_cause_is_none(string what, OtherSighting known)
    {
        CheckResult result = At("m03", known).Check("F3");
        Assert.True(result.Outcome == CheckOutcome.Pass && result.Evidence.Count == 0, $"{what}: {result.Seen}");
    }

    public static TheoryData<string, OtherSighting> Chatter => new()
    {
        { "mDNS, a host's own chatter: 3 packets from m03", Other(17, M3, 5353, "224.0.0.251", 5353) },
        { "mDNS, a host's own chatter: 3 packets from m03", Other(17, Link3, 5353, "ff02::fb", 5353) },
        { "DHCP, a host's own chatter: 3 packets from m03", Other(17, "0.0.0.0", 68, "255.255.255.255", 67) },
        { "198.18.0.77, which is no member's address: 3 packets from m03", Other(6, "198.18.0.77", 22, Stranger, 0) },
    };

    [Theory]
    [MemberData(nameof(Chatter))]
    public void A_real_hosts_chatter_is_told_and_fails_nothing(string said, OtherSighting chatter)
    {
        CheckResult result = At("m03", chatter).Check("F3");
        Assert.Equal((CheckOutcome.Pass, $"left out: {said}"), (result.Outcome, Assert.Single(result.Evidence)));
        Assert.EndsWith($"; left out: {said}", result.Seen);
    }

    [Fact]
    public void Other_vlans_are_told_with_their_ports_and_are_not_among_the_frames()
    {
        CheckResult result = Healthy.WithPorts(p => p.Port is "m03" or "observer"
            ? p with { Vlans = [new(20, PortDirection.In, 10, 2, 1, 2, 3), new(20, PortDirection.Out, 1, 0, 1, 2, 3)] } : p).Check("F3");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        Assert.StartsWith($"all of {(Healthy.Run.Ports.Count * 1000) - 22} frames", result.Seen);
        Assert.Equal("left out: VLAN 20: 22 frames (4 IGMP queries) at m03, observer", Assert.Single(result.Evidence));
    }

    [Fact]
    public void What_was_not_looked_at_is_said()
    {
        CheckResult lost = Healthy.WithPorts(p => p.Port == "m03" ? p with { OthersLost = 12 } : p).Check("F3");
        Assert.Equal((CheckOutcome.Inconclusive, "m03: 12 frames that no port of the cluster has came too fast, or in too many flows, to be looked at"), (lost.Outcome, Assert.Single(lost.Evidence)));
        CheckResult unread = Healthy.WithPorts(p => p.Port == "m03" ? p with { Undecoded = 1 } : p).Check("F3");
        Assert.Equal((CheckOutcome.Inconclusive, "m03: 1 frame could not be read"), (unread.Outcome, Assert.Single(unread.Evidence)));
        CheckResult both = At("m03", Udp(M3, M4, 9999)).WithPorts(p => p.Port == "m05" ? p with { OthersLost = 1 } : p).Check("F3");
        Assert.Equal((CheckOutcome.Fail, 2), (both.Outcome, both.Evidence.Count));
    }

    [Theory]
    [InlineData("224.9.9.9", true)]
    [InlineData("224.0.0.251", false)]
    [InlineData("239.255.42.1", false)] // the first trial's
    public void A_membership_that_nothing_in_the_run_has_is_a_stray(string group, bool stray)
    {
        MembershipSighting report = Healthy.Run.Ports[1].Memberships[0] with { Phase = Phases.Steady, Source = M3, Group = group, Direction = PortDirection.Out, Leave = false, Count = 2 };
        CheckResult result = Healthy.WithPorts(p => p.Port == "m03" ? p with { Memberships = [.. p.Memberships, report] } : p).Check("F3");
        Assert.Equal(stray ? CheckOutcome.Fail : CheckOutcome.Pass, result.Outcome);
        if (stray) Assert.Equal($"steady: IGMP report of m03 for {group}, 2 packets, at m03", Assert.Single(result.Evidence));
    }

    [Fact]
    public void Fragments_of_what_is_known_are_none()
    {
        Assert.Equal(CheckOutcome.Pass, Flow("m04", Fragments(PortDirection.In, 5, 5)).Outcome("F3"));
        Assert.Equal(CheckOutcome.Fail, Flow("m04", Fragments(PortDirection.In, 5, 4)).Outcome("F3"));
        // The first one was lost on the way, or came last: at the port that they left all are known.
        Assert.Equal(CheckOutcome.Pass, Flow("m04", Fragments(PortDirection.In, 5, 0), ("m03", Fragments(PortDirection.Out, 9, 9))).Outcome("F3"));
        Assert.Equal(CheckOutcome.Fail, Flow("m04", Fragments(PortDirection.In, 5, 0), ("m03", Fragments(PortDirection.Out, 9, 8))).Outcome("F3"));
    }

    [Fact]
    public void Over_ipv6_the_clusters_ports_are_a_members_by_its_port_and_an_outsiders_by_its_own()
    {
        FlowSighting from3 = Flow(PortDirection.Out, Link3, "fe80::9", 0, 2233);
        Assert.Equal("1 flow outside the matrix: TCP m03 [fe80::3] to [fe80::9]:2233", Flow("m03", from3).Check("F3").Seen);
        // A8's attempt, refused.
        FlowSighting attempt = Flow(PortDirection.In, "fe80::a", Link3, 0, 2233), refusal = Flow(PortDirection.Out, Link3, "fe80::a", 2233, 0);
        Assert.Equal(CheckOutcome.Fail, Flow("m03", attempt, ("m03", refusal)).Outcome("F3"));
        Assert.Equal(CheckOutcome.Pass, Flow("m03", attempt, ("m03", refusal), ("outsider", attempt with { Direction = PortDirection.Out })).Outcome("F3"));
    }

    private static Seen At(string port, params OtherSighting[] others) => Healthy.WithPorts(p => p.Port == port ? p with { Others = others } : p);

    private static Seen Flow(string port, FlowSighting flow, params (string Port, FlowSighting Flow)[] more) =>
        more.Append((port, flow)).Aggregate(Healthy, (seen, f) => seen.WithPorts(p => p.Port == f.Item1 ? p with { Flows = [.. p.Flows, f.Item2] } : p));

    private static FlowSighting Fragments(PortDirection direction, long packets, long continued) =>
        Flow(direction, M3, M4, 0, 0) with { Protocol = 17, Packets = packets, Continued = continued };

    private static FlowSighting Flow(PortDirection direction, string from, string to, int fromPort, int toPort) => Healthy.Run.Ports[0].Flows[0] with
    {
        Phase = Phases.Steady,
        Direction = direction,
        Protocol = 6,
        Source = from,
        SourcePort = fromPort,
        Destination = to,
        DestinationPort = toPort,
        Packets = 3,
    };

    private static OtherSighting Udp(string from, string to, int port) => Other(17, from, 0, to, port);

    private static OtherSighting Other(byte protocol, string from, int fromPort, string to, int toPort) => new()
    {
        Phase = Phases.Steady,
        Direction = PortDirection.Out,
        Protocol = protocol,
        Source = from,
        SourcePort = fromPort,
        Destination = to,
        DestinationPort = toPort,
        Packets = 3,
        Bytes = 300,
        FirstNs = 1,
        LastNs = 2,
        FirstFrame = 99,
    };
}
