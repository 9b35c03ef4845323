using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>M10: how many groups a switch holds at a time (RFC 2432, 3.5.1; RFC 3918, 7.1): beyond them a joined one is missing, or a joined one is flooded.</summary>
internal sealed class GroupCapacity() : TrialCheck("M10", "group capacity", TrialKind.Capacity)
{
    internal override Tolerance Tolerance => Tolerance.OfTrials(Phases.Trials);

    protected override string Expected(ClusterSpec spec) => $"{spec.Trials.Groups} groups joined at a time all arrive, and only where they were joined";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) => Rounds("group", TrialKind.Capacity, run.Spec.Trials.Groups);

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) =>
        At("joined group", sent, t => t.ReceiverPorts, (t, p) => t.Unknown(p))
            .And(Ledger.Of("port", sent.SelectMany(t => t.BystanderPorts).Distinct(), p => sent.Select(t => t.UnknownAbsence(p)).FirstOrDefault(why => why is not null)));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        CapacityTally tally = run.Capacity;
        if (tally.Missing.Count > 0)
        {
            int good = tally.Groups - tally.MissingGroups;
            return Finding.Fail($"{tally.MissingGroups} of {tally.Groups} joined groups do not arrive{(good > 0 ? $"; {good} do" : "")}") with
            {
                Evidence = tally.Missing.Select(Line),
                Cause = good > 0 || tally.OthersArrive ? "the switch holds no more groups, at this port or at all, and drops the rest" : "the port gets no group that it joins: this is no limit (M1, M7)",
                Remedy = "raise the limit of groups, for the port and for the VLAN; show the switch's group table and its size",
            };
        }

        if (tally.Flooded.Count > 0)
        {
            return Finding.Fail($"{tally.FloodedGroups} of {tally.Groups} joined groups are flooded to {Ports(tally.Flooded)}") with
            {
                Evidence = tally.Flooded.Select(Line),
                Cause = tally.FloodedGroups < tally.Groups ? "the switch holds no more groups and floods the rest" : "the switch floods all groups (M4)",
                Remedy = "raise the limit of groups in the switch, or have fewer; show its group table and its size",
            };
        }

        return Finding.Pass($"{tally.Proven} groups at a time, each where it was joined and nowhere else");
    }
}

/// <summary>M14: which TTL a group survives. In one segment nothing lowers it.</summary>
internal sealed class TtlSurvives() : TrialCheck("M14", "TTL survives", TrialKind.Ttl)
{
    protected override string Expected(ClusterSpec spec) => "a group arrives with the TTL that it was sent with, whatever that was";

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) =>
        [($"the cluster's own TTL, {run.Spec.Channels.Ttl}", t => t.Plan.Ttl == run.Spec.Channels.Ttl)];

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("port", sent, t => t.ReceiverPorts, (t, p) => t.Unknown(p));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        var cases = Cases(trials, t => t.Receivers);
        var arrived = Arrived(cases);
        var proven = cases.Except(arrived).Where(m => m.Trial.Unknown(m.Port.Port) is null).ToArray();
        if (arrived.Length == 0 && proven.Length == 0) return Finding.Inconclusive("no port that joined was captured well enough to tell");

        string survived = Wording.Names(arrived.Select(a => a.Trial.Plan.Ttl).Distinct().Order().Select(t => $"{t}"), 6);
        if (proven.Length > 0)
        {
            int lowest = arrived.Select(a => (int)a.Trial.Plan.Ttl).DefaultIfEmpty(int.MaxValue).Min(), lost = proven.Max(p => p.Trial.Plan.Ttl);
            bool enough = lowest <= run.Spec.Channels.Ttl && lost < lowest;
            Finding finding = enough
                ? Finding.Warn($"TTL {lost} does not arrive at {Ports(proven)}; {survived} does")
                : Finding.Fail($"TTL {lost} does not arrive at {Ports(proven)}{(survived.Length > 0 ? $"; {survived} does" : "")}");
            return finding with
            {
                Evidence = proven.Select(Line),
                Cause = lost < lowest ? "a router on the way lowers the TTL, or a filter drops low ones" : "the group does not reach that port at all (M1, M7)",
                Remedy = "keep all members in one Layer 2 segment, or raise the members' TTL beyond the routers between them",
            };
        }

        (Trial Trial, PortCapture Port)[] lowered = [.. arrived.Where(a => a.Trial.At(a.Port.Port)!.TtlMin < a.Trial.Plan.Ttl)];
        if (lowered.Length > 0)
        {
            int hops = lowered.Max(l => l.Trial.Plan.Ttl - l.Trial.At(l.Port.Port)!.TtlMin);
            return Finding.Warn($"it arrives at {Ports(lowered)} lower than it was sent, by up to {hops}") with
            {
                Evidence = lowered.Select(l => $"{l.Trial}: sent with {l.Trial.Plan.Ttl}, arrived at {l.Port.Port} with {l.Trial.At(l.Port.Port)!.TtlMin}"),
                Cause = $"{Wording.Count(hops, "router")} on the way: the members are not in one segment",
                Remedy = $"keep all members in one Layer 2 segment, or let TTL {run.Spec.Channels.Ttl} cover the routers between them",
            };
        }

        return Finding.Pass($"TTL {survived} arrive as sent");
    }
}
