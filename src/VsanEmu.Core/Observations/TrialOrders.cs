using System.Net;

namespace VsanEmu.Core.Observations;

/// <summary>A paced stream of marked datagrams as it is to be sent (<see cref="Wire.TrialDatagram"/>); its source port is its destination port.</summary>
public sealed record TrialStream
{
    /// <summary>Fewest bytes of the IP packet: headers and mark.</summary>
    public const int MinBytes = 28 + Wire.TrialDatagram.Size;

    /// <summary>Most bytes of the IP packet.</summary>
    public const int MaxBytes = 9216;

    /// <summary>Most bytes of one that may be cut.</summary>
    public const int MaxCutBytes = 65_000;

    /// <summary>The number that its datagrams bear, from 1.</summary>
    public required int Trial { get; init; }

    /// <summary>The endpoint that sends.</summary>
    public required string Sender { get; init; }

    /// <summary>A group, or a member's address: to that it is sent with don't-fragment, unless it <see cref="MayBeCut"/>.</summary>
    public required IPAddress To { get; init; }

    /// <summary>True when its datagrams are sent without don't-fragment, and may then be longer than an MTU. Default false.</summary>
    public bool MayBeCut { get; init; }

    /// <summary>UDP port, 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>Datagrams, 1 or more.</summary>
    public required int Count { get; init; }

    /// <summary>Time between two of them, 10 µs or more.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Bytes of the IP packet, <see cref="MinBytes"/> to <see cref="MaxBytes"/>, or <see cref="MaxCutBytes"/>. Default 200.</summary>
    public int Bytes { get; init; } = 200;

    /// <summary>TTL, 1 to 255.</summary>
    public required byte Ttl { get; init; }

    /// <summary>How long it takes.</summary>
    public TimeSpan Length => Interval * Count;
}

/// <summary>What became of a stream at its sender.</summary>
/// <param name="Sent">Datagrams that its socket took.</param>
/// <param name="StartNs">When it took the first; when it refused the last, if it took none.</param>
/// <param name="EndNs">When it took the last.</param>
/// <param name="Error">The kernel's words when it refused one, the first of them; else empty.</param>
/// <param name="Refused">Datagrams that it refused: they were not sent, and the stream went on.</param>
public sealed record StreamSent(int Sent, long StartNs, long EndNs, string Error, int Refused = 0);

/// <summary>What an endpoint does about a group.</summary>
public enum GroupAct : byte
{
    /// <summary>Its kernel joins, and reports by the version of IGMP that it speaks.</summary>
    Join,

    /// <summary>Its kernel leaves.</summary>
    Leave,

    /// <summary>It sends an IGMPv2 report, as a host would that speaks no version 3. Its kernel knows nothing of it, and answers no query for the group.</summary>
    ReportByV2,

    /// <summary>It sends an IGMPv2 report from an address that is not its own: a second host behind the port joins.</summary>
    SiblingReports,

    /// <summary>That second host leaves by IGMPv2.</summary>
    SiblingLeaves,

    /// <summary>It sends an IGMPv2 report whose checksum is wrong.</summary>
    BrokenReport,

    /// <summary>It sends an IGMP message to the group of a type that means nothing (0xF0, for experiments: RFC 3228).</summary>
    UnknownType,
}

/// <summary>An act as it was carried out.</summary>
/// <param name="AtNs">When the kernel was asked to.</param>
/// <param name="IgmpVersion">Version of IGMP, 2 or 3.</param>
/// <param name="Error">The kernel's words when it refused; else empty.</param>
public sealed record GroupActDone(long AtNs, int IgmpVersion, string Error);
