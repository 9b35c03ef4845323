using System.Net;
using VsanEmu.Control.Trials;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class TrialPlanTests
{
    [Fact]
    public void Every_kind_is_tried_on_a_group_of_its_own_and_all_of_it_takes_seconds()
    {
        ClusterSpec spec = LabSpec.Create(8);
        IReadOnlyList<PlannedTrial> plan = Plan(spec);

        Assert.Equal(Enum.GetValues<TrialKind>(), plan.Select(t => t.Kind).Distinct().Order());
        Assert.Equal(Enumerable.Range(1, plan.Count), plan.Select(t => t.Stream.Trial));
        PlannedTrial[] onTestGroups = [.. plan.Where(t => t.Kind is not (TrialKind.LinkLocal or TrialKind.OutsiderSends or TrialKind.OutsiderJoins or TrialKind.Unicast))];
        Assert.Equal(onTestGroups.Length, onTestGroups.Select(t => t.Stream.To).Distinct().Count());
        Assert.True(plan.Max(t => t.End) < TimeSpan.FromSeconds(6), $"{plan.Max(t => t.End)}");
        Assert.Equal(spec.Trials.Groups, plan.Count(t => t.Kind == TrialKind.Capacity));
        foreach (TrialKind rounds in (TrialKind[])[TrialKind.JoinUnknown, TrialKind.JoinForwarded, TrialKind.Leave])
            Assert.Equal(Enumerable.Range(1, spec.Trials.Rounds), plan.Where(t => t.Kind == rounds).Select(t => t.Round));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    public void Nobody_receives_what_it_sends_and_the_observer_takes_no_part(int members)
    {
        ClusterSpec spec = LabSpec.Create(members);
        HashSet<string> known = [.. spec.Members.Select(m => m.Name), .. spec.Outsiders.Select(o => o.Name)];
        foreach (PlannedTrial trial in Plan(spec))
        {
            string[] acting = [.. trial.Before.Concat(trial.During).Select(a => a.Who)];
            Assert.DoesNotContain(trial.Stream.Sender, acting);
            Assert.Empty(acting.Concat(trial.Joined).Append(trial.Stream.Sender).Except(known));
            Assert.True(trial.ActAfter < trial.Stream.Length);
            if (trial.Kind is not (TrialKind.OutsiderSends or TrialKind.OutsiderJoins or TrialKind.Unicast)) Assert.Empty(trial.Joined.Except(acting));
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(8, 2)]
    [InlineData(64, 12)]
    public void Each_member_sends_fast_to_the_next_and_to_the_one_before_and_few_at_a_time(int members, int together)
    {
        PlannedTrial[] unicast = [.. Plan(LabSpec.Create(members)).Where(t => t.Kind == TrialKind.Unicast)];
        int partners = Math.Min(2, members - 1);
        Assert.Equal(members * partners, unicast.Select(t => (t.Stream.Sender, t.Joined.Single())).Distinct().Count());
        Assert.All(unicast.GroupBy(t => t.Stream.Sender), g => Assert.Equal(partners, g.Count()));
        Assert.All(unicast.GroupBy(t => t.Joined.Single()), g => Assert.Equal(partners, g.Count()));
        Assert.Equal(together, unicast.GroupBy(t => t.Start).Max(g => g.Count()));
        Assert.True(unicast.Max(t => t.End) < TimeSpan.FromSeconds(4));
        Assert.Equal(members * partners, Plan(LabSpec.Create(members, FlowProfile.Vsan66)).Count(t => t.Kind == TrialKind.Unicast));
    }

    [Fact]
    public void Where_all_pairs_are_asked_for_every_member_sends_fast_to_every_other_and_one_machine_can_deliver_it()
    {
        ClusterSpec spec = LabSpec.Create(64);
        PlannedTrial[] plan = [.. Plan(spec with { Trials = spec.Trials with { Pairs = PairChoice.All } })];
        Assert.Equal(64 * 63, plan.Where(t => t.Kind == TrialKind.Unicast).Select(t => (t.Stream.Sender, t.Joined.Single())).Distinct().Count());
        PlannedTrial[] groups = [.. plan.Where(t => t.Kind == TrialKind.FastGroup)];
        Assert.All(groups, t => Assert.Equal(63, t.Joined.Count));
        // Datagrams a second, each counted at every port that it reaches.
        foreach (TrialKind kind in (TrialKind[])[TrialKind.Unicast, TrialKind.FastGroup])
            Assert.InRange(plan.Where(t => t.Kind == kind).GroupBy(t => t.Start).Max(g => g.Sum(t => t.Joined.Count * 1000)), 1, 63_000);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 2)]
    [InlineData(64, 2)]
    public void Each_member_sends_fast_to_a_group_of_its_own_that_its_neighbours_joined(int members, int partners)
    {
        PlannedTrial[] fast = [.. Plan(LabSpec.Create(members)).Where(t => t.Kind == TrialKind.FastGroup)];
        Assert.Equal(members, fast.Select(t => t.Stream.Sender).Distinct().Count());
        Assert.Equal(members, fast.Length);
        Assert.All(fast, t => Assert.Equal(partners, t.Joined.Distinct().Count()));
        // Each receives as often as it sends.
        Assert.All(fast.SelectMany(t => t.Joined).GroupBy(j => j), g => Assert.Equal(partners, g.Count()));
        Assert.All(fast, t => Assert.Equal((TimeSpan.FromMilliseconds(1), 300), (t.Stream.Interval, t.Stream.Count)));
        Assert.True(fast.Max(t => t.End) < TimeSpan.FromSeconds(4.5), $"{fast.Max(t => t.End)}");
        Assert.DoesNotContain(Plan(LabSpec.Create(members, FlowProfile.Vsan66)), t => t.Kind == TrialKind.FastGroup);
    }

    [Fact]
    public void Whoever_joins_a_real_group_leaves_it_again_and_only_outsiders_do()
    {
        ClusterSpec spec = LabSpec.Create(4);
        IPAddress[] own = [spec.Channels.AgentGroup!, spec.Channels.MasterGroup!];
        PlannedTrial[] plan = [.. Plan(spec)];
        Assert.All(plan, t => Assert.Equal(t.Before.Concat(t.During).Where(a => a.What == GroupAct.Join).Select(a => (a.Who, a.Group)), t.After.Select(a => (a.Who, a.Group))));
        Assert.All(plan.SelectMany(t => t.Before.Concat(t.During)).Where(a => own.Contains(a.Group)), a => Assert.Contains(a.Who, spec.Outsiders.Select(o => o.Name)));
        Assert.Equal(
            [(own[0], 23451), (own[1], 12345)],
            plan.Where(t => t.Kind == TrialKind.OutsiderSends && t.Stream.Sender == "stranger").Select(t => (t.Stream.To, t.Stream.Port)));
    }

    [Fact]
    public void A_stream_is_long_enough_to_tell_a_delay_from_its_limit()
    {
        ClusterSpec spec = LabSpec.Create(4);
        spec = spec with { Thresholds = spec.Thresholds with { JoinDelay = TimeSpan.FromSeconds(2), LeaveDelay = TimeSpan.FromSeconds(20) } };
        foreach (PlannedTrial trial in Plan(spec))
        {
            TimeSpan after = trial.Stream.Length - trial.ActAfter;
            if (trial.Kind is TrialKind.JoinUnknown or TrialKind.JoinForwarded) Assert.True(after > TimeSpan.FromSeconds(2.5));
            if (trial.Kind is TrialKind.Leave or TrialKind.LeaveBesideSibling) Assert.True(after > TimeSpan.FromSeconds(20.5));
        }
    }

    // What a capture keeps of a report ends after some twenty groups.
    [Theory]
    [InlineData(32, 5)]
    [InlineData(1024, 1)]
    [InlineData(1, 100)]
    public void Many_groups_are_joined_only_after_everybody_else_has_acted(int groups, int rounds)
    {
        ClusterSpec spec = LabSpec.Create(2);
        spec = spec with { Trials = spec.Trials with { Groups = groups, Rounds = rounds } };
        ILookup<bool, PlannedTrial> plan = Plan(spec).ToLookup(t => t.Kind == TrialKind.Capacity);
        Assert.True(plan[true].Min(t => t.Start) > plan[false].Max(t => t.Start + t.Lead + t.ActAfter));
        Assert.All(plan[true], t => Assert.True(t.Start + t.Lead > plan[true].Max(o => o.Start)));
    }

    [Theory]
    [InlineData(500, 5)]
    [InlineData(10_000, 100)]
    [InlineData(500, 100)]
    public void At_no_time_more_is_sent_than_a_small_machine_can(int packetsPerSecond, int rounds)
    {
        ClusterSpec spec = LabSpec.Create(8);
        spec = spec with { Trials = spec.Trials with { PacketsPerSecond = packetsPerSecond, Rounds = rounds, Groups = 1024 } };
        PlannedTrial[] plan = [.. Plan(spec)];
        double busiest = plan.Max(at => plan.Where(t => t.Start + t.Lead <= at.Start + at.Lead && at.Start + at.Lead < t.End).Sum(t => 1 / t.Stream.Interval.TotalSeconds));
        Assert.True(busiest < 60_000 + (4 * packetsPerSecond), $"{busiest} datagrams a second");
    }

    [Fact]
    public void Two_members_can_try_neither_a_group_that_is_forwarded_elsewhere_nor_two_versions()
    {
        TrialKind[] kinds = [.. Plan(LabSpec.Create(2)).Select(t => t.Kind).Distinct()];
        Assert.DoesNotContain(TrialKind.JoinForwarded, kinds);
        Assert.DoesNotContain(TrialKind.MixedVersions, kinds);
        Assert.Contains(TrialKind.JoinUnknown, kinds);
    }

    [Theory]
    [InlineData("M7", TrialKind.JoinUnknown, TrialKind.JoinForwarded)]
    [InlineData("M17", TrialKind.JoinUnknown)]
    [InlineData("M8", TrialKind.Leave, TrialKind.LeaveBesideSibling)]
    [InlineData("M9", TrialKind.MacAlias, TrialKind.LinkLocal, TrialKind.Ttl)] // and proof that the sender is heard
    [InlineData("M11", TrialKind.Unregistered, TrialKind.LinkLocal, TrialKind.Ttl)]
    [InlineData("M16", TrialKind.LinkLocal, TrialKind.Ttl, TrialKind.BadReport)]
    [InlineData("M10", TrialKind.Capacity)]
    [InlineData("M12", TrialKind.LinkLocal)]
    [InlineData("M13", TrialKind.MixedVersions)]
    [InlineData("M14", TrialKind.Ttl)]
    [InlineData("A6", TrialKind.OutsiderSends)]
    [InlineData("A7", TrialKind.OutsiderJoins)]
    [InlineData("P1")]
    [InlineData("F1")]
    public void Only_what_a_check_needs_is_tried(string id, params TrialKind[] kinds)
    {
        IReadOnlyList<PlannedTrial> plan = Plan(LabSpec.Create(8), new ConductorOptions { Only = new HashSet<string> { id } });
        Assert.Equal(kinds.Order(), plan.Select(t => t.Kind).Distinct().Order());
    }

    [Fact]
    public void What_is_skipped_is_not_tried()
    {
        IReadOnlyList<PlannedTrial> plan = Plan(LabSpec.Create(8), new ConductorOptions { Skip = new HashSet<string> { "M10", "A7" } });
        Assert.DoesNotContain(plan, t => t.Kind is TrialKind.Capacity or TrialKind.OutsiderJoins);
        Assert.Contains(plan, t => t.Kind == TrialKind.OutsiderSends);
    }

    [Fact]
    public void A_unicast_profile_has_no_groups_to_try() => Assert.Equal([TrialKind.Unicast], Plan(LabSpec.Create(4, FlowProfile.Vsan66)).Select(t => t.Kind).Distinct());

    [Fact]
    public void An_alias_shares_its_mac_address_with_what_was_joined_instead()
    {
        PlannedTrial[] aliases = [.. Plan(LabSpec.Create(8)).Where(t => t.Kind == TrialKind.MacAlias)];
        Assert.Equal(2, aliases.Length);
        foreach (PlannedTrial alias in aliases)
        {
            byte[] sent = alias.Stream.To.GetAddressBytes(), joined = alias.JoinedInstead!.GetAddressBytes();
            Assert.NotEqual(sent, joined);
            Assert.Equal((sent[1] & 0x7f, sent[2], sent[3]), (joined[1] & 0x7f, joined[2], joined[3]));
            Assert.Equal(alias.JoinedInstead, Assert.Single(alias.Before).Group);
        }
    }

    [Fact]
    public void Test_groups_pass_over_those_that_no_switch_prunes_and_those_of_the_cluster()
    {
        ClusterSpec spec = LabSpec.Create(2);
        var groups = new TestGroups(spec with { Trials = spec.Trials with { FirstGroup = IPAddress.Parse("239.127.255.254") } });
        Assert.Equal(["239.127.255.254", "239.127.255.255", "239.128.1.0"], Enumerable.Range(0, 3).Select(_ => groups.Next().ToString()));
        groups = new TestGroups(spec with { Trials = spec.Trials with { FirstGroup = IPAddress.Parse("239.130.3.4") } });
        Assert.Equal(["239.130.3.4", "239.130.3.6"], Enumerable.Range(0, 2).Select(_ => groups.Next().ToString())); // 224.2.3.5 has the same MAC address as 239.130.3.5
    }

    internal static TrialCast Cast(ClusterSpec spec) => TrialStage.Cast(spec, Views.AtRest(spec.Members.Count))!;

    private static IReadOnlyList<PlannedTrial> Plan(ClusterSpec spec, ConductorOptions? options = null) => TrialPlan.Make(spec, Cast(spec), options ?? new ConductorOptions());
}
