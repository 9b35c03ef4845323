using System.Text.Json.Serialization;

namespace VsanEmu.Core.Observations;

/// <summary>What a trial on a test group is to find out. What came of it is in the captures: <see cref="PortCapture.Trials"/> and the reports there.</summary>
public enum TrialKind : byte
{
    /// <summary>M7, method A, and M17: the stream runs, then one port joins a group that no port had joined.</summary>
    JoinUnknown,

    /// <summary>M7, method B: one port joins a group that is forwarded to another port already.</summary>
    JoinForwarded,

    /// <summary>M8: one port leaves while the stream runs.</summary>
    Leave,

    /// <summary>M8: a second host behind a joined port leaves; the first one, which stays, must not lose the stream.</summary>
    LeaveBesideSibling,

    /// <summary>M9: a stream on a group that shares its MAC address with the one that was joined, and that nobody joined itself.</summary>
    MacAlias,

    /// <summary>M10: one of many groups that one port joined at a time.</summary>
    Capacity,

    /// <summary>M11: a group that nobody joined.</summary>
    Unregistered,

    /// <summary>M12: a group of 224.0.0.0/24, which nobody joined.</summary>
    LinkLocal,

    /// <summary>M13: a group that one port joined by IGMPv2 and another by IGMPv3.</summary>
    MixedVersions,

    /// <summary>M14: a stream sent with a TTL of its own.</summary>
    Ttl,

    /// <summary>M16: a group for which one port sent a report with a wrong checksum, and nothing else.</summary>
    BadReport,

    /// <summary>A6: an outsider sends to one of the cluster's own groups.</summary>
    OutsiderSends,

    /// <summary>A7: an outsider joins one of the cluster's own groups, to which a member sends.</summary>
    OutsiderJoins,

    /// <summary>P1, P3: unicast datagrams of one size, with don't-fragment, from one member to another, at a rate.</summary>
    Unicast,

    /// <summary>P3: datagrams at a rate from one member to a group that two others joined.</summary>
    FastGroup,
}

/// <summary>A stream of marked datagrams that one endpoint sent, and who joined or left its group meanwhile.</summary>
public sealed record TrialObservation
{
    /// <summary>Its number in the run, from 1: the mark that its datagrams carry, and that captures count them by.</summary>
    public required int Id { get; init; }

    /// <summary>What it is to find out.</summary>
    public required TrialKind Kind { get; init; }

    /// <summary>Which repetition, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Where the datagrams went: a group's address, or a member's.</summary>
    public required string Group { get; init; }

    /// <summary>The endpoint that sent.</summary>
    public required string Sender { get; init; }

    /// <summary>Datagrams that its socket took.</summary>
    public required int Sent { get; init; }

    /// <summary>Time between two of them, ns: the resolution of a delay read from their arrival.</summary>
    public required long IntervalNs { get; init; }

    /// <summary>Bytes of the IP packet.</summary>
    public required int Bytes { get; init; }

    /// <summary>TTL that was sent.</summary>
    public required byte Ttl { get; init; }

    /// <summary>When the first datagram was sent.</summary>
    public required long StartNs { get; init; }

    /// <summary>When the last one was.</summary>
    public required long EndNs { get; init; }

    /// <summary>Endpoints that are members of the group, by whatever means, at the end of the stream (before it, for a leave).</summary>
    public IReadOnlyList<string> Joined { get; init; } = [];

    /// <summary>The group that was joined instead, for <see cref="TrialKind.MacAlias"/>; else empty.</summary>
    public string JoinedInstead { get; init; } = "";

    /// <summary>The endpoint that joined or left while the stream ran, or sent the odd report; empty when none did.</summary>
    public string Actor { get; init; } = "";

    /// <summary>When it asked its kernel to, or sent the forged message; 0 when nobody acted. When the report was on the wire is in the actor's capture.</summary>
    public long ActedAtNs { get; init; }

    /// <summary>IGMP version of the actor, 2 or 3; 0 when nobody acted.</summary>
    public int IgmpVersion { get; init; }

    /// <summary>Datagrams that the sender's own kernel refused: they were not sent, and are no loss.</summary>
    public int Refused { get; init; }

    /// <summary>The kernel's words for the first of them; empty when it refused none.</summary>
    public string Refusal { get => field ?? ""; init; } = "";

    /// <summary>Why the trial could not be made as planned: somebody could not join or leave, or nothing could be sent. The kernel's words; empty when it could.</summary>
    public string Error { get; init; } = "";
}

/// <summary>Datagrams of one trial at one port.</summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="Direction">Direction.</param>
/// <param name="Packets">Datagrams of the plan, copies included.</param>
/// <param name="FirstNs">The first one.</param>
/// <param name="LastNs">The last one.</param>
/// <param name="TtlMin">Lowest TTL among them.</param>
/// <param name="Gap">Longest time between two of them, ns; 0 with fewer than two.</param>
/// <param name="Repeats">Datagrams whose number was seen before.</param>
/// <param name="FirstFrame">Number of the first in the port's capture, from 1 (evidence).</param>
/// <param name="Reordered">Datagrams that came after one with a higher number (RFC 4737 3.3); copies are not among them.</param>
/// <param name="Foreign">Datagrams that bear the trial's mark and a number that it does not have: in no other count here, and in a flow's.</param>
public sealed record TrialSighting(
    int Trial, PortDirection Direction, long Packets, long FirstNs, long LastNs, byte TtlMin, long Gap, long Repeats, long FirstFrame, long Reordered = 0, long Foreign = 0)
{
    /// <summary>Different datagrams of the plan: each number once.</summary>
    [JsonIgnore]
    public long Distinct => Packets - Repeats;
}

/// <summary>ICMP echo requests of one size from one member to another (P1, P2).</summary>
public sealed record PingObservation
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Who asked.</summary>
    public required string From { get; init; }

    /// <summary>Who was asked.</summary>
    public required string To { get; init; }

    /// <summary>Bytes of the IP packet; always with don't-fragment.</summary>
    public required int Bytes { get; init; }

    /// <summary>Requests made; one that the sender's own interface found too long counts.</summary>
    public required int Sent { get; init; }

    /// <summary>Requests answered.</summary>
    public required int Answered { get; init; }

    /// <summary>Shortest round trip, ns; 0 when nothing was answered.</summary>
    public required long MinNs { get; init; }

    /// <summary>Median round trip, ns.</summary>
    public required long MedianNs { get; init; }

    /// <summary>Longest round trip, ns.</summary>
    public required long MaxNs { get; init; }

    /// <summary>MTU that a router or the sender's own interface named when it refused (ICMP 3/4, EMSGSIZE), bytes; 0 when none did.</summary>
    public int RefusedMtu { get; init; }

    /// <summary>Who refused it: an address, or empty.</summary>
    public string RefusedBy { get; init; } = "";

    /// <summary>Requests that the sender's own kernel refused for another reason than their length: they were not sent, and <see cref="Sent"/> lacks them.</summary>
    public int NotSent { get; init; }

    /// <summary>The kernel's words for the first of them; empty when it refused none.</summary>
    public string Refusal { get => field ?? ""; init; } = "";
}

/// <summary>A TCP connection between members that was left without a word (A9).</summary>
public sealed record IdleObservation
{
    /// <summary>Who opened it.</summary>
    public required string From { get; init; }

    /// <summary>To whom.</summary>
    public required string To { get; init; }

    /// <summary>How long nothing was sent on it, ns.</summary>
    public required long IdleNs { get; init; }

    /// <summary>True when what was sent then was answered.</summary>
    public required bool Survived { get; init; }

    /// <summary>How it ended: <c>answered</c>, <c>reset by …</c>, <c>no answer</c>, <c>never opened</c>.</summary>
    public required string How { get; init; }
}

/// <summary>How a probe tried to get in.</summary>
public enum ProbeMethod : byte
{
    /// <summary>As any program does: connect(2).</summary>
    Connect,

    /// <summary>A SYN in two IP fragments, the ports in the first, the flags in the second (A5; RFC 1858).</summary>
    Fragments,

    /// <summary>A SYN that bears a member's address as its source (A5): judged by whether it arrived.</summary>
    Spoofed,

    /// <summary>connect(2) over IPv6 (A8).</summary>
    Ipv6,
}
