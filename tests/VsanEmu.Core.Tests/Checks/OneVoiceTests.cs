using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>A report says one thing: what is missing is named, and no remedy asks for what the same run saw to be there.</summary>
public sealed class OneVoiceTests
{
    private static readonly Seen Healthy = Seen.Healthy(8);

    // Reports alone reach the observer, everything else is pruned.
    private static Seen LeakedReports => Healthy.WithPorts(p => p.Kind != PortKind.Observer ? p : p with
    {
        Memberships = [Healthy.Run.Ports[0].Memberships.First(m => m.Direction == PortDirection.Out) with { Direction = PortDirection.In, Version = 2 }],
    });

    [Fact]
    public void M15_does_not_ask_for_what_M4_and_M5_saw()
    {
        CheckResult result = LeakedReports.Check("M15");
        Assert.Equal((CheckOutcome.Fail, CheckOutcome.Pass, CheckOutcome.Pass), (result.Outcome, LeakedReports.Outcome("M4"), LeakedReports.Outcome("M5")));
        Assert.Equal(
            "groups are pruned (M4) and a querier is there (M5), reports alone are flooded: look for a setting that forwards reports to all ports, or makes observer a router port",
            result.Remedy);
    }

    public static TheoryData<string> Worlds => ["healthy", "flooded", "flooded without querier", "no querier", "querier v2", "no v3", "no v2", "one deaf", "reports leak", "few floods"];

    private static Seen In(string world) => world switch
    {
        "flooded" => Seen.In(World.Healthy(8) with { Flooded = _ => true, Switch = new WorldSwitch { FloodsUnknown = true } }),
        "flooded without querier" => Seen.In(World.Healthy(8) with { Flooded = _ => true, Querier = null }),
        "no querier" => Seen.In(World.Healthy(8) with { Querier = null, Multicast = (_, _) => 0 }),
        "querier v2" => Seen.In(World.Healthy(8) with { QuerierVersion = 2 }),
        "no v3" => Seen.In(World.Healthy(8) with { Switch = new WorldSwitch { Understands = [2] } }),
        "no v2" => Seen.In(World.Healthy(8) with { Switch = new WorldSwitch { Understands = [3] } }),
        "one deaf" => Seen.In(World.Healthy(8) with { Multicast = (_, to) => to == "m03" ? 0 : 1 }),
        "few floods" => Seen.In(World.Healthy(8) with { Flooded = p => p == "observer" }),
        "reports leak" => LeakedReports,
        _ => Healthy,
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void No_remedy_asks_for_what_is_there(string world)
    {
        Verdict verdict = In(world).Verdict;
        string[] remedies = [.. verdict.Results.Select(r => $"{r.Id}: {r.Remedy}"), .. verdict.Diagnoses.Select(d => $"{d.Fault}: {d.Remedy}")];
        bool querier = In(world).Run.Ports.Any(p => p.Queries.Any(q => q.General > 0)), snoops = verdict.Results.Single(r => r.Id == "M4").Outcome == CheckOutcome.Pass;
        if (querier) Assert.DoesNotContain(remedies, r => r.Contains("configure a querier") || r.Contains("configure an IGMP snooping querier") || r.Contains("M5 for the querier"));
        if (snoops) Assert.DoesNotContain(remedies, r => r.Contains("enable IGMP snooping"));
    }

    [Theory]
    [InlineData("querier v2", "set the querier to version 3, or force version 2 on the members")]
    [InlineData("no v3", "have the switch snoop IGMPv3, or force version 2 on the members")]
    [InlineData("no v2", "have the switch snoop IGMPv2 too, or let nobody in the VLAN speak it")]
    public void The_versions_are_the_same_wherever_they_are_told(string world, string remedy)
    {
        Verdict verdict = In(world).Verdict;
        Assert.Equal(remedy, verdict.Diagnoses.Single(d => d.Fault == "igmp-version").Remedy);
        Assert.All(verdict.Results.Where(r => r.Id is "M5" or "M13" && r.Remedy.Length > 0), r => Assert.Equal(remedy, r.Remedy));
    }

    [Fact]
    public void One_dead_direction_is_not_nobody()
    {
        Seen dead = Healthy.WithStreams(s => s.Group == FlowGroup.Master ? s with { Received = 0 } : s);
        Assert.Equal("m01 does not hear m02", dead.Check("M2").Seen);
    }

    [Fact]
    public void Who_is_not_at_rest_is_told_with_what_is_missing()
    {
        Seen master = Healthy.WithViews(v => v.Member != "m01" ? v : v with { AtRest = false, Opened = [.. v.Opened.Skip(2)], Accepted = [.. v.Accepted.Take(6)] });
        Assert.StartsWith("m01 is not at rest: it has no connection to m02, m03, and none comes from m08", master.Check("F1").Seen);
        Seen agent = Healthy.WithViews(v => v.Member != "m05" ? v : v with { AtRest = false, Opened = [] });
        Assert.StartsWith("m05 is not at rest: it has no connection to ", agent.Check("F1").Seen);
    }

    [Fact]
    public void What_a_check_explains_itself_needs_no_fault_of_the_fabric()
    {
        Verdict verdict = Healthy.WithNodes(n => n.Member == "m04" ? n with { Settings = n.Settings with { ReliablePort = 2234 } } : n).Verdict;
        Assert.Equal(CheckOutcome.Fail, verdict.Results.Single(r => r.Id == "F4").Outcome);
        Assert.Empty(verdict.Unexplained);
    }
}
