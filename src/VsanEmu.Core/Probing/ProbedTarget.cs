using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Probing;

/// <summary>What shows that somebody is at an address.</summary>
public enum PresenceProof : byte
{
    /// <summary>Nothing does.</summary>
    None,

    /// <summary>An answer of its own to what was probed: a SYN-ACK, a RST, an ICMP error.</summary>
    Answer,

    /// <summary>It answered an ARP request, or a neighbour solicitation.</summary>
    Neighbour,

    /// <summary>It answered an ICMP echo request.</summary>
    Echo,

    /// <summary>Another TCP port of it answered.</summary>
    OtherPort,

    /// <summary>An endpoint that is allowed to reach it did, before and after the probes.</summary>
    Control,
}

/// <summary>Whether somebody is at an address, and how that is known.</summary>
/// <param name="By">What shows it.</param>
/// <param name="What">It in words, as <c>it answers ICMP echo</c>; where nothing does, what was found that shows nothing, or empty.</param>
public sealed record Presence(PresenceProof By, string What)
{
    /// <summary>Nobody is known to be there.</summary>
    public static Presence Unknown { get; } = new(PresenceProof.None, "");
}

/// <summary>An attempt of an endpoint that is allowed to reach the target.</summary>
/// <param name="From">Where it came from.</param>
/// <param name="Outcome">How it ended.</param>
public sealed record ControlAttempt(string From, ProbeOutcome Outcome);

/// <summary>An address that was to be probed, and what came of it.</summary>
public sealed record ProbedTarget
{
    /// <summary>The address; a link-local one with its interface as the zone.</summary>
    public required string Address { get; init; }

    /// <summary>The name that resolved to it; empty when the address itself was given.</summary>
    public string Name { get; init; } = "";

    /// <summary>Why it was not probed; empty when it was.</summary>
    public string NotProbed { get; init; } = "";

    /// <summary>The probes.</summary>
    public IReadOnlyList<ProbeObservation> Probes { get; init; } = [];

    /// <summary>Whether somebody is known to be there.</summary>
    public Presence Presence { get; init; } = Presence.Unknown;

    /// <summary>Whether it is in this host's segment, where ARP, or neighbour discovery, asks for it.</summary>
    public bool OnLink { get; init; }

    /// <summary>Attempts of the authorised endpoint; empty when there is none.</summary>
    public IReadOnlyList<ControlAttempt> Controls { get; init; } = [];

    /// <summary>The address without its zone, as an answer bears it.</summary>
    public string Bare => Address.Split('%')[0];
}
