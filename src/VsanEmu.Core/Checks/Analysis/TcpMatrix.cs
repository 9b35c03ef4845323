using VsanEmu.Core.Observations;

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
    private readonly IReadOnlyDictionary<Direction, Attempts> _attempts;
    private readonly IReadOnlySet<Direction> _expected;

    private TcpMatrix(IReadOnlyDictionary<Direction, Attempts> attempts, IReadOnlySet<Direction> expected)
    {
        _attempts = attempts;
        _expected = expected;
        Open = attempts.Where(a => !a.Value.Closed).Select(a => a.Key).ToHashSet();
        Mute = [.. attempts.Where(a => !a.Value.Closed && a.Value.Mute > 0 && a.Value.Open == 0).Select(a => a.Key).OrderBy(w => w.From).ThenBy(w => w.To)];
        Blocked = attempts.Where(a => a.Value.Closed).ToDictionary(a => a.Key, a => a.Value.Failed[^1]);
        Unsteady = [.. attempts.Where(a => !a.Value.Closed && a.Value.Failed.Count > 0).Select(a => a.Key).OrderBy(w => w.From).ThenBy(w => w.To)];
    }

    // How often a direction opened, by a probe or a connection that was held; how often it opened and no answer came; and each time that it did not open.
    private sealed class Attempts
    {
        public int Open { get; set; }

        public int Mute { get; set; }

        public List<BlockedWay> Failed { get; } = [];

        public bool Closed => Failed.Count > Open + Mute;

        public int Count => Open + Mute + Failed.Count;
    }

    /// <summary>Directions that opened, at least as often as they did not.</summary>
    public IReadOnlySet<Direction> Open { get; }

    /// <summary>Those of them on which TCP opened, and yet no answer to what was asked came in time.</summary>
    public IReadOnlyList<Direction> Mute { get; }

    /// <summary>Directions that were tried and did not open, or less often than they failed to: one success does not undo what failed.</summary>
    public IReadOnlyDictionary<Direction, BlockedWay> Blocked { get; }

    /// <summary>Directions that opened, and yet not every time.</summary>
    public IReadOnlyList<Direction> Unsteady { get; }

    /// <summary>Directions that were to be tried, and those that were besides.</summary>
    public IEnumerable<Direction> Expected => _expected.Union(_attempts.Keys).OrderBy(w => w.From).ThenBy(w => w.To);

    /// <summary>Why nothing is known of a direction; null when it was tried.</summary>
    public string? WhyNot(Direction way) => _attempts.ContainsKey(way) ? null : "no probe and no connection";

    /// <summary>How often a direction failed, where it was tried more than once: <c>, 19 of 20 attempts failed</c>; else empty.</summary>
    public string Share(Direction way) => _attempts[way].Count > 1 ? $", {_attempts[way].Failed.Count} of {_attempts[way].Count} attempts failed" : "";

    /// <summary>True when anybody was tried at all.</summary>
    public bool Tried => _attempts.Count > 0;

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

        var attempts = new Dictionary<Direction, Attempts>();
        var expected = new HashSet<Direction>();
        foreach (PhaseObservation phase in phases)
        {
            expected.UnionWith(Direction.Among(run, phase));
            foreach (Direction way in Connections(run, phase)) Of(way).Open++;
            foreach (ProbeObservation probe in probes[phase.Name])
            {
                var way = new Direction(probe.From, probe.To);
                if (Timeline.Side(phase, way.From) != Timeline.Side(phase, way.To)) continue;
                if (probe.Outcome == ProbeOutcome.Open) Of(way).Open++;
                else if (probe.Outcome == ProbeOutcome.Filtered && SynTrace.Answered(run, probe)) Of(way).Mute++;
                else Of(way).Failed.Add(new(way, SynTrace.Refine(run, probe), probe.AnsweredBy));
            }
        }

        return new(attempts, expected);

        Attempts Of(Direction way) => attempts.TryGetValue(way, out Attempts? known) ? known : attempts[way] = new();
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

}
