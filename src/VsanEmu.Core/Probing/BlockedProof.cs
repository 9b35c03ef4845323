using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Probing;

/// <summary>What a probe's outcome proves of the way to the target.</summary>
public enum WayState : byte
{
    /// <summary>It is open.</summary>
    Open,

    /// <summary>It is open up to this host, whose own firewall drops the answer: nothing connects, and nothing on the way blocks.</summary>
    OpenUpToHere,

    /// <summary>It is blocked, and that is proven.</summary>
    Blocked,

    /// <summary>It is not known to be blocked.</summary>
    NotProven,
}

/// <summary>
/// Silence is blocked only where somebody is who could have answered (CHECKS.md, "Access"). What a named device says of itself, that it forbids the probe, is a proof by
/// itself; an ICMP error that a router also sends when nobody is there is none; and a RST in the target's name means that the SYN came through to a closed port, unless
/// an authorised endpoint finds the port open at the same time.
/// </summary>
public static class BlockedProof
{
    /// <summary>The state of a probe's way, and what proves it or is missing.</summary>
    public static (WayState State, string Why) Of(ProbedTarget target, ProbeObservation probe)
    {
        if (probe.Outcome == ProbeOutcome.Open) return (WayState.Open, "");
        if (probe.OwnHost == OwnHostDeed.AnswerDropped) return (WayState.OpenUpToHere, "the target's SYN-ACK came in at this host's interface, and this host's own firewall drops it");
        if (target.Controls.FirstOrDefault(c => c.Outcome != ProbeOutcome.Open) is { } failed)
            return (WayState.NotProven, $"the control from {failed.From} does not reach it either, so what blocks is not known to be a filter");
        bool own = probe.AnsweredBy == target.Bare;
        return probe.Outcome switch
        {
            _ when probe.OwnHost == OwnHostDeed.Refused => (WayState.NotProven, "this host's own firewall refused to send it: the fabric was not tried"),
            _ when probe.OwnHost == OwnHostDeed.Unsent => (WayState.NotProven, $"the SYN never left this host's interface: {WhyUnsent(target, probe)}"),
            ProbeOutcome.Unreachable => (WayState.NotProven, "no SYN reached anybody: nothing was sent that could be blocked"),
            ProbeOutcome.Refused when own => Refused(target),
            ProbeOutcome.Refused or ProbeOutcome.Prohibited when probe.AnsweredBy.Length == 0 && probe.Method != ProbeMethod.Ipv6 =>
                (WayState.NotProven, "the kernel says so, and no answer was seen: whose word it is, is not known"),
            ProbeOutcome.Prohibited when probe.AnsweredBy.Length > 0 => (WayState.Blocked, $"{(own ? "the target" : probe.AnsweredBy)} says itself that it forbids this"),
            ProbeOutcome.IcmpOther when own => (WayState.Blocked, "the target itself sent the ICMP error"),
            _ when target.Presence.By != PresenceProof.None => (WayState.Blocked, $"somebody is there: {target.Presence.What}"),
            _ => (WayState.NotProven, $"nobody is known to be at {target.Address}{(target.Presence.What.Length > 0 ? $": {target.Presence.What}" : "")}"),
        };
    }

    /// <summary>Why a SYN never left this host's interface, as far as is known: whoever answers another question than the SYN is no absent neighbour.</summary>
    public static string WhyUnsent(ProbedTarget target, ProbeObservation probe)
    {
        const string firewall = "this host's own firewall";
        string question = probe.Method == ProbeMethod.Ipv6 ? "answer of the neighbour" : "ARP answer";
        Presence presence = target.Presence;
        // The control has an interface of its own: that it reaches the target says nothing of this one.
        if (presence.By == PresenceProof.None ? presence.What.Length > 0 : presence.By != PresenceProof.Control) return $"{firewall} holds it back";
        if (target.OnLink && presence.By == PresenceProof.None) return $"no {question}";
        return $"no {question}{(target.OnLink ? "" : " from the router")}, or {firewall} holds it back";
    }

    /// <summary>The exit code of a probe.</summary>
    /// <param name="targets">What came of it.</param>
    /// <param name="expected">What every way was to be; null to judge nothing.</param>
    public static ExitCode Exit(IReadOnlyList<ProbedTarget> targets, WayState? expected)
    {
        WayState[] states = [.. targets.SelectMany(t => t.Probes.Select(p => Of(t, p).State))];
        if (expected == WayState.Open && states.Any(s => s != WayState.Open)) return ExitCode.Failed;
        if (expected == WayState.Blocked && states.Any(s => s is WayState.Open or WayState.OpenUpToHere)) return ExitCode.Failed;
        bool missing = targets.Any(t => t.NotProbed.Length > 0) || (expected == WayState.Blocked && states.Contains(WayState.NotProven));
        return missing ? ExitCode.Inconclusive : ExitCode.Passed;
    }

    private static (WayState, string) Refused(ProbedTarget target) => target.Presence.By == PresenceProof.Control
        ? (WayState.Blocked, $"the port is open: {target.Presence.What}")
        : (WayState.NotProven, "the SYN came through to a closed port, or a device forges the RST");
}
