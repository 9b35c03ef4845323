using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A6: what an outsider sends to the cluster's groups reaches no member.</summary>
internal sealed class OutsiderSendsInVain() : TrialCheck("A6", "outsider's datagrams blocked", TrialKind.OutsiderSends)
{
    protected override string Expected(ClusterSpec spec) => "no member gets what an outsider sends to the cluster's groups";

    protected override string? Absent(RunAnalysis run) => run.Spec.Outsiders.Count == 0 ? "the spec has no outsider" : null;

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

        // Blocked means something only where members' own datagrams to the same group arrived at the same time.
        string[] doubts = [.. cases.Where(c => c.Port.Dropped > 0 || !MembersHeard(run, c.Port, c.Trial.Plan)).Select(c => $"{c.Trial}: nothing of a member's to the group was seen at {c.Port.Port} in the phase")];
        string[] expected = [.. cases.Select(c => c.Trial.Plan.Group).Distinct()];
        // An Agent does not listen to the Master Group: where it hears nothing of members either, others must.
        bool told = cases.Length > 0 && expected.All(g => cases.Any(c => c.Trial.Plan.Group == g && c.Port.Dropped == 0 && MembersHeard(run, c.Port, c.Trial.Plan)));
        return told
            ? Finding.Pass($"nothing of {Wording.Names(trials.Select(t => t.Plan.Sender).Distinct())} to {Wording.Names(expected)} at any of {Wording.Count(cases.Select(c => c.Port.Port).Distinct().Count(), "member")}, where members' own arrives")
            : Finding.Inconclusive("nothing arrived, but members' own datagrams to the group were not seen there either") with { Evidence = doubts };
    }

    private static bool MembersHeard(RunAnalysis run, PortCapture port, TrialObservation trial)
    {
        var members = run.Spec.Members.Select(m => m.Address.ToString()).ToHashSet();
        return port.Flows.Any(f => f.Phase == trial.Phase && f.Direction == PortDirection.In && f.Destination == trial.Group && f.Packets > 0 && members.Contains(f.Source));
    }
}

/// <summary>A7: an outsider that joins one of the cluster's groups gets nothing of it.</summary>
internal sealed class OutsiderJoinsInVain() : TrialCheck("A7", "outsider joins in vain", TrialKind.OutsiderJoins)
{
    protected override string Expected(ClusterSpec spec) => "an outsider that joins one of the cluster's groups receives nothing";

    protected override string? Absent(RunAnalysis run) => run.Spec.Outsiders.Count == 0 ? "the spec has no outsider" : null;

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

        string[] doubts = [.. trials.Select(t => Doubt(run, t)).Where(d => d.Length > 0)];
        return doubts.Length > 0
            ? Finding.Inconclusive($"nothing arrived, but {doubts[0]}") with { Evidence = doubts }
            : Finding.Pass($"nothing at {Wording.Names(trials.Select(t => t.Plan.Actor).Distinct())}, after the report for {Wording.Names(trials.Select(t => t.Plan.Group).Distinct())}; members got it");
    }

    private static string Doubt(RunAnalysis run, Trial trial)
    {
        if (run.Capture(trial.Plan.Actor) is not { } capture) return $"{trial.Plan.Actor} was not captured";
        if (capture.Dropped > 0) return $"the kernel dropped {capture.Dropped} frames of the capture at {capture.Port}";
        if (trial.SaidAtNs(capture.Port, leave: false) is not { } report) return $"no report of {capture.Port} was seen";
        if (report > trial.LastSentNs) return $"{capture.Port} reported after the stream had ended";
        return trial.Reached.Count == 0 ? $"{trial} reached no member either" : "";
    }
}
