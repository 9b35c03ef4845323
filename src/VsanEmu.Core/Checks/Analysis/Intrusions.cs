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
internal sealed record Intrusion(OutsiderSpec Outsider, string Target, bool FromReliablePort, Attempt Result, bool Proven, string Detail)
{
    /// <summary>True when the fabric answered that it is blocked, instead of dropping it silently.</summary>
    public bool Rejected { get; init; }
}

/// <summary>All attempts of all outsiders of the spec on all members, also those that were not made.</summary>
internal sealed class Intrusions
{
    private Intrusions(IReadOnlyList<Intrusion> all) => All = all;

    public IReadOnlyList<Intrusion> All { get; }

    public static Intrusions Of(RunAnalysis run)
    {
        ILookup<(string, string, bool), ProbeObservation> probes = run.Seen.Probes
            .Where(p => p.Method == ProbeMethod.Connect && p.DestinationPort == run.Spec.Channels.ReliablePort)
            .ToLookup(p => (p.From, p.To, p.SourcePort == p.DestinationPort));
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
                ProbeOutcome outcome = SynTrace.Refine(run, probe);
                Attempt result = Classify(run, probe);
                var intrusion = new Intrusion(outsider, target, bound, result, run.ReachedByMembers(probe.Phase).Contains(target), SynTrace.Describe(outcome, probe.AnsweredBy, probe.OwnHost))
                {
                    // Silence tells a scanner nothing; a RST or an ICMP error in the members' stead does.
                    Rejected = result == Attempt.Blocked && probe.Outcome is ProbeOutcome.Refused or ProbeOutcome.Prohibited,
                };
                if (worst is null || intrusion.Result < worst.Result) worst = intrusion;
            }

            return worst ?? new Intrusion(outsider, target, bound, Attempt.Unknown, false, "was not tried");
        }
    }

    private static Attempt Classify(RunAnalysis run, ProbeObservation probe) => probe.Outcome switch
    {
        // What the source's own host does is not the fabric's doing: an answer that came to its port came all the way.
        _ when probe.OwnHost == OwnHostDeed.AnswerDropped => Attempt.Open,
        _ when probe.OwnHost is OwnHostDeed.Refused or OwnHostDeed.Unsent => Attempt.NoPath,
        ProbeOutcome.Open => Attempt.Open,
        ProbeOutcome.FilteredForward or ProbeOutcome.Prohibited => Attempt.Blocked,
        ProbeOutcome.FilteredReturn => Attempt.HalfOpen,
        // A RST bears the target's address whoever made it: only the target's own capture tells.
        ProbeOutcome.Refused => SynTrace.Arrived(run, probe) switch { true => Attempt.Open, false => Attempt.Blocked, null => Attempt.Unknown },
        ProbeOutcome.Filtered => SynTrace.Arrived(run, probe) == true ? Attempt.HalfOpen : Attempt.Blocked,
        ProbeOutcome.IcmpOther or ProbeOutcome.Unreachable => Attempt.NoPath,
        _ => Attempt.Unknown,
    };
}
