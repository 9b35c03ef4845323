using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>An outsider's attempt by other means than connect(2) over IPv4.</summary>
/// <param name="Outsider">Who tried.</param>
/// <param name="Probe">The attempt.</param>
/// <param name="Result">How far it got.</param>
/// <param name="Proven">True when a member reached the same target in the same phase.</param>
internal sealed record OddAttempt(OutsiderSpec Outsider, ProbeObservation Probe, Attempt Result, bool Proven)
{
    public bool Spoofed => Probe.Method == ProbeMethod.Spoofed;

    /// <summary>True when a block, or what got through, is proven.</summary>
    public bool Tells => Result is Attempt.Open or Attempt.HalfOpen || (Result == Attempt.Blocked && Proven);

    public string Detail => SynTrace.Describe(Probe.Outcome, Probe.AnsweredBy, Probe.OwnHost);

    public string Doubt => Result switch
    {
        Attempt.NoPath => $"{Outsider.Name} has no path to {Probe.To} ({Detail})",
        Attempt.Unknown => $"the captures do not tell how far {Outsider.Name} got ({Detail})",
        _ => $"no member reached {Probe.To} in the same phase either",
    };

    public override string ToString() => $"{Outsider.Name} to {Probe.To} {Means}: {Detail}{(Tells ? "" : $", but {Doubt}")}";

    private string Means => Probe.Method switch
    {
        ProbeMethod.Fragments => "by fragments",
        ProbeMethod.Spoofed => $"as {(Probe.As.Length > 0 ? Probe.As : "a member")}",
        _ => "over IPv6",
    };

    public static IReadOnlyList<OddAttempt> Of(RunAnalysis run)
    {
        var outsiders = run.Spec.Outsiders.ToDictionary(o => o.Name);
        return
        [
            .. from probe in run.Seen.Probes
               where probe.Method != ProbeMethod.Connect && probe.DestinationPort == run.Spec.Channels.ReliablePort && outsiders.ContainsKey(probe.From)
               select new OddAttempt(outsiders[probe.From], probe, Classify(run, probe), run.ReachedByMembers(probe.Phase).Contains(probe.To)),
        ];
    }

    private static Attempt Classify(RunAnalysis run, ProbeObservation probe) => probe.Outcome switch
    {
        // What the source's own host does is not the fabric's doing: an answer that came to its port came all the way.
        _ when probe.OwnHost == OwnHostDeed.AnswerDropped => Attempt.Open,
        _ when probe.OwnHost == OwnHostDeed.Refused => Attempt.Unknown,
        _ when probe.OwnHost == OwnHostDeed.Unsent => Attempt.NoPath,
        // Of a borrowed address only the arrival counts, however that is told.
        ProbeOutcome.Open => probe.Method == ProbeMethod.Spoofed ? Attempt.HalfOpen : Attempt.Open,
        ProbeOutcome.FilteredReturn => Attempt.HalfOpen,
        ProbeOutcome.FilteredForward or ProbeOutcome.Prohibited => Attempt.Blocked,
        ProbeOutcome.Refused when probe.Method == ProbeMethod.Ipv6 => ArrivedOverIpv6(run, probe) switch { true => Attempt.Open, false => Attempt.Blocked, null => Attempt.Unknown },
        ProbeOutcome.Refused => Attempt.Blocked,
        ProbeOutcome.Unreachable or ProbeOutcome.IcmpOther => Attempt.NoPath,
        _ => Attempt.Unknown,
    };

    // The spec has no IPv6 addresses: the outsider's is the one that its own capture saw it use.
    private static bool? ArrivedOverIpv6(RunAnalysis run, ProbeObservation probe)
    {
        if (run.Capture(probe.From) is not { } source || run.Capture(probe.To) is not { } target) return null;
        bool Syn(FlowSighting f, PortDirection direction) => f.Phase == probe.Phase && f.Direction == direction && f.Protocol == FiveTuple.Tcp
            && f.DestinationPort == probe.DestinationPort && f.Syns > 0 && f.Source.Contains(':');
        HashSet<string> used = [.. source.Flows.Where(f => Syn(f, PortDirection.Out)).Select(f => f.Source)];
        if (used.Count == 0) return null;
        return target.Flows.Any(f => Syn(f, PortDirection.In) && used.Contains(f.Source)) ? true : target.Dropped == 0 ? false : null;
    }
}
