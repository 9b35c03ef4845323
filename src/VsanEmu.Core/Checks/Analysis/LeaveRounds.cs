using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How a round's leave went.</summary>
internal enum LeaveEnd : byte
{
    /// <summary>The stream stopped at the port, while it went on at its sender.</summary>
    Measured,

    /// <summary>It arrived as long as it was sent: the delay is at least that.</summary>
    Endless,

    /// <summary>What the round rests on was not proven.</summary>
    Unproven,
}

/// <summary>One leave while a stream runs.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="End">How it went.</param>
/// <param name="DelayNs">Group leave delay (RFC 2432, 3.4.2): last datagram on the wire minus leave; for an endless one, how long it was watched.</param>
/// <param name="Told">In words.</param>
internal sealed record LeaveRound(Trial Trial, LeaveEnd End, long DelayNs, string Told)
{
    /// <summary>A stream that arrived up to so many datagrams from its end was not stopped.</summary>
    public const int FewestMissing = 10;

    public long ResolutionNs => Trial.Plan.IntervalNs;

    public override string ToString() => $"round {Trial.Plan.Round}, {Trial.Plan.Actor} leaves {Trial.Plan.Group}: {Told}";

    public static IReadOnlyList<LeaveRound> Of(RunAnalysis run) => [.. run.Trials.Of(TrialKind.Leave).Where(t => t.Sent).Select(t => Judge(run, t))];

    private static LeaveRound Judge(RunAnalysis run, Trial trial)
    {
        TrialObservation plan = trial.Plan;
        if (run.Capture(plan.Actor) is not { } capture) return Unproven($"{plan.Actor} was not captured");
        if (trial.SaidAtNs(plan.Actor, leave: true) is not { } left) return Unproven($"no leave of {plan.Actor} was seen");
        if (trial.At(plan.Actor) is not { } seen || seen.FirstNs > left) return Unproven("the stream did not arrive before the leave");
        long slack = FewestMissing * plan.IntervalNs, watched = trial.LastSentNs - left;
        if (watched < slack) return Unproven($"the stream ended {Wording.Span(Math.Max(0, watched))} after the leave");
        if (trial.LastSentNs - seen.LastNs < slack)
            return new(trial, LeaveEnd.Endless, watched, $"still forwarded {Wording.Span(watched)} after the leave, when the stream ended");
        if (capture.Dropped > 0) return Unproven($"the kernel dropped {capture.Dropped} frames of the capture");
        long delay = Math.Max(0, seen.LastNs - left);
        return new(trial, LeaveEnd.Measured, delay, $"{Wording.Span(delay)} from the leave to the last frame");

        LeaveRound Unproven(string why) => new(trial, LeaveEnd.Unproven, 0, why);
    }
}
