using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>A direction on which TCP did not open.</summary>
/// <param name="Way">Who tried whom.</param>
/// <param name="Outcome">How it failed, with what the target's capture tells.</param>
/// <param name="AnsweredBy">Who sent the RST or ICMP error, or empty.</param>
internal sealed record BlockedWay(Direction Way, ProbeOutcome Outcome, string AnsweredBy);

/// <summary>
/// Which member reaches which on the reliable port: by its probes, and by the connections that it holds anyway (a member probes only those to which it has none).
/// </summary>
internal sealed class TcpMatrix
{
    private TcpMatrix(IReadOnlySet<Direction> open, IReadOnlyList<Direction> mute, IReadOnlyDictionary<Direction, BlockedWay> blocked, IReadOnlyList<Direction> untried)
    {
        Open = open;
        Mute = mute;
        Blocked = blocked;
        Untried = untried;
    }

    /// <summary>Directions that opened.</summary>
    public IReadOnlySet<Direction> Open { get; }

    /// <summary>Those of them on which TCP opened, and yet no answer to what was asked came in time.</summary>
    public IReadOnlyList<Direction> Mute { get; }

    /// <summary>Directions that were tried and never opened.</summary>
    public IReadOnlyDictionary<Direction, BlockedWay> Blocked { get; }

    /// <summary>Directions about which nothing is known.</summary>
    public IReadOnlyList<Direction> Untried { get; }

    /// <summary>True when anybody was tried at all.</summary>
    public bool Tried => Open.Count + Blocked.Count > 0;

    public PairPattern Pattern() => PairPattern.Of([.. Open, .. Blocked.Keys], Blocked.Keys);

    public static TcpMatrix Of(RunAnalysis run)
    {
        var members = run.Spec.Members.Select(m => m.Name).ToHashSet();
        ILookup<string, ProbeObservation> probes = run.Seen.Probes
            .Where(p => p.Method == ProbeMethod.Connect && members.Contains(p.From) && members.Contains(p.To) && p.DestinationPort == run.Spec.Channels.ReliablePort)
            .ToLookup(p => p.Phase);

        // Connections of other phases say nothing about the phase of the probes, unless there are no probes at all.
        PhaseObservation[] phases = [.. run.Timeline.Calm.Where(p => probes.Contains(p.Name))];
        if (phases.Length == 0) phases = [.. run.Timeline.Calm];

        var open = new HashSet<Direction>();
        var mute = new HashSet<Direction>();
        var blocked = new Dictionary<Direction, BlockedWay>();
        var expected = new HashSet<Direction>();
        foreach (PhaseObservation phase in phases)
        {
            expected.UnionWith(Expected(run, phase));
            open.UnionWith(Connections(run, phase));
            foreach (ProbeObservation probe in probes[phase.Name])
            {
                var way = new Direction(probe.From, probe.To);
                if (Timeline.Side(phase, way.From) != Timeline.Side(phase, way.To)) continue;
                if (probe.Outcome == ProbeOutcome.Open) open.Add(way);
                else if (probe.Outcome == ProbeOutcome.Filtered && SynTrace.Answered(run, probe)) mute.Add(way);
                else blocked[way] = new(way, SynTrace.Refine(run, probe), probe.AnsweredBy);
            }
        }

        mute.ExceptWith(open);
        open.UnionWith(mute);
        foreach (Direction way in open) blocked.Remove(way);
        return new(open, [.. mute.OrderBy(w => w.From).ThenBy(w => w.To)], blocked, [.. expected.Where(w => !open.Contains(w) && !blocked.ContainsKey(w))]);
    }

    /// <summary>Connections that were open at a phase's end, by the side that opened them.</summary>
    public static IEnumerable<Direction> Connections(RunAnalysis run, PhaseObservation phase) =>
        phase.Views.SelectMany(v => v.Opened.Select(peer => new Direction(v.Member, run.Name(peer))));

    /// <summary>Members that another member reached in a phase, by a probe or by a connection it held.</summary>
    public static IReadOnlySet<string> ReachedByMembers(RunAnalysis run, string phase)
    {
        var members = run.Spec.Members.Select(m => m.Name).ToHashSet();
        return run.Seen.Probes
            .Where(p => p.Phase == phase && p is { Method: ProbeMethod.Connect, Outcome: ProbeOutcome.Open } && members.Contains(p.From))
            .Select(p => p.To)
            .Concat(run.Timeline.All.Where(p => p.Name == phase).SelectMany(p => Connections(run, p)).Select(w => w.To))
            .ToHashSet();
    }

    private static IEnumerable<Direction> Expected(RunAnalysis run, PhaseObservation phase)
    {
        MemberSpec[] alive = [.. run.Timeline.Alive(phase)];
        return
            from a in alive
            from b in alive
            where a.Name != b.Name && Timeline.Side(phase, a.Name) == Timeline.Side(phase, b.Name)
            select new Direction(a.Name, b.Name);
    }
}
