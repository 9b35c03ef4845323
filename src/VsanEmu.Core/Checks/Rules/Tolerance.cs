using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Rules;

/// <summary>
/// How a machine that was hindered may make a check fail, where it rests on time or on counted datagrams: in which phases, and from how long a hindrance on.
/// </summary>
/// <param name="Looks">The phases in which it looks; in others nothing can shake it.</param>
/// <param name="ByHeartbeats">True where it rests on heartbeats, which may be late by one; a trial bears less.</param>
internal sealed record Tolerance(IReadOnlyList<string> Looks, bool ByHeartbeats)
{
    // Less than this delays no trial beyond its own tolerance.
    private static readonly TimeSpan TrialsBear = TimeSpan.FromMilliseconds(50);

    /// <summary>Of a check that rests on neither time nor counted datagrams.</summary>
    public static Tolerance Unshaken { get; } = new([], false);

    /// <summary>True where it finds fault only with phases that were not settled: in those that were, nothing shook it.</summary>
    public bool UnsettledOnly { get; init; }

    /// <summary>What a trial bears where that is not the usual.</summary>
    public TimeSpan? Bears { get; init; }

    /// <summary>True where it rests on what members measure by themselves, on the threads of the process's pool; trials and captures have threads of their own.</summary>
    public bool OnThePool => ByHeartbeats || Looks.Contains(Phases.Probing);

    public static Tolerance OfCluster(params IReadOnlyList<string> looks) => new(looks, true);

    public static Tolerance OfTrials(params IReadOnlyList<string> looks) => new(looks, false);

    /// <summary>How long the machine may stand still without harm, nanoseconds.</summary>
    public long BearsNs(ClusterSpec spec) => Wording.Ns(ByHeartbeats ? spec.Timers.Heartbeat : Bears ?? TrialsBear);
}
