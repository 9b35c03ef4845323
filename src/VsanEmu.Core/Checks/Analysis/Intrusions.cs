using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>How far an outsider's attempt got.</summary>
internal enum Attempt : byte
{
    /// <summary>The connection opened, or the member itself refused it: nothing stood in the way.</summary>
    Open,

    /// <summary>The SYN reached the member; only the answer was lost.</summary>
    HalfOpen,

    /// <summary>Something on the way stopped it.</summary>
    Blocked,

    /// <summary>The outsider had no path at all, so that nothing was tested.</summary>
    NoPath,

    /// <summary>It was not tried, or the captures cannot tell.</summary>
    Unknown,
}

/// <summary>One outsider's attempt on one member.</summary>
/// <param name="Outsider">Who tried.</param>
/// <param name="Target">The member.</param>
/// <param name="FromReliablePort">True when it bound the reliable port as its source.</param>
/// <param name="Result">How far it got.</param>
/// <param name="Proven">True when a member reached the same target in the same phase: only then does "blocked" say something about the ACL.</param>
/// <param name="Detail">In words, with who answered.</param>
internal sealed record Intrusion(OutsiderSpec Outsider, string Target, bool FromReliablePort, Attempt Result, bool Proven, string Detail);

/// <summary>All attempts of all outsiders of the spec on all members, also those that were not made.</summary>
internal sealed class Intrusions
{
    private Intrusions(IReadOnlyList<Intrusion> all) => All = all;

    public IReadOnlyList<Intrusion> All { get; }

    public static Intrusions Of(RunAnalysis run)
    {
        ILookup<(string, string, bool), ProbeObservation> probes = run.Seen.Probes
            .Where(p => p.DestinationPort == run.Spec.Channels.ReliablePort)
            .ToLookup(p => (p.From, p.To, p.SourcePort == p.DestinationPort));
        var reachable = new Dictionary<string, HashSet<string>>();
        return new([
            .. from outsider in run.Spec.Outsiders
               from target in run.Spec.Members
               from bound in (bool[])[false, true]
               select Judge(outsider, target.Name, bound, probes[(outsider.Name, target.Name, bound)])]);

        Intrusion Judge(OutsiderSpec outsider, string target, bool bound, IEnumerable<ProbeObservation> tries)
        {
            Intrusion? worst = null;
            foreach (ProbeObservation probe in tries)
            {
                if (!reachable.TryGetValue(probe.Phase, out HashSet<string>? targets))
                    reachable[probe.Phase] = targets = [.. ReachedByMembers(run, probe.Phase)];
                ProbeOutcome outcome = SynTrace.Refine(run, probe);
                var intrusion = new Intrusion(outsider, target, bound, Classify(run, probe), targets.Contains(target), SynTrace.Describe(outcome, probe.AnsweredBy));
                if (worst is null || intrusion.Result < worst.Result) worst = intrusion;
            }

            return worst ?? new Intrusion(outsider, target, bound, Attempt.Unknown, false, "was not tried");
        }
    }

    private static Attempt Classify(RunAnalysis run, ProbeObservation probe) => probe.Outcome switch
    {
        ProbeOutcome.Open => Attempt.Open,
        ProbeOutcome.FilteredForward or ProbeOutcome.Prohibited => Attempt.Blocked,
        ProbeOutcome.FilteredReturn => Attempt.HalfOpen,
        // A RST bears the target's address whoever made it: only the target's own capture tells.
        ProbeOutcome.Refused => SynTrace.Arrived(run, probe) switch { true => Attempt.Open, false => Attempt.Blocked, null => Attempt.Unknown },
        ProbeOutcome.Filtered => SynTrace.Arrived(run, probe) == true ? Attempt.HalfOpen : Attempt.Blocked,
        ProbeOutcome.IcmpOther or ProbeOutcome.Unreachable => Attempt.NoPath,
        _ => Attempt.Unknown,
    };

    private static IEnumerable<string> ReachedByMembers(RunAnalysis run, string phase)
    {
        var members = run.Spec.Members.Select(m => m.Name).ToHashSet();
        return run.Seen.Probes
            .Where(p => p.Phase == phase && p.Outcome == ProbeOutcome.Open && members.Contains(p.From))
            .Select(p => p.To)
            .Concat(run.Timeline.All.Where(p => p.Name == phase).SelectMany(p => TcpMatrix.Connections(run, p)).Select(w => w.To));
    }
}
