using System.Net;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>F1 and F4, and the failover checks: pass, fail, and what they say when they cannot tell.</summary>
public sealed class ClusterCheckTests
{
    private static readonly Seen Healthy = Seen.Healthy(4);

    [Fact]
    public void F1_names_Master_and_Backup_at_the_end()
    {
        CheckResult result = Healthy.Check("F1");
        Assert.Equal(CheckOutcome.Pass, result.Outcome);
        Assert.Equal("3 members, Master m02, Backup m03, in 5 phases (steady, vms, probing, after-failover, healed)", result.Seen);
    }

    public static TheoryData<string, Func<MemberView, MemberView?>, string> BadViews => new()
    {
        { "two Masters", v => v.Member == "m03" ? v with { Role = Role.Master } : v, "2 Masters: m01, m03" },
        { "two Backups", v => v.Member == "m03" ? v with { Role = Role.Backup } : v, "2 Backups: m02, m03" },
        { "no Backup", v => v.Role == Role.Backup ? v with { Role = Role.Agent } : v, "no Backup" },
        { "no Master", v => v.Role == Role.Master ? v with { Role = Role.Agent } : v, "no Master" },
        { "one only listens", v => v.Member == "m03" ? v with { Role = Role.Listening } : v, "m03 only listened" },
        { "one hears less", v => v.Member == "m04" ? v with { Members = [v.Id] } : v, "m04 does not hear m01, m02, m03" },
        { "one counts a stranger", v => v.Member == "m04" ? v with { Members = [.. v.Members, new MemberId(9)] } : v, "m04 counts #9 as a member" },
        { "one follows another", v => v.Member == "m04" ? v with { Master = MemberId.None } : v, "m04 follows nobody, not m01" },
        { "one knows another Backup", v => v.Member == "m04" ? v with { Backup = new MemberId(3) } : v, "m04 knows m03 as Backup, not m02" },
        { "one is busy", v => v.Member == "m04" ? v with { AtRest = false } : v, "m04 is not at rest: its connections are there, an update or a catch-up is outstanding" },
        { "one is missing", v => v.Member == "m04" ? null : v, "nothing is known of m04" },
    };

    [Theory]
    [MemberData(nameof(BadViews))]
    public void F1_fails_and_says_why(string name, Func<MemberView, MemberView?> change, string seen)
    {
        Assert.NotEmpty(name);
        CheckResult result = Healthy.WithPhases(p => p.Name == Phases.Probing ? p with { Views = [.. p.Views.Select(change).OfType<MemberView>()] } : p).Check("F1");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.Contains($"probing: {seen}", result.Evidence);
    }

    [Fact]
    public void F1_fails_when_a_calm_phase_was_not_calm() =>
        Assert.Equal(CheckOutcome.Fail, Healthy.WithPhases(p => p with { Settled = p.Settled && p.Name != Phases.Vms }).Outcome("F1"));

    [Fact]
    public void F1_does_not_judge_phases_that_the_run_itself_disturbs() =>
        Assert.Equal(CheckOutcome.Pass, Healthy.WithPhases(p => Disturbed(p) ? p with { Views = [] } : p).Outcome("F1"));

    [Fact]
    public void F1_judges_each_side_by_itself()
    {
        Seen split = Seen.In(World.Healthy(4) with { Multicast = (a, b) => (a[^1] + b[^1]) % 2 == 0 ? 1 : 0 });
        Assert.Equal(CheckOutcome.Fail, split.Outcome("F1"));
        Dictionary<string, int> sides = new() { ["m01"] = 1, ["m02"] = 2, ["m03"] = 1, ["m04"] = 2 };
        Assert.Equal(CheckOutcome.Pass, split.WithPhases(p => p with { Sides = sides, Settled = true }).Outcome("F1"));
    }

    [Fact]
    public void F1_wants_no_Backup_where_nobody_may_be_one()
    {
        Seen none = Healthy.WithViews(v => v with { Role = v.Role == Role.Master ? Role.Master : Role.Agent, Backup = MemberId.None });
        Assert.Equal(CheckOutcome.Fail, none.Outcome("F1"));
        Assert.Equal(CheckOutcome.Pass, none.WithSpec(s => s with { Members = [.. s.Members.Select(m => m with { FixedRole = Role.Agent })] }).Outcome("F1"));
    }

    [Fact]
    public void F1_is_inconclusive_without_phases() => Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithPhases(_ => null).Outcome("F1"));

    [Fact]
    public void F1_judges_a_run_that_ended_while_forming_by_what_was_said_then() =>
        Assert.Equal(CheckOutcome.Fail, Healthy.WithPhases(p => p.Name == Phases.Forming ? p : null).WithViews(v => v with { Role = Role.Listening }).Outcome("F1"));

    public static TheoryData<string, Func<NodeSettings, NodeSettings>, CheckOutcome> Settings => new()
    {
        { "group", s => s with { AgentGroup = "224.2.3.4:23451" }, CheckOutcome.Fail },
        { "port", s => s with { MasterGroup = "224.1.2.3:12346" }, CheckOutcome.Fail },
        { "profile", s => s with { Profile = "vsan65" }, CheckOutcome.Fail },
        { "TCP port", s => s with { ReliablePort = 2234 }, CheckOutcome.Fail },
        { "prefix", s => s with { PrefixLength = 24 }, CheckOutcome.Fail },
        { "subnet", s => s with { Address = "198.19.0.4" }, CheckOutcome.Fail },
        { "no address", s => s with { Address = "" }, CheckOutcome.Fail },
        { "TTL", s => s with { Ttl = 6 }, CheckOutcome.Warn },
        { "IGMP version", s => s with { IgmpVersion = 2 }, CheckOutcome.Warn },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public void F4_finds_the_member_that_differs(string name, Func<NodeSettings, NodeSettings> change, CheckOutcome outcome)
    {
        Assert.NotEmpty(name);
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("F4"));
        CheckResult result = Healthy.WithNodes(n => n.Member == "m04" ? n with { Settings = change(n.Settings) } : n).Check("F4");
        Assert.Equal(outcome, result.Outcome);
        Assert.All(result.Evidence, line => Assert.StartsWith("m04:", line));
    }

    [Fact]
    public void F4_believes_a_member_that_heard_other_settings() =>
        Assert.Equal(CheckOutcome.Fail, Healthy.WithNodes(n => n.Member == "m02" ? n with { SettingsMismatch = [new(4)] } : n).Outcome("F4"));

    [Fact]
    public void F4_is_inconclusive_when_members_are_silent()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithNodes(_ => null).Outcome("F4"));
        Assert.Contains("m04", Healthy.WithNodes(n => n.Member == "m04" ? null : n).Check("F4").Seen);
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithNodes(n => n.Member == "m04" ? null : n).Outcome("F4"));
    }

    [Theory]
    [InlineData(15, CheckOutcome.Pass)]
    [InlineData(15.01, CheckOutcome.Warn)]
    public void V1_warns_beyond_its_limit(double heartbeats, CheckOutcome outcome)
    {
        // Lab timers: heartbeats of 200 ms, 5 may be missed, the threshold is 10 more.
        Seen seen = Healthy.WithFailover(f => f with { HoldsAtNs = f.KilledAtNs + (long)(heartbeats * 200e6) });
        Assert.Equal(outcome, seen.Outcome("V1"));
        Assert.Equal(CheckOutcome.Warn, seen.WithSpec(s => s with { Thresholds = s.Thresholds with { FailoverHeartbeats = 9 } }).Outcome("V1"));
    }

    public static TheoryData<string, Func<FailoverObservation, FailoverObservation>> BadFailovers => new()
    {
        { "nobody took over", f => f with { TakeoverAtNs = null, HoldsAtNs = null, NewMaster = "", NewBackup = "" } },
        { "not the Backup m02", f => f with { NewMaster = "m03" } },
        { "did not come to rest", f => f with { HoldsAtNs = null } },
        { "appointed no Backup", f => f with { NewBackup = "" } },
    };

    [Theory]
    [MemberData(nameof(BadFailovers))]
    public void V1_fails_and_says_why(string seen, Func<FailoverObservation, FailoverObservation> change)
    {
        CheckResult result = Healthy.WithFailover(change).Check("V1");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.Contains(seen, result.Seen);
    }

    [Fact]
    public void V1_wants_no_Backup_of_the_last_one() => Assert.Equal(CheckOutcome.Pass, Seen.Healthy(2).Outcome("V1"));

    [Fact]
    public void V2_fails_for_one_lost_update()
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("V2"));
        CheckResult result = Healthy.WithFailover(f => f with { Lost = [new Guid(7, 0, 0, new byte[8])] }).Check("V2");
        Assert.Equal((CheckOutcome.Fail, "1 of 40 acknowledged updates are lost"), (result.Outcome, result.Seen));
        Assert.Contains("00000007-", Assert.Single(result.Evidence));
    }

    [Fact]
    public void V2_proves_nothing_without_updates_or_without_a_new_Master()
    {
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithFailover(f => f with { Acknowledged = 0 }).Outcome("V2"));
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithFailover(f => f with { NewMaster = "" }).Outcome("V2"));
    }

    public static TheoryData<string, Func<PartitionObservation, PartitionObservation>> BadSplits => new()
    {
        { "the sides did not come to rest", p => p with { SettledSplitAtNs = null } },
        { "side 2 had no Master", p => p with { MastersPerSide = [["m02"], []] } },
        { "side 1 had 2 Masters: m02, m04", p => p with { MastersPerSide = [["m02", "m04"], ["m03"]] } },
        { "the healed cluster did not come to rest", p => p with { SettledHealAtNs = null } },
        { "after the heal there was 2 Masters: m02, m03", p => p with { MastersAfter = ["m02", "m03"] } },
        { "1 of 60 acknowledged updates are lost", p => p with { Lost = [Guid.Empty] } },
    };

    [Theory]
    [MemberData(nameof(BadSplits))]
    public void V3_fails_and_says_why(string seen, Func<PartitionObservation, PartitionObservation> change)
    {
        Assert.Equal(CheckOutcome.Pass, Healthy.Outcome("V3"));
        CheckResult result = Healthy.WithSplit(change).Check("V3");
        Assert.Equal(CheckOutcome.Fail, result.Outcome);
        Assert.Contains(seen, result.Evidence[0]);
    }

    [Fact]
    public void V3_is_inconclusive_when_nothing_could_have_been_lost() =>
        Assert.Equal(CheckOutcome.Inconclusive, Healthy.WithSplit(p => p with { Acknowledged = 0 }).Outcome("V3"));

    [Theory]
    [InlineData("V1")]
    [InlineData("V2")]
    [InlineData("V3")]
    public void What_the_run_left_out_is_skipped_but_what_it_could_not_do_is_inconclusive(string id)
    {
        Seen without = Healthy.With(r => r with { Failovers = [], Partitions = [] });
        Assert.Equal(CheckOutcome.Skip, without.With(r => r with { NotTried = new Dictionary<string, string> { [id] = "the run kills no Master" } }).Outcome(id));
        Assert.Equal(CheckOutcome.Inconclusive, without.Outcome(id));
        Assert.Equal(CheckOutcome.Inconclusive, without.WithPhases(p => p with { Settled = false }).Outcome(id));
    }

    [Fact]
    public void The_catalogue_has_each_check_once_and_gives_reasons()
    {
        Assert.Equal(CheckCatalogue.All.Count, CheckCatalogue.All.Select(c => c.Id).Distinct().Count());
        Assert.All(Healthy.Verdict.Results, r =>
        {
            Assert.NotEmpty(r.Expected);
            Assert.NotEmpty(r.Seen);
        });
    }

    [Fact]
    public void An_address_outside_the_subnet_is_only_wrong_in_that_subnet() =>
        Assert.Equal(CheckOutcome.Fail, Healthy.WithSpec(s => s with { Subnet = IPNetwork.Parse("198.18.0.0/30") }).Outcome("F4"));

    private static bool Disturbed(PhaseObservation p) => p.Name is Phases.Forming or Phases.Failover or Phases.Partition;
}
