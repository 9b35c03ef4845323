using System.Net;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>M9 to M16 and M18: what a switch makes of groups, and how they were chosen.</summary>
public sealed class GroupForwardingTests
{
    private static readonly Seen Healthy = Seen.Healthy(4);

    private static Seen On(Func<WorldSwitch, WorldSwitch> change) => Seen.In(World.Healthy(4) with { Switch = change(new WorldSwitch()) });

    [Fact]
    public void M9_tells_forwarding_by_IP_from_forwarding_by_MAC()
    {
        Assert.Equal((CheckOutcome.Pass, "1 alias: nothing at m02, which joined the group with the same MAC address"), (Healthy.Outcome("M9"), Healthy.Check("M9").Seen));
        CheckResult result = On(s => s with { ForwardsByMac = true }).Check("M9");
        Assert.Equal(CheckOutcome.Warn, result.Outcome);
        Assert.StartsWith("forwarded by MAC address: 239.255.42.", result.Seen);
        Assert.Contains("225.2.3.5", result.Remedy);
        Assert.Equal(CheckOutcome.Skip, On(s => s with { FloodsUnknown = true }).Outcome("M9"));
    }

    [Fact]
    public void M9_finds_who_joined_instead_by_its_reports()
    {
        Seen untold = On(s => s with { ForwardsByMac = true }).WithTrials(t => t.Kind == TrialKind.MacAlias ? t with { Joined = [], JoinedInstead = "224.2.3.5" } : t);
        Assert.Equal(CheckOutcome.Warn, untold.Outcome("M9"));
    }

    [Theory]
    [InlineData(8, false, CheckOutcome.Pass, "8 groups at a time, each where it was joined and nowhere else")]
    [InlineData(5, false, CheckOutcome.Fail, "3 of 8 joined groups do not arrive; 5 do")]
    [InlineData(5, true, CheckOutcome.Fail, "3 of 8 joined groups are flooded to m03, m04, observer, outsider")]
    [InlineData(0, false, CheckOutcome.Fail, "8 of 8 joined groups do not arrive")]
    public void M10_counts_the_groups_that_fit(int limit, bool floods, CheckOutcome outcome, string seen)
    {
        CheckResult result = On(s => s with { GroupLimit = limit, FloodsBeyondLimit = floods }).Check("M10");
        Assert.Equal((outcome, seen), (result.Outcome, result.Seen));
    }

    [Fact]
    public void A_trial_of_which_the_senders_kernel_refused_a_datagram_is_judged_by_the_others_and_says_so()
    {
        Seen refused = On(s => s with { FloodsUnknown = true }).WithTrials(t => t with { Sent = t.Sent - 1, Refused = 1, Refusal = "Operation not permitted" })
            .WithSightings((_, _, s) => s with { Packets = s.Packets - 1 });
        Assert.Equal(CheckOutcome.Warn, refused.Outcome("M11"));
        Assert.Matches(@"; 1 of \d+ not sent: Operation not permitted\)", refused.Check("M11").Evidence[0]);
        Assert.Equal(CheckOutcome.Pass, Healthy.WithTrials(t => t with { Refused = 1, Refusal = "x" }).Outcome("M10"));
    }

    [Fact]
    public void M10_does_not_pass_when_some_groups_could_not_be_tried()
    {
        Seen refused = Healthy.WithTrials(t => t is { Kind: TrialKind.Capacity, Round: > 6 } ? t with { Error = "No buffer space available" } : t);
        CheckResult result = refused.Check("M10");
        Assert.Equal(CheckOutcome.Inconclusive, result.Outcome);
        Assert.StartsWith("2 of 8 streams were not looked at: ", result.Seen);
        Assert.EndsWith("(No buffer space available); else 6 groups at a time, each where it was joined and nowhere else", result.Seen);
        Seen dropped = On(s => s with { GroupLimit = 5 }).WithPorts(p => p.Port == "m02" ? p with { Dropped = 1 } : p);
        Assert.Equal(CheckOutcome.Inconclusive, dropped.Outcome("M10"));
    }

    [Fact]
    public void M11_warns_of_what_RFC_4541_permits()
    {
        Assert.Equal("1 group that nobody joined: nothing at m02, m03, m04, observer, outsider", Healthy.Check("M11").Seen);
        Seen flooding = On(s => s with { FloodsUnknown = true });
        Assert.Equal((CheckOutcome.Warn, "flooded to m02, m03, m04, observer, outsider"), (flooding.Outcome("M11"), flooding.Check("M11").Seen));
        // The cluster's own groups are joined: their flooding is M4's.
        Assert.Equal(CheckOutcome.Pass, flooding.Outcome("M4"));
        Assert.Equal(ExitCode.Passed, flooding.Verdict.ExitCode);
        Assert.Empty(flooding.Verdict.Diagnoses);
    }

    [Fact]
    public void M12_wants_link_local_groups_everywhere()
    {
        Assert.Equal((CheckOutcome.Pass, "224.0.0.254 arrived at all of 5 ports"), (Healthy.Outcome("M12"), Healthy.Check("M12").Seen));
        Assert.Equal("224.0.0.254 did not arrive at m02, m03, m04, observer, outsider", On(s => s with { PrunesLinkLocal = true }).Check("M12").Seen);
        Seen one = Healthy.WithSightings((port, t, s) => t.Kind == TrialKind.LinkLocal && port == "m03" ? null : s);
        Assert.Equal(CheckOutcome.Fail, one.Outcome("M12"));
        Assert.Equal(CheckOutcome.Inconclusive, one.WithPorts(p => p.Port == "m03" ? p with { Dropped = 1 } : p).Outcome("M12"));
    }

    [Theory]
    [InlineData(2, "nothing at m04, joined by IGMPv3")]
    [InlineData(3, "nothing at m02, joined by IGMPv2")]
    public void M13_names_the_version_that_is_not_understood(int understood, string seen)
    {
        CheckResult result = On(s => s with { Understands = [understood] }).Check("M13");
        Assert.Equal((CheckOutcome.Fail, seen), (result.Outcome, result.Seen));
    }

    [Fact]
    public void M13_needs_both_versions_on_the_wire()
    {
        Assert.Equal((CheckOutcome.Pass, "both arrive: m02 v2, m04 v3"), (Healthy.Outcome("M13"), Healthy.Check("M13").Seen));
        Seen same = Healthy.WithPorts(p => p with { Memberships = [.. p.Memberships.Select(m => m with { Version = 3 })] });
        Assert.Equal((CheckOutcome.Inconclusive, "reports of version 3 only were captured, so no mix was tried"), (same.Outcome("M13"), same.Check("M13").Seen));
    }

    [Fact]
    public void M14_sees_routers_on_the_way()
    {
        Assert.Equal((CheckOutcome.Pass, "TTL 1, 5, 64 arrive as sent"), (Healthy.Outcome("M14"), Healthy.Check("M14").Seen));
        CheckResult one = On(s => s with { Hops = 1 }).Check("M14");
        Assert.Equal((CheckOutcome.Warn, "TTL 1 does not arrive at m02; 5, 64 does"), (one.Outcome, one.Seen));
        CheckResult lowered = On(s => s with { Hops = 1 }).WithTrials(t => t is { Kind: TrialKind.Ttl, Ttl: 1 } ? null : t).WithPorts(p => p with { Trials = [.. p.Trials] }).Check("M14");
        Assert.Equal((CheckOutcome.Warn, "it arrives at m02 lower than it was sent, by up to 1"), (lowered.Outcome, lowered.Seen));
    }

    [Fact]
    public void M14_fails_when_the_clusters_own_TTL_does_not_survive()
    {
        Assert.Equal(CheckOutcome.Fail, On(s => s with { Hops = 5 }).Outcome("M14"));
        Assert.Equal(CheckOutcome.Fail, On(s => s with { Hops = 64 }).Outcome("M14"));
        Seen dropped = On(s => s with { Hops = 64 }).WithPorts(p => p.Port == "m02" ? p with { Dropped = 1 } : p);
        Assert.Equal(CheckOutcome.Inconclusive, dropped.Outcome("M14"));
    }

    [Theory]
    [InlineData(3, CheckOutcome.Warn)]
    [InlineData(2, CheckOutcome.Fail)] // a host that hears another's keeps its own back
    public void M15_weighs_a_leaked_report_by_its_version(int version, CheckOutcome outcome)
    {
        MembershipSighting leak = Healthy.Run.Ports[0].Memberships[0] with { Direction = PortDirection.In, Version = version };
        Seen leaked = Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Memberships = [leak] } : p);
        CheckResult result = leaked.Check("M15");
        Assert.Equal((outcome, $"1 report of m01 at observer, IGMPv{version}"), (result.Outcome, result.Seen));
    }

    [Fact]
    public void M15_leaves_the_switchs_own_reports_alone_and_proves_the_absence()
    {
        MembershipSighting own = Healthy.Run.Ports[0].Memberships[0] with { Direction = PortDirection.In, Source = "198.18.255.254", Group = "224.0.0.106" };
        Assert.Equal(CheckOutcome.Pass, Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Memberships = [own] } : p).Outcome("M15"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p.Kind == PortKind.Observer ? p with { Dropped = 1 } : p).Outcome("M15"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPorts(p => p with { Memberships = [] }).Outcome("M15"));
        Assert.Equal(CheckOutcome.Skip, Healthy.WithSpec(s => s with { Observer = null, Outsiders = [] }).Outcome("M15"));
    }

    [Fact]
    public void M16_warns_of_a_switch_that_believes_broken_reports()
    {
        Assert.Equal((CheckOutcome.Pass, "1 broken report: nothing at m02"), (Healthy.Outcome("M16"), Healthy.Check("M16").Seen));
        Assert.Equal(CheckOutcome.Warn, On(s => s with { BelievesBrokenReports = true }).Outcome("M16"));
        Assert.Equal(CheckOutcome.Skip, On(s => s with { FloodsUnknown = true }).Outcome("M16"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithTrials(t => t.Kind == TrialKind.BadReport ? t with { ActedAtNs = 0 } : t).Outcome("M16"));
    }

    [Theory]
    [InlineData("239.1.1.1", "239.1.1.2", CheckOutcome.Pass, "239.1.1.1 is 01:00:5e:01:01:01, 239.1.1.2 is 01:00:5e:01:01:02")]
    [InlineData("239.0.0.5", "239.1.1.2", CheckOutcome.Warn, "239.0.0.5 has the MAC address 01:00:5e:00:00:05 of 224.0.0.5: many switches flood it, whoever joined")]
    [InlineData("239.1.1.1", "225.128.0.9", CheckOutcome.Warn, "225.128.0.9 has the MAC address 01:00:5e:00:00:09 of 224.0.0.9: many switches flood it, whoever joined")]
    [InlineData("239.1.1.1", "224.129.1.1", CheckOutcome.Warn, "239.1.1.1, 224.129.1.1 share the MAC address 01:00:5e:01:01:01: a switch that forwards by MAC address cannot keep them apart")]
    [InlineData("224.127.50.7", "239.1.1.2", CheckOutcome.Warn, "the test groups from 239.255.42.0 on share MAC addresses with 224.127.50.7: trials would disturb the cluster")]
    [InlineData("224.127.41.255", "239.1.1.2", CheckOutcome.Pass, "224.127.41.255 is 01:00:5e:7f:29:ff, 239.1.1.2 is 01:00:5e:01:01:02")]
    [InlineData("232.1.1.1", "239.1.1.2", CheckOutcome.Warn, "232.1.1.1 is in 232.0.0.0/8, for source-specific multicast: a join that names no source, as a cluster's, may be ignored there (RFC 4604 2.2.1)")]
    [InlineData("231.255.255.255", "233.1.0.1", CheckOutcome.Pass, "231.255.255.255 is 01:00:5e:7f:ff:ff, 233.1.0.1 is 01:00:5e:01:00:01")]
    [InlineData("239.1.1.2", "232.255.255.255", CheckOutcome.Warn, "232.255.255.255 is in 232.0.0.0/8, for source-specific")]
    [InlineData("239.1.1.1", "224.0.1.129", CheckOutcome.Warn, "224.0.1.129 is in 224.0.1.0/24, the Internetwork Control Block")]
    [InlineData("239.1.1.1", "239.255.255.250", CheckOutcome.Warn, "239.255.255.250 is in 239.255.255.0/24, for the local scope's own services")]
    [InlineData("239.1.1.1", "239.1.1.1", CheckOutcome.Warn, "Agent Group and Master Group are one address, 239.1.1.1, on ports 23451 and 12345: no switch can keep them apart")]
    public void M18_reads_the_groups(string agents, string masters, CheckOutcome outcome, string seen)
    {
        CheckResult result = Healthy.WithSpec(s => s with { Channels = s.Channels with { AgentGroup = IPAddress.Parse(agents), MasterGroup = IPAddress.Parse(masters) } }).Check("M18");
        Assert.Equal(outcome, result.Outcome);
        Assert.StartsWith(seen, result.Seen);
    }

    // Many vendors name them so: 224 to 239.0.0.y and 224 to 239.128.0.y are flooded, as 224.0.0.y is.
    [Fact]
    public void M18_knows_every_group_that_is_flooded_for_its_mac_address()
    {
        IEnumerable<string> flooded = from first in Enumerable.Range(224, 16) from second in (int[])[0, 128] from last in (int[])[0, 1, 255] where (first, second) != (224, 0) select $"{first}.{second}.0.{last}";
        Assert.All(flooded, g => Assert.Contains("many switches flood it", Groups(g, "239.1.1.2").Seen));
        Assert.All((string[])["224.127.0.1", "225.0.1.0", "239.128.1.1", "230.1.0.1"], g => Assert.Equal(CheckOutcome.Pass, Groups(g, "239.1.1.2").Outcome));
    }

    [Theory]
    [InlineData("232.0.0.0", CheckOutcome.Warn, "the test groups, 4096 from 232.0.0.0 on, reach into 232.0.0.0/8, for source-specific multicast")]
    [InlineData("231.255.240.1", CheckOutcome.Warn, "reach into 232.0.0.0/8")]
    [InlineData("231.255.240.0", CheckOutcome.Pass, "")]
    [InlineData("233.2.0.0", CheckOutcome.Pass, "")]
    [InlineData("239.255.240.0", CheckOutcome.Warn, "reach into 239.255.255.0/24")]
    [InlineData("239.255.239.0", CheckOutcome.Pass, "")]
    [InlineData("224.0.1.9", CheckOutcome.Warn, "reach into 224.0.1.0/24")]
    [InlineData("230.128.0.7", CheckOutcome.Warn, "the test group 230.128.0.7 has a MAC address of 224.0.0.0/24")]
    [InlineData("230.129.1.0", CheckOutcome.Warn, "share MAC addresses with 239.1.1.1")]
    [InlineData("230.127.250.0", CheckOutcome.Pass, "")]
    public void M18_reads_the_test_groups(string first, CheckOutcome outcome, string seen)
    {
        CheckResult result = Groups("239.1.1.1", "239.200.1.2", first);
        Assert.True(outcome == result.Outcome, result.Seen);
        if (outcome == CheckOutcome.Warn) Assert.Contains(result.Evidence, e => e.Contains(seen));
    }

    // The MAC addresses begin again after 2^23 groups: the range from 230.127.250.0 on comes to those of x.128.9.255.
    [Fact]
    public void M18_follows_the_test_groups_past_the_last_mac_address() =>
        Assert.Contains("share MAC addresses with 239.128.9.1", Groups("239.128.9.1", "239.200.1.2", "230.127.250.0").Seen);

    private static CheckResult Groups(string agents, string masters, string? first = null) => Healthy.WithSpec(s => s with
    {
        Channels = s.Channels with { AgentGroup = IPAddress.Parse(agents), MasterGroup = IPAddress.Parse(masters) },
        Trials = first is null ? s.Trials : s.Trials with { FirstGroup = IPAddress.Parse(first) },
    }).Check("M18");

    [Fact]
    public void M18_hears_another_cluster()
    {
        Seen shared = Healthy.WithNodes(n => n.Member == "m02" ? n with { Counters = new Dictionary<string, long> { ["foreign_cluster.datagrams"] = 7 } } : n);
        Assert.Equal((CheckOutcome.Warn, "another cluster's messages were heard by m02: 7 in all"), (shared.Outcome("M18"), shared.Check("M18").Seen));
    }
}
