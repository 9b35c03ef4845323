using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M6: what joined the Agent Group still gets it after a membership that nobody asks for would have been forgotten (RFC 3376, 8.4).</summary>
internal sealed class MembershipLasts() : Check("M6", "membership outlives its interval")
{
    public override RunPart Uses => RunPart.Trials | RunPart.Long;

    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Aged);

    protected override string Expected(ClusterSpec spec) =>
        $"the Agent Group still arrives at every member {Wording.Span(IntervalNs(spec))} after it joined (2 x query interval + response interval)";

    protected override Ledger Subjects(RunAnalysis run)
    {
        PhaseObservation[] late = Late(run);
        var measured = HeartbeatMatrix.Of(run, FlowGroup.Agent, late).Measured.ToHashSet();
        return Ledger.Of("direction", late.SelectMany(p => Direction.Among(run, p)).Distinct(), w => measured.Contains(w) ? run.Unwatched(w.To) : "no heartbeats of it were captured");
    }

    // Calm phases in which a membership that nobody asks for would have been forgotten.
    private static PhaseObservation[] Late(RunAnalysis run)
    {
        if (run.Timeline.All.Count == 0) return [];
        long due = JoinedNs(run) + IntervalNs(run.Spec);
        return [.. run.Timeline.Calm.Where(p => p.StartNs >= due)];
    }

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (run.Timeline.All.Count == 0) return Finding.Inconclusive("no phase of the run was observed");
        long joined = JoinedNs(run), interval = IntervalNs(run.Spec);
        PhaseObservation[] late = Late(run);
        if (late.Length == 0)
        {
            long watched = Math.Max(0, run.Timeline.All[^1].EndNs - joined);
            return Finding.Skip($"takes a run longer than {Wording.Span(interval)} (--long): this one watched {Wording.Span(watched)}; M5 says whether a querier is there");
        }

        HeartbeatMatrix early = HeartbeatMatrix.Of(run, FlowGroup.Agent, [.. run.Timeline.All.Where(p => p.EndNs <= late[0].StartNs)]);
        HeartbeatMatrix then = HeartbeatMatrix.Of(run, FlowGroup.Agent, late);
        Direction[] lost = [.. then.Silent.Intersect(early.Measured.Except(early.Silent))], before = [.. then.Silent.Except(lost)];
        string when = $"{Wording.Span(late[0].StartNs - joined)} after the members joined";
        if (lost.Length > 0)
        {
            return Finding.Fail($"{when}: {PairPattern.Of(then.Measured, lost).DescribeHearing()}, which had been heard before") with
            {
                Evidence = lost.Select(w => $"{w}: arrived before, nothing in {Wording.Names(late.Select(p => p.Name))}"),
                Cause = run.Vlan.Querier ? "the switch forgot who joined: queries arrive, and the ports' answers do not reach it" : "the switch forgot who joined: nobody asks",
                Remedy = run.Vlan.Querier ? "permit IGMP from the members' ports, and compare the switch's membership timeout with the querier's interval" : "configure a querier with an address in the members' VLAN",
            };
        }

        if (then.Measured.Count == 0) return Finding.Inconclusive($"no heartbeats were captured {when}");
        return before.Length > 0
            ? Finding.Inconclusive($"{Wording.Count(before.Length, "direction")} carried nothing from the start (M1)")
            : Finding.Pass($"{when} heartbeats still arrive on all of {Wording.Count(then.Measured.Count, "direction")}");
    }

    private static long IntervalNs(ClusterSpec spec) => Wording.Ns((spec.Timers.QueryInterval * 2) + spec.Timers.QueryResponse);

    // The last of the members' first reports; without any, the end of the first phase.
    private static long JoinedNs(RunAnalysis run)
    {
        string group = run.Spec.Channels.AgentGroup?.ToString() ?? "";
        return run.Spec.Members.Select(m => run.Trials.SaidAtNs(m.Name, group, leave: false)).OfType<long>().DefaultIfEmpty(run.Timeline.All[0].EndNs).Max();
    }
}
