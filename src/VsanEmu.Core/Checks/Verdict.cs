using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Checks.Diagnoses;
using VsanEmu.Core.Checks.Rules;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks;

/// <summary>What the process exits with (CHECKS.md).</summary>
public enum ExitCode : byte
{
    /// <summary>Every check that applies passed; some may have warned.</summary>
    Passed = 0,

    /// <summary>A check failed.</summary>
    Failed = 1,

    /// <summary>Bad usage or spec; never a verdict's.</summary>
    BadInput = 2,

    /// <summary>Nothing failed, but a check stayed inconclusive, or one that was named could not be carried out, or none could.</summary>
    Inconclusive = 3,
}

/// <summary>All checks' results and what they mean together. The same spec and observations give the same verdict, always.</summary>
public sealed record Verdict
{
    /// <summary>A result for each check, in the catalogue's order.</summary>
    public required IReadOnlyList<CheckResult> Results { get; init; }

    /// <summary>The likely faults, the one that explains most first; empty when nothing is wrong or nothing fits.</summary>
    public required IReadOnlyList<Diagnosis> Diagnoses { get; init; }

    /// <summary>Ids of failed checks that no diagnosis explains, and that do not say themselves what is wrong.</summary>
    public required IReadOnlyList<string> Unexplained { get; init; }

    /// <summary>What the process exits with.</summary>
    public required ExitCode ExitCode { get; init; }

    /// <summary>Ids of the checks that were asked for (<c>--only</c>); empty when all were.</summary>
    public IReadOnlyList<string> Asked { get => field ?? []; init; }

    /// <summary>Judges a run by every check of <see cref="CheckCatalogue.All"/>.</summary>
    public static Verdict Of(ClusterSpec spec, RunObservations seen)
    {
        var run = new RunAnalysis(spec, seen);
        (CheckResult Result, Tolerance Tolerance)[] judged = [.. CheckCatalogue.Rules.Select(r => (r.Evaluate(run), r.Tolerance))];
        IReadOnlyList<Diagnosis> diagnoses = [.. Diagnostician.Conclude(run, [.. judged.Select(j => j.Result)]).Where(d => !OwnMachine.MayHaveLost(run, d, judged))];
        var own = CheckCatalogue.Rules.Where(r => r.ExplainsItself).Select(r => r.Id).ToHashSet();
        var explained = diagnoses.SelectMany(d => d.Explains).ToHashSet();
        // What a fault of the fabric explains is not put down to the machine.
        CheckResult[] results = [.. judged.Select(j => explained.Contains(j.Result.Id) ? j.Result : OwnMachine.Doubt(run, j.Result, j.Tolerance))];
        return new Verdict
        {
            Results = results,
            Diagnoses = diagnoses,
            Unexplained = [.. results.Where(r => r.Outcome == CheckOutcome.Fail && !explained.Contains(r.Id) && !own.Contains(r.Id)).Select(r => r.Id)],
            ExitCode = Exit(results, seen.Asked),
            Asked = [.. results.Select(r => r.Id).Where(seen.Asked.ContainsKey)],
        };
    }

    private static ExitCode Exit(CheckResult[] results, IReadOnlyDictionary<string, bool> asked)
    {
        if (results.Any(r => r.Outcome == CheckOutcome.Fail)) return ExitCode.Failed;
        bool none = !results.Any(r => r.Outcome is CheckOutcome.Pass or CheckOutcome.Warn);
        bool open = results.Any(r => r.Outcome == CheckOutcome.Inconclusive || (r.Outcome == CheckOutcome.Skip && asked.GetValueOrDefault(r.Id)));
        return none || open ? ExitCode.Inconclusive : ExitCode.Passed;
    }
}

/// <summary>Every check there is.</summary>
public static class CheckCatalogue
{
    /// <summary>The checks in the order in which they are reported; ids are stable.</summary>
    public static IReadOnlyList<ICheck> All => Rules;

    internal static IReadOnlyList<Check> Rules { get; } =
    [
        new ClusterForms(),
        new EveryFlowArrives(),
        new NoOtherFlow(),
        new SettingsAgree(),
        new AgentGroupDelivery(),
        new MasterGroupDelivery(),
        new MasterGroupIsolation(),
        new NoFlooding(),
        new QuerierPresent(),
        new MembershipLasts(),
        new GroupJoinDelay(),
        new GroupLeaveDelay(),
        new MacAliases(),
        new GroupCapacity(),
        new UnregisteredGroups(),
        new LinkLocalGroups(),
        new MixedVersions(),
        new TtlSurvives(),
        new ReportsStayAway(),
        new BadReportIgnored(),
        new FirstJoin(),
        new SpecLint(),
        new MembersReachEachOther(),
        new SegmentOutsiderBlocked(),
        new RemoteOutsiderBlocked(),
        new SourcePortBlocked(),
        new DisguiseBlocked(),
        new OutsiderSendsInVain(),
        new OutsiderJoinsInVain(),
        new Ipv6Blocked(),
        new IdleConnections(),
        new FullSizePackets(),
        new RoundTrips(),
        new PathQuality(),
        new Takeover(),
        new NothingLost(),
        new SplitAndHeal(),
    ];
}
