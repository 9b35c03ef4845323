using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How a round's join went.</summary>
internal enum JoinEnd : byte
{
    /// <summary>The stream arrived after the report.</summary>
    Measured,

    /// <summary>The stream arrived before the report: the port got it without asking.</summary>
    Early,

    /// <summary>The stream went on, and nothing of it arrived.</summary>
    Never,

    /// <summary>What the round rests on was not proven.</summary>
    Unproven,
}

/// <summary>One join while a stream runs.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="End">How it went.</param>
/// <param name="DelayNs">Group join delay (RFC 2432, 3.4.1): first datagram minus report, both as the port's capture saw them; 0 unless measured.</param>
/// <param name="Told">In words.</param>
internal sealed record JoinRound(Trial Trial, JoinEnd End, long DelayNs, string Told)
{
    /// <summary>Fewer datagrams than this after the report prove no failure.</summary>
    public const int FewestAfterReport = 20;

    /// <summary>Method A: no port had joined the group. Method B: it was forwarded to another port already.</summary>
    public string Method => Trial.Plan.Kind == TrialKind.JoinUnknown ? "A" : "B";

    /// <summary>A delay below this cannot be told from none.</summary>
    public long ResolutionNs => Trial.Plan.IntervalNs;

    public override string ToString() => $"method {Method}, round {Trial.Plan.Round}, {Trial.Plan.Actor} joins {Trial.Plan.Group}: {Told}";

    public static IReadOnlyList<JoinRound> Of(RunAnalysis run) =>
        [.. run.Trials.Of(TrialKind.JoinUnknown, TrialKind.JoinForwarded).Where(t => t.Sent).Select(t => Judge(run, t))];

    private static JoinRound Judge(RunAnalysis run, Trial trial)
    {
        TrialObservation plan = trial.Plan;
        if (run.Capture(plan.Actor) is not { } capture) return Unproven($"{plan.Actor} was not captured");
        if (trial.SaidAtNs(plan.Actor, leave: false) is not { } report) return Unproven($"no report of {plan.Actor} was seen");
        bool forwarded = plan.Joined.Any(other => other != plan.Actor && trial.At(other)?.FirstNs < report);
        if (plan.Kind == TrialKind.JoinForwarded && !forwarded) return Unproven("the group was not seen to be forwarded to another port before");
        if (trial.At(plan.Actor) is { } seen)
        {
            return seen.FirstNs < report
                ? new(trial, JoinEnd.Early, 0, $"the stream arrived {Wording.Span(report - seen.FirstNs)} before the report (frame {seen.FirstFrame})")
                : new(trial, JoinEnd.Measured, seen.FirstNs - report, $"{Wording.Span(seen.FirstNs - report)} from the report to frame {seen.FirstFrame}");
        }

        if (capture.Dropped > 0) return Unproven($"nothing was seen, but the kernel dropped {capture.Dropped} frames of the capture");
        long after = trial.LastSentNs - report;
        return after < FewestAfterReport * plan.IntervalNs
            ? Unproven($"the stream ended {Wording.Span(Math.Max(0, after))} after the report")
            : new(trial, JoinEnd.Never, 0, $"nothing in the {Wording.Span(after)} that the stream went on after the report");

        JoinRound Unproven(string why) => new(trial, JoinEnd.Unproven, 0, why);
    }
}
