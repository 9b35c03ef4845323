using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>What a rule found; <see cref="Check"/> makes a result of it.</summary>
internal sealed record Finding(CheckOutcome Outcome, string Seen)
{
    public IEnumerable<string> Evidence { get; init; } = [];

    public string Cause { get; init; } = "";

    public string Remedy { get; init; } = "";

    public static Finding Pass(string seen) => new(CheckOutcome.Pass, seen);

    public static Finding Warn(string seen) => new(CheckOutcome.Warn, seen);

    public static Finding Fail(string seen) => new(CheckOutcome.Fail, seen);

    public static Finding Skip(string why) => new(CheckOutcome.Skip, why);

    public static Finding Inconclusive(string why) => new(CheckOutcome.Inconclusive, why);
}

/// <summary>A rule with its fixed words: subclasses say what there is to look at, and judge what was seen of it.</summary>
internal abstract class Check(string id, string title) : ICheck
{
    /// <summary>Why the multicast checks are skipped for a cluster without groups.</summary>
    protected const string NoGroups = "the profile is unicast: there are no groups";

    public string Id => id;

    public string Title => title;

    public virtual RunPart Needs => RunPart.None;

    public virtual RunPart Uses => Needs;

    /// <summary>True when a failure says itself what is wrong, so that no fault of the fabric is looked for.</summary>
    internal virtual bool ExplainsItself => false;

    /// <summary>What a hindered machine may do to it.</summary>
    internal virtual Tolerance Tolerance => Tolerance.Unshaken;

    public CheckResult Evaluate(ClusterSpec spec, RunObservations seen) => Evaluate(new RunAnalysis(spec, seen));

    internal CheckResult Evaluate(RunAnalysis run)
    {
        // What was left out on purpose is not judged, whatever else of the run may bear on it.
        Finding judged = run.Seen.NotTried.TryGetValue(id, out string? why) ? Finding.Skip(why) : Judge(run);
        Ledger ledger = judged.Outcome == CheckOutcome.Skip ? Ledger.Empty : Subjects(run);
        Finding finding = ledger.Weigh(judged);
        return new CheckResult
        {
            Id = id,
            Title = title,
            Outcome = finding.Outcome,
            Expected = Expected(run.Spec),
            Seen = finding.Seen,
            Evidence = Wording.Limit(finding.Evidence),
            Cause = finding.Cause,
            Remedy = finding.Remedy,
            Coverage = ledger.ToCoverage(),
        };
    }

    protected abstract string Expected(ClusterSpec spec);

    /// <summary>
    /// Everything that the check has to look at, from the spec and the plan of the run, and why what was not looked at was not. A check that passes without having looked at all of it is inconclusive.
    /// </summary>
    protected abstract Ledger Subjects(RunAnalysis run);

    /// <summary>Judges what was seen; it need not say what was not.</summary>
    protected abstract Finding Judge(RunAnalysis run);
}
