using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A check by trials on test groups: inconclusive where no stream was on the wire.</summary>
internal abstract class TrialCheck(string id, string title, params TrialKind[] kinds) : Check(id, title)
{
    public sealed override RunPart Needs => RunPart.Trials;

    protected sealed override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (Absent(run) is { } why) return Finding.Skip(why);
        Trial[] made = run.Trials.Of(kinds);
        if (made.Length == 0) return Finding.Inconclusive(run.Seen.Absent.Count > 0 ? $"no trial was made: {Wording.Names(run.Seen.Absent)} {(run.Seen.Absent.Count == 1 ? "was" : "were")} not there" : "no trial was made");
        Trial[] sent = [.. made.Where(t => t.Sent)];
        return sent.Length > 0
            ? Judge(run, sent)
            : Finding.Inconclusive($"no stream was on the wire: {made[0].WhyNotSent}") with { Evidence = made.Select(t => $"{t}: {t.WhyNotSent}") };
    }

    /// <summary>Every stream that the spec makes or that was planned, and what there is to look at of those that were on the wire.</summary>
    protected sealed override Ledger Subjects(RunAnalysis run)
    {
        Trial[] made = run.Trials.Of(kinds);
        var planned = Planned(run).Where(p => !made.Any(p.Is)).Select(p => (p.Name, Why: (string?)"it was not made"));
        return Ledger.Of("stream", planned.Concat(made.Select(t => (Name: t.ToString(), Why: t.Sent ? null : t.WhyNotSent))), s => s.Why, s => s.Name)
            .And(Subjects(run, [.. made.Where(t => t.Sent)]));
    }

    /// <summary>Why the check does not apply to a spec; null when it does.</summary>
    protected virtual string? Absent(RunAnalysis run) => null;

    /// <summary>The streams that there must be by the spec, whatever the record holds: how each is called, and which trials it may be.</summary>
    protected abstract IEnumerable<(string Name, Func<Trial, bool> Is)> Planned(RunAnalysis run);

    /// <summary>What there is to look at of the trials whose streams were on the wire.</summary>
    protected abstract Ledger Subjects(RunAnalysis run, IReadOnlyList<Trial> sent);

    /// <summary>Judges the trials whose streams were on the wire; there is at least one.</summary>
    protected abstract Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials);

    /// <summary>One stream, whichever.</summary>
    protected static IEnumerable<(string Name, Func<Trial, bool> Is)> One(string name) => [(name, _ => true)];

    /// <summary>A stream of a kind for each repetition, from 1.</summary>
    protected static IEnumerable<(string Name, Func<Trial, bool> Is)> Rounds(string name, TrialKind kind, int count) =>
        Enumerable.Range(1, count).Select(round => ($"{name} {round}", (Func<Trial, bool>)(t => t.Plan.Kind == kind && t.Plan.Round == round)));

    /// <summary>Each trial at each of some ports.</summary>
    protected static Ledger At(string kind, IEnumerable<Trial> trials, Func<Trial, IEnumerable<string>> ports, Func<Trial, string, string?> whyNot) =>
        Ledger.Of(kind, trials.SelectMany(t => ports(t).Select(p => (Trial: t, Port: p))), c => whyNot(c.Trial, c.Port), c => $"{c.Port}, {c.Trial}");

    /// <summary>Every trial with every one of the ports that are asked about.</summary>
    protected static (Trial Trial, PortCapture Port)[] Cases(IEnumerable<Trial> trials, Func<Trial, IEnumerable<PortCapture>> ports) =>
        [.. trials.SelectMany(t => ports(t).Select(p => (t, p)))];

    /// <summary>Those of the cases in which the stream arrived.</summary>
    protected static (Trial Trial, PortCapture Port)[] Arrived(IEnumerable<(Trial Trial, PortCapture Port)> cases) =>
        [.. cases.Where(c => c.Trial.At(c.Port.Port) is { Packets: > 0 })];

    /// <summary>A case in words, with the frame where the stream begins.</summary>
    protected static string Line((Trial Trial, PortCapture Port) c) => c.Trial.At(c.Port.Port) is { } seen
        ? $"{c.Trial}: {seen.Packets} of {c.Trial.Plan.Sent} at {c.Port.Port}, the first is frame {seen.FirstFrame}"
        : $"{c.Trial}: none of {c.Trial.Plan.Sent} at {c.Port.Port}";

    protected static string Ports(IEnumerable<(Trial Trial, PortCapture Port)> cases) => Wording.Names(cases.Select(c => c.Port.Port).Distinct(), 6);
}
