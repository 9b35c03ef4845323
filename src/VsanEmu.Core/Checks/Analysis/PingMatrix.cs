using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Echo requests among members: the smallest and the largest size of each direction.</summary>
internal sealed class PingMatrix
{
    private PingMatrix(IReadOnlyDictionary<Direction, PingObservation> small, IReadOnlyDictionary<Direction, PingObservation> large, IReadOnlyList<string> refusals)
    {
        Small = small;
        Large = large;
        Refusals = refusals;
        Silent = [.. small.Where(p => p.Value is { Sent: > 0, Answered: 0 }).Select(p => p.Key)];
        TooLarge = [.. large.Where(p => p.Value is { Sent: > 0, Answered: 0 } && small.GetValueOrDefault(p.Key) is { Answered: > 0 }).Select(p => p.Key)];
    }

    /// <summary>Small ones, by direction.</summary>
    public IReadOnlyDictionary<Direction, PingObservation> Small { get; }

    /// <summary>Those of the full size, by direction.</summary>
    public IReadOnlyDictionary<Direction, PingObservation> Large { get; }

    /// <summary>Directions on which not even a small one was answered.</summary>
    public IReadOnlyList<Direction> Silent { get; }

    /// <summary>Directions on which small ones were answered and large ones were not.</summary>
    public IReadOnlyList<Direction> TooLarge { get; }

    /// <summary>Who named which smaller MTU.</summary>
    public IReadOnlyList<string> Refusals { get; }

    /// <summary>The directions on which the run was to ask.</summary>
    public static IReadOnlyList<Direction> Planned(RunAnalysis run)
    {
        HashSet<string> phases = [.. run.Seen.Pings.Select(p => p.Phase)];
        PhaseObservation? phase = run.Timeline.All.FirstOrDefault(p => phases.Contains(p.Name));
        string[] members = phase is null ? [.. run.Members] : [.. phase.Views.Select(v => v.Member)];
        string? master = phase?.Views.FirstOrDefault(v => v.Role == Role.Master)?.Member;
        return [.. Pairs.Pings(members, master, run.Spec.Trials.Pairs).SelectMany(p => p.To.Select(to => new Direction(p.From, to)))];
    }

    public int LargeBytes => Large.Values.Select(p => p.Bytes).DefaultIfEmpty().Max();

    public PairPattern Pattern(IEnumerable<Direction> bad) => PairPattern.Of([.. Small.Keys], bad);

    public static PingMatrix Of(RunAnalysis run)
    {
        return new(
            Sum(run.Seen.Pings.Where(p => p.Bytes < Full(run, new(p.From, p.To)))),
            Sum(run.Seen.Pings.Where(p => p.Bytes >= Full(run, new(p.From, p.To)))),
            [.. run.Seen.Pings.Where(p => p.RefusedMtu > 0).Select(p => $"MTU {p.RefusedMtu}{(p.RefusedBy.Length > 0 ? $", says {run.Name(p.RefusedBy)}" : "")}").Distinct()]);
    }

    /// <summary>The size that must pass in a direction: what the spec asks for; else what both members' interfaces take, as far as they told it.</summary>
    public static int Full(RunAnalysis run, Direction way) =>
        run.Spec.Trials.Mtu ?? TrialSpec.FullSize(run.MtuOf(way.From) ?? TrialSpec.UsualMtu, run.MtuOf(way.To) ?? TrialSpec.UsualMtu);

    // Of one direction all phases together; the one with the most answers stands for the times.
    private static Dictionary<Direction, PingObservation> Sum(IEnumerable<PingObservation> pings) =>
        pings.GroupBy(p => new Direction(p.From, p.To)).ToDictionary(g => g.Key, g => g.MaxBy(p => p.Answered)! with { Sent = g.Sum(p => p.Sent), Answered = g.Sum(p => p.Answered) });
}
