using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>V1: when the Master dies, the Backup takes over in time and the matrix holds again.</summary>
internal sealed class Takeover() : Check("V1", "the Backup takes over")
{
    public override RunPart Needs => RunPart.Failover;

    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Failover, Phases.AfterFailover);

    protected override string Expected(ClusterSpec spec) =>
        $"the Backup becomes Master, and the matrix holds again within {Limit(spec)} heartbeats of {Wording.Span(spec.Timers.Heartbeat)}";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("kill", run.Seen.Failovers, _ => null, f => f.Killed);

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Failovers.Count == 0) return Unformed.Or(run, "the run killed no Master");
        FailoverObservation[] failed = [.. run.Seen.Failovers.Where(f => Wrong(run, f).Length > 0)];
        if (failed.Length > 0)
        {
            return Finding.Fail(Wrong(run, failed[0])) with
            {
                Evidence = run.Seen.Failovers.Select(f => Line(run.Spec, f)),
                Cause = "the Backup does not hear that the Master is silent, or members cannot connect to the new one",
                Remedy = "look at M2 and A1: the Backup must hear the Master, and every member must reach every other on TCP",
            };
        }

        FailoverObservation slowest = run.Seen.Failovers.MaxBy(f => f.HoldsAtNs - f.KilledAtNs)!;
        double took = Heartbeats(run.Spec, slowest.HoldsAtNs!.Value - slowest.KilledAtNs);
        string seen = string.Join("; ", run.Seen.Failovers.Select(f => Line(run.Spec, f)));
        return took > Limit(run.Spec)
            ? Finding.Warn($"{seen}: slower than {Limit(run.Spec)} heartbeats") with
            {
                Cause = "heartbeats or connections are lost or late, or this machine is too slow for its members",
                Remedy = "look at P3 for loss; raise the threshold `failoverHeartbeats` where the machine is known to be slow",
            }
            : Finding.Pass(seen);
    }

    private static string Wrong(RunAnalysis run, FailoverObservation f)
    {
        if (f.TakeoverAtNs is null) return $"{f.Killed} was killed and nobody took over";
        if (f.Backup.Length > 0 && f.NewMaster != f.Backup) return $"{f.Killed} was killed and {(f.NewMaster.Length > 0 ? f.NewMaster : "nobody")} took over, not the Backup {f.Backup}";
        if (f.HoldsAtNs is null) return $"{f.NewMaster} took over from {f.Killed}, but the cluster did not come to rest again";
        int left = run.Spec.Members.Count(m => m.FixedRole != Flows.Role.Agent && !(run.Timeline.DiedAt(m.Name) <= f.KilledAtNs));
        return f.NewBackup.Length == 0 && left > 1 ? $"{f.NewMaster} took over from {f.Killed}, but appointed no Backup" : "";
    }

    private static string Line(ClusterSpec spec, FailoverObservation f)
    {
        string After(long? at) => at is { } ns ? $"after {Heartbeats(spec, ns - f.KilledAtNs):0.0} heartbeats ({Wording.Span(ns - f.KilledAtNs)})" : "never";
        string backup = f.NewBackup.Length > 0 ? f.NewBackup : "none";
        return $"{f.Killed} killed: {(f.NewMaster.Length > 0 ? f.NewMaster : "nobody")} Master {After(f.TakeoverAtNs)}, matrix holds {After(f.HoldsAtNs)}, Backup {backup}";
    }

    private static int Limit(ClusterSpec spec) => spec.Timers.MissedHeartbeats + spec.Thresholds.FailoverHeartbeats;

    private static double Heartbeats(ClusterSpec spec, long ns) => (double)ns / Wording.Ns(spec.Timers.Heartbeat);
}

/// <summary>V2: no update that was acknowledged before the Master died is missing after.</summary>
internal sealed class NothingLost() : Check("V2", "no acknowledged update lost")
{
    public override RunPart Needs => RunPart.Failover;

    protected override string Expected(ClusterSpec spec) => "the new Master's directory holds every update that was acknowledged before";

    protected override Ledger Subjects(RunAnalysis run) => Ledger.Of("directory", run.Seen.Failovers, f =>
        f.NewMaster.Length == 0 ? "nobody took over, so there is no directory to look into"
        : f.Acknowledged == 0 ? "no update had been acknowledged before the kill" : null, f => $"after {f.Killed}");

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Failovers.Count == 0) return Unformed.Or(run, "the run killed no Master");
        FailoverObservation[] losing = [.. run.Seen.Failovers.Where(f => f.Lost.Count > 0)];
        if (losing.Length > 0)
        {
            return Finding.Fail($"{losing.Sum(f => f.Lost.Count)} of {losing.Sum(f => f.Acknowledged)} acknowledged updates are lost") with
            {
                Evidence = losing.SelectMany(f => f.Lost.Select(key => $"after {f.Killed} was killed, {Holder(f)} lacks {key}")),
                Cause = "the Master acknowledged what the Backup did not hold: an error of the emulator, not of the fabric",
                Remedy = "keep the run record and report it",
            };
        }

        if (run.Seen.Failovers.All(f => f.NewMaster.Length == 0)) return Finding.Inconclusive("nobody took over, so there is no directory to look into");
        int acknowledged = run.Seen.Failovers.Sum(f => f.Acknowledged);
        return acknowledged == 0
            ? Finding.Inconclusive("no update had been acknowledged before the Master was killed")
            : Finding.Pass($"all {acknowledged} acknowledged updates are held by {Wording.Names(run.Seen.Failovers.Select(Holder))}");
    }

    private static string Holder(FailoverObservation f) => f.NewMaster.Length > 0 ? f.NewMaster : "nobody";
}

/// <summary>V3: each side of a split elects its own Master; healed, one remains and nothing is lost.</summary>
internal sealed class SplitAndHeal() : Check("V3", "split and heal")
{
    public override RunPart Needs => RunPart.Partition;

    internal override Tolerance Tolerance => Tolerance.OfCluster(Phases.Partition, Phases.Healed);

    protected override string Expected(ClusterSpec spec) => "one Master on each side of a split; one Master and every acknowledged update after it healed";

    protected override Ledger Subjects(RunAnalysis run) =>
        Ledger.Of("side", run.Seen.Partitions.SelectMany(p => p.Sides.Select((members, i) => (Split: p, Members: members, Side: i))),
            s => s.Side < s.Split.MastersPerSide.Count ? null : "nothing is known of its Master", s => string.Join(' ', s.Members))
        .And(Ledger.Of("directory", run.Seen.Partitions, p => p.Acknowledged > 0 ? null : "no update had been acknowledged that could have been lost", _ => "after the heal"));

    protected override Finding Judge(RunAnalysis run)
    {
        if (run.Seen.Partitions.Count == 0) return Unformed.Or(run, "the run did not split the segment");
        string[] wrong = [.. run.Seen.Partitions.SelectMany(Wrong)];
        if (wrong.Length > 0)
        {
            return Finding.Fail(wrong[0]) with
            {
                Evidence = [.. wrong, .. run.Seen.Partitions.Select(Line)],
                Cause = "members of one side do not hear each other, or the sides do not find together again",
                Remedy = "look at M1, M5 and A1 for what the fabric does not carry",
            };
        }

        return Finding.Pass(string.Join("; ", run.Seen.Partitions.Select(Line)));
    }

    private static IEnumerable<string> Wrong(PartitionObservation p)
    {
        if (p.SettledSplitAtNs is null) yield return "the sides did not come to rest";
        foreach ((IReadOnlyList<string> masters, int side) in p.MastersPerSide.Select((m, i) => (m, i)))
            if (masters.Count != 1) yield return $"side {side + 1} had {Masters(masters)}";
        if (p.SettledHealAtNs is null) yield return "the healed cluster did not come to rest";
        if (p.MastersAfter.Count != 1) yield return $"after the heal there was {Masters(p.MastersAfter)}";
        if (p.Lost.Count > 0) yield return $"{p.Lost.Count} of {p.Acknowledged} acknowledged updates are lost: {Wording.Names(p.Lost.Select(k => k.ToString()), 3)}";
    }

    private static string Line(PartitionObservation p) =>
        $"split {Parts.Describe(p.Sides)}: at rest {After(p.SettledSplitAtNs, p.SplitAtNs)} under {Wording.Names(p.MastersPerSide.SelectMany(m => m))}; " +
        $"healed: at rest {After(p.SettledHealAtNs, p.HealedAtNs)} under {Wording.Names(p.MastersAfter)}, {p.Acknowledged - p.Lost.Count} of {p.Acknowledged} updates held";

    private static string After(long? at, long from) => at is { } ns ? $"after {Wording.Span(ns - from)}" : "never";

    private static string Masters(IReadOnlyList<string> masters) => masters.Count == 0 ? "no Master" : $"{masters.Count} Masters: {Wording.Names(masters)}";
}

/// <summary>Why a failover check that nobody left out has nothing to look at.</summary>
internal static class Unformed
{
    public static Finding Or(RunAnalysis run, string missing) => Finding.Inconclusive(
        run.Timeline.Calm.Any(p => p.Settled) ? missing : "the cluster did not form, so nothing could be tried on it");
}
