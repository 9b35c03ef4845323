using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>F1: in every calm phase each side of the segment is one cluster at rest.</summary>
internal sealed class ClusterForms() : Check("F1", "the cluster forms")
{
    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Calm) with { UnsettledOnly = true };

    protected override string Expected(ClusterSpec spec) => "one Master, one Backup, the rest Agents, and the same membership everywhere";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("view", Judged(run).SelectMany(p => run.Timeline.Alive(p).Select(m => (Phase: p, Member: m.Name))),
        v => v.Phase.Views.Any(w => w.Member == v.Member) ? null : "nothing is known of it", v => $"{v.Member} in {v.Phase.Name}");

    // A run that never got beyond forming is judged by what its members said then.
    private static IReadOnlyList<PhaseObservation> Judged(RunAnalysis run) =>
        run.Timeline.Calm.Count > 0 ? run.Timeline.Calm : [.. run.Timeline.All.TakeLast(1)];

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Timeline.All.Count == 0) return Finding.Inconclusive("no phase of the run was observed");
        IReadOnlyList<PhaseObservation> judged = Judged(run);
        (PhaseObservation Phase, string[] Wrong)[] bad =
            [.. judged.Select(p => (p, Faults(run, p).ToArray())).Where(p => p.Item2.Length > 0)];
        if (bad.Length > 0)
        {
            string phases = Wording.Names(bad.Select(b => b.Phase.Name), 8);
            return Finding.Fail($"{bad[^1].Wrong[0]} ({phases})") with
            {
                Evidence = bad.SelectMany(b => b.Wrong.Select(w => $"{b.Phase.Name}: {w}")),
                Cause = "members do not hear each other on the Agent Group, or cannot open TCP connections to the Master",
                Remedy = "look at M1, M5 and A1 first: delivery of the groups, the querier, and the access list between members",
            };
        }

        PhaseObservation end = judged[^1];
        MemberView master = end.Views.First(v => v.Role == Role.Master);
        string backup = end.Views.FirstOrDefault(v => v.Role == Role.Backup)?.Member ?? "none";
        return Finding.Pass(
            $"{Wording.Count(end.Views.Count, "member")}, Master {master.Member}, Backup {backup}, in {Wording.Count(judged.Count, "phase")} ({Wording.Names(judged.Select(p => p.Name), 8)})");
    }

    private static IEnumerable<string> Faults(RunAnalysis run, PhaseObservation phase)
    {
        var views = phase.Views.Select(v => v.Member).ToHashSet();
        string[] missing = [.. run.Timeline.Alive(phase).Select(m => m.Name).Where(n => !views.Contains(n))];
        if (missing.Length > 0) yield return $"nothing is known of {Wording.Names(missing)}";

        bool wrong = missing.Length > 0;
        foreach (IGrouping<int, MemberView> side in phase.Views.GroupBy(v => Timeline.Side(phase, v.Member)))
        {
            foreach (string fault in SideFaults(run, [.. side]))
            {
                wrong = true;
                yield return fault;
            }
        }

        if (!wrong && !phase.Settled) yield return "roles changed, or the cluster was not at rest from the start to the end of the phase";
    }

    private static IEnumerable<string> SideFaults(RunAnalysis run, IReadOnlyList<MemberView> side)
    {
        MemberView[] masters = [.. side.Where(v => v.Role == Role.Master)];
        MemberView[] backups = [.. side.Where(v => v.Role == Role.Backup)];
        if (masters.Length != 1) yield return masters.Length == 0 ? "no Master" : $"{masters.Length} Masters: {Names(masters)}";
        if (backups.Length > 1) yield return $"{backups.Length} Backups: {Names(backups)}";
        if (backups.Length == 0 && masters.Length > 0 && side.Any(v => v.Role != Role.Master && MayBeBackup(run.Spec, v))) yield return "no Backup";
        if (side.Where(v => v.Role == Role.Listening).ToArray() is { Length: > 0 } idle) yield return $"{Names(idle)} only listened";

        MemberId[] all = [.. side.Select(v => v.Id).Order()];
        foreach (MemberView view in side)
        {
            MemberId[] unheard = [.. all.Except(view.Members)];
            MemberId[] strange = [.. view.Members.Except(all)];
            if (unheard.Length > 0) yield return $"{view.Member} does not hear {Wording.Names(unheard.Select(run.Name))}";
            if (strange.Length > 0) yield return $"{view.Member} counts {Wording.Names(strange.Select(run.Name))} as a member";
            if (masters.Length == 1 && view.Master != masters[0].Id) yield return $"{view.Member} follows {Who(run, view.Master)}, not {masters[0].Member}";
            if (backups.Length == 1 && view.Backup != backups[0].Id) yield return $"{view.Member} knows {Who(run, view.Backup)} as Backup, not {backups[0].Member}";
            if (!view.AtRest) yield return $"{view.Member} is not at rest: {Lacks(run, view, masters.Length == 1 ? masters[0].Id : MemberId.None, all)}";
        }
    }

    private static bool MayBeBackup(ClusterSpec spec, MemberView view) =>
        spec.Members.FirstOrDefault(m => m.Id == view.Id) is { FixedRole: not Role.Agent };

    // The Master has a connection of either side's with every other member, each of them with the Master.
    private static string Lacks(RunAnalysis run, MemberView view, MemberId master, MemberId[] all)
    {
        if (master.IsNone) return $"opened to {Who(run, view.Opened)}, accepted from {Who(run, view.Accepted)}";
        MemberId[] peers = view.Id == master ? [.. all.Where(id => id != master)] : [master];
        MemberId[] to = [.. peers.Except(view.Opened)], from = [.. peers.Except(view.Accepted)];
        if (to.Length + from.Length == 0) return "its connections are there, an update or a catch-up is outstanding";
        return string.Join(", and ", ((string[])[to.Length > 0 ? $"it has no connection to {Who(run, to)}" : "", from.Length > 0 ? $"none comes from {Who(run, from)}" : ""]).Where(t => t.Length > 0));
    }

    private static string Who(RunAnalysis run, MemberId id) => id.IsNone ? "nobody" : run.Name(id);

    private static string Who(RunAnalysis run, IReadOnlyList<MemberId> ids) => ids.Count == 0 ? "nobody" : Wording.Names(ids.Select(run.Name));

    private static string Names(MemberView[] views) => Wording.Names(views.Select(v => v.Member));
}
