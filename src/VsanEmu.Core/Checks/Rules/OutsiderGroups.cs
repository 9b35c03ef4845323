using System.Net;
using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A6: what an outsider sends to the cluster's groups reaches no member.</summary>
internal sealed class OutsiderSendsInVain() : TrialCheck("A6", "outsider's datagrams blocked", TrialKind.OutsiderSends)
{
    protected override string Expected(ClusterSpec spec) => "no member gets what an outsider sends to the cluster's groups";

    protected override string? Absent(RunAnalysis run) => run.Spec.Outsiders.Count == 0 ? "the spec has no outsider" : null;

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) =>
        Outsiders.OnGroups(run, "to", (trial, outsider) => trial.Plan.Sender == outsider);

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("member", sent, _ => run.Members, (t, member) => WhyNot(run, t, member))
        .And(Ledger.Of("group", sent.GroupBy(t => t.Plan.Group), g => g.All(t => run.Members.Any(m => MembersHeard(run, m, t.Plan))) ? null : "nothing of a member's to it was seen at any port", g => g.Key));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        var cases = Cases(trials, t => run.Trials.Segment.Where(p => p.Kind == PortKind.Member));
        var arrived = Arrived(cases);
        if (arrived.Length > 0)
        {
            return Finding.Fail($"what {Wording.Names(arrived.Select(a => a.Trial.Plan.Sender).Distinct())} sent to {Wording.Names(arrived.Select(a => a.Trial.Plan.Group).Distinct())} reached {Wording.Count(arrived.Select(a => a.Port.Port).Distinct().Count(), "member")}") with
            {
                Evidence = arrived.Select(Line),
                Cause = "no access list covers the groups: whoever is in the segment can speak to the cluster's control plane",
                Remedy = "connect only members' vSAN ports to the segment, or permit there the groups from members' addresses only",
            };
        }

        string members = Wording.Count(cases.Select(c => c.Port.Port).Distinct().Count(), "member");
        return Finding.Pass($"nothing of {Wording.Names(trials.Select(t => t.Plan.Sender).Distinct())} to {Wording.Names(trials.Select(t => t.Plan.Group).Distinct())} at any of {members}, where members' own arrives");
    }

    // Blocked means something only where what members send to the same group arrived at the same time. An Agent does not listen to the Master Group, and the Backup is alone in sending to it.
    private static string? WhyNot(RunAnalysis run, Trial trial, string member)
    {
        if (trial.Unknown(member) is { } why) return why;
        bool expected = trial.Joined.Contains(member) && run.Members.Any(m => m != member && Flows(run, m, trial.Plan, PortDirection.Out).Any());
        return expected && !MembersHeard(run, member, trial.Plan) ? "nothing of a member's to the group was seen there in the phase" : null;
    }

    private static bool MembersHeard(RunAnalysis run, string port, TrialObservation trial)
    {
        var members = run.Spec.Members.Select(m => m.Address.ToString()).ToHashSet();
        return Flows(run, port, trial, PortDirection.In).Any(f => members.Contains(f.Source));
    }

    private static IEnumerable<FlowSighting> Flows(RunAnalysis run, string port, TrialObservation trial, PortDirection direction) =>
        run.Capture(port)?.Flows.Where(f => f.Phase == trial.Phase && f.Direction == direction && f.Destination == trial.Group && f.Packets > 0) ?? [];
}

/// <summary>A7: an outsider that joins one of the cluster's groups gets nothing of it.</summary>
internal sealed class OutsiderJoinsInVain() : TrialCheck("A7", "outsider joins in vain", TrialKind.OutsiderJoins)
{
    protected override string Expected(ClusterSpec spec) => "an outsider that joins one of the cluster's groups receives nothing";

    protected override string? Absent(RunAnalysis run) => run.Spec.Outsiders.Count == 0 ? "the spec has no outsider" : null;

    protected override IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run) =>
        Outsiders.OnGroups(run, "joins", (trial, outsider) => trial.Plan.Actor == outsider);

    protected override Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent) => At("outsider", sent, t => [t.Plan.Actor], (t, _) => Doubt(run, t));

    protected override Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials)
    {
        Trial[] got = [.. trials.Where(t => t.At(t.Plan.Actor) is { Packets: > 0 })];
        if (got.Length > 0)
        {
            return Finding.Fail($"{Wording.Names(got.Select(t => t.Plan.Actor).Distinct())} joined {Wording.Names(got.Select(t => t.Plan.Group).Distinct())} and got what members send there") with
            {
                Evidence = got.Select(t => $"{t}: {t.At(t.Plan.Actor)!.Packets} of {t.Plan.Sent} at {t.Plan.Actor}, the first is frame {t.At(t.Plan.Actor)!.FirstFrame}"),
                Cause = "the switch lets any port join: whoever is in the segment can listen to the cluster's control plane",
                Remedy = "connect only members' vSAN ports to the segment, or filter IGMP joins (IGMP filter, multicast ACL) on all other ports",
            };
        }

        return Finding.Pass($"nothing at {Wording.Names(trials.Select(t => t.Plan.Actor).Distinct())}, after the report for {Wording.Names(trials.Select(t => t.Plan.Group).Distinct())}; members got it");
    }

    private static string? Doubt(RunAnalysis run, Trial trial)
    {
        string actor = trial.Plan.Actor;
        if (run.Unwatched(actor) is { } why) return why;
        if (trial.SaidAtNs(actor, leave: false) is not { } report) return "no report of it was seen";
        if (report > trial.LastSentNs) return "it reported after the stream had ended";
        return trial.Reached.Count == 0 ? "the stream reached no member either" : null;
    }
}

/// <summary>The streams that there must be for the spec's outsiders and the cluster's own groups.</summary>
internal static class Outsiders
{
    public static IEnumerable<(string Name, Func<Trial, bool> Is)> OnGroups(RunAnalysis run, string verb, Func<Trial, string, bool> of) =>
        from outsider in run.Spec.Outsiders
        from address in new[] { run.Address(FlowGroup.Agent), run.Address(FlowGroup.Master) }.OfType<IPAddress>().Select(a => a.ToString())
        select ($"{outsider.Name} {verb} {address}", (Func<Trial, bool>)(t => of(t, outsider.Name) && t.Plan.Group == address));
}
