using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>A check by trials on test groups: skipped where none was made, inconclusive where no stream was on the wire.</summary>
internal abstract class TrialCheck(string id, string title, params TrialKind[] kinds) : Check(id, title)
{
    /// <summary>Why a check by trials is skipped in a run that makes none.</summary>
    public const string NotMade = "no trial was made";

    protected sealed override Finding Judge(RunAnalysis run)
    {
        if (run.Spec.Profile.Unicast) return Finding.Skip(NoGroups);
        if (Absent(run) is { } why) return Finding.Skip(why);
        Trial[] made = run.Trials.Of(kinds);
        if (made.Length == 0) return Finding.Skip(NotMade);
        Trial[] sent = [.. made.Where(t => t.Sent)];
        return sent.Length > 0
            ? Judge(run, sent)
            : Finding.Inconclusive($"no stream was on the wire: {made[0].WhyNotSent}") with { Evidence = made.Select(t => $"{t}: {t.WhyNotSent}") };
    }

    /// <summary>Why the check does not apply to a spec; null when it does.</summary>
    protected virtual string? Absent(RunAnalysis run) => null;

    /// <summary>Judges the trials whose streams were on the wire; there is at least one.</summary>
    protected abstract Finding Judge(RunAnalysis run, IReadOnlyList<Trial> trials);

    /// <summary>"Nothing arrived" is inconclusive where the capture proves nothing, or where the sender may be cut off; null when all of it is proven.</summary>
    protected static Finding? Unproven(IReadOnlyList<(Trial Trial, PortCapture Port)> quiet)
    {
        string[] doubts = [.. quiet.Select(q => !q.Trial.PathProven ? $"{q.Trial}: nothing of its sender arrived anywhere in the phase"
            : q.Trial.Watched(q.Port) ? ""
            : $"{q.Trial}: {(q.Port.Dropped > 0 ? $"the kernel dropped {q.Port.Dropped} frames of the capture at {q.Port.Port}" : $"the capture at {q.Port.Port} saw no frame in the phase")}").Where(d => d.Length > 0)];
        if (quiet.Count == 0) return Finding.Inconclusive("no port that could tell was captured");
        return doubts.Length > 0 ? Finding.Inconclusive($"nothing arrived, which proves nothing in {doubts.Length} of {quiet.Count} cases") with { Evidence = doubts } : null;
    }

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
