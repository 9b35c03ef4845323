using VsanEmu.Core.Observations;
using VsanEmu.Core.Probing;

namespace VsanEmu.Report.Probes;

/// <summary>What came of probes, as text: a line for each way that was tried, and a line for whether anybody is there.</summary>
public static class ProbeReport
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter output, ProbedTarget target)
    {
        if (target.Name.Length > 0) output.WriteLine($"{target.Name} is {target.Address}");
        if (target.NotProbed.Length > 0) output.WriteLine($"{target.Address} was not probed: {target.NotProbed}");
        foreach (ProbeObservation probe in target.Probes) output.WriteLine(Line(target, probe));
        foreach (string line in Proofs(target)) output.WriteLine($"  {line}");
    }

    private static string Line(ProbedTarget target, ProbeObservation p)
    {
        string port = p.Method == ProbeMethod.Fragments ? " in fragments" : p.SourcePort == 0 ? "" : $" source port {p.SourcePort}";
        string took = $"{p.TookNs / 1e6:0.0} ms";
        string by = p.AnsweredBy.Length == 0 ? "" : p.AnsweredBy == target.Bare ? " in the target's own name" : $" by {p.AnsweredBy}";
        string how = p.Outcome switch
        {
            ProbeOutcome.Open => $"open ({took})",
            _ when p.OwnHost == OwnHostDeed.AnswerDropped => $"answered, and this host's own firewall drops the answer ({took})",
            _ when p.OwnHost == OwnHostDeed.Refused => $"refused by this host's own firewall ({took})",
            _ when p.OwnHost == OwnHostDeed.Unsent => $"unreachable: {BlockedProof.WhyUnsent(target, p)} ({took})",
            ProbeOutcome.Refused => $"refused: RST{by} ({took})",
            ProbeOutcome.Prohibited => $"prohibited: ICMP says so{by} ({took})",
            ProbeOutcome.IcmpOther => $"unreachable: an ICMP error{by} ({took})",
            ProbeOutcome.Unreachable when p.Method == ProbeMethod.Ipv6 => $"unreachable: no route, no answer of the neighbour, or an ICMP error ({took})",
            ProbeOutcome.Unreachable => $"unreachable: no route, or no ARP answer ({took})",
            _ => $"filtered: no answer in {took}; only a capture at the target tells whether the SYN arrived",
        };
        return $"{p.From}{port} to {p.To} TCP {p.DestinationPort}: {how}";
    }

    // What is said of several ways is said once; of which ways it is said, only where they differ.
    private static IEnumerable<string> Proofs(ProbedTarget target)
    {
        if (target.Probes.Count == 0) yield break;
        foreach (ControlAttempt attempt in target.Controls.Distinct())
            yield return $"control from {attempt.From}: {(attempt.Outcome == ProbeOutcome.Open ? "open" : attempt.Outcome.ToString().ToLowerInvariant())}";
        IGrouping<(WayState State, string Why), ProbeObservation>[] said = [.. target.Probes.GroupBy(p => BlockedProof.Of(target, p))];
        foreach (IGrouping<(WayState State, string Why), ProbeObservation> same in said.Where(s => s.Key.State != WayState.Open))
            yield return $"{(said.Length == 1 ? "" : $"{string.Join(", ", same.Select(Way))}: ")}{Word(same.Key.State)}: {same.Key.Why}";
    }

    private static string Way(ProbeObservation p) =>
        p.Method == ProbeMethod.Fragments ? "in fragments" : p.SourcePort == 0 ? "from an ephemeral port" : $"from source port {p.SourcePort}";

    private static string Word(WayState state) => state switch
    {
        WayState.Blocked => "blocked",
        WayState.OpenUpToHere => "open up to this host",
        _ => "not proven to be blocked",
    };
}
