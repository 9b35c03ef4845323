namespace VsanEmu.Core.Observations;

/// <summary>A short TCP stream from one member to another's reliable port, as it is to be sent: one segment at a time, at a pace.</summary>
/// <param name="From">The member that opens and sends.</param>
/// <param name="To">The member whose port is opened; it acknowledges, sends some of the segments back, and says at the end what came.</param>
/// <param name="Segments">Segments, 1 to <see cref="MaxSegments"/>.</param>
/// <param name="Bytes">Bytes of each, <see cref="MinBytes"/> to <see cref="MaxBytes"/>: less than any path's segment size, so that a write is a segment.</param>
/// <param name="Interval">Time between two of them, 100 µs or more.</param>
public sealed record TcpStream(string From, string To, int Segments, int Bytes, TimeSpan Interval)
{
    /// <summary>Most segments of one stream.</summary>
    public const int MaxSegments = 100_000;

    /// <summary>Fewest bytes of a segment: a whole frame.</summary>
    public const int MinBytes = 128;

    /// <summary>Most bytes of a segment.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Of so many segments one comes back.</summary>
    public const int Returning = 4;

    /// <summary>How long it takes where nothing holds it up.</summary>
    public TimeSpan Length => Interval * Segments;

    /// <summary>Whether the listener sends a segment back: each <see cref="Returning"/>th, and not the last, which its report goes with.</summary>
    public static bool ComesBack(uint index, uint total) => index % Returning == 0 && index + 1 < total;

    /// <summary>How many segments of a stream come back.</summary>
    public static int ToReturn(int segments) => (segments - 1 + Returning - 1) / Returning;
}

/// <summary>What TCP made of a stream (P3): the sender's kernel's own figures (tcp(7), TCP_INFO), and what the receiver says that came.</summary>
public sealed record TcpStreamObservation
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Who sent.</summary>
    public required string From { get; init; }

    /// <summary>To whom.</summary>
    public required string To { get; init; }

    /// <summary>True when the connection opened.</summary>
    public required bool Opened { get; init; }

    /// <summary>Segments that were to be sent.</summary>
    public required int Planned { get; init; }

    /// <summary>Segments with data that left, those sent again included.</summary>
    public required long Segments { get; init; }

    /// <summary>Segments that were sent again.</summary>
    public required long Retransmitted { get; init; }

    /// <summary>Of those, the ones that the receiver said it had already (RFC 2883, D-SACK): sent again for a delay, not for a loss.</summary>
    public required long Needless { get; init; }

    /// <summary>Segments that reached the receiver ahead of an earlier one.</summary>
    public required long OutOfOrder { get; init; }

    /// <summary>Planned segments that arrived whole, as the receiver counted them; -1 when it did not say.</summary>
    public required long Delivered { get; init; }

    /// <summary>Planned segments that the receiver's kernel acknowledged; null in a record of an earlier version.</summary>
    public long? Acknowledged { get; init; }

    /// <summary>Segments that came back whole, of <see cref="TcpStream.ToReturn"/>; null in a record of an earlier version, when none was sent back.</summary>
    public int? Returned { get; init; }

    /// <summary>When the first was sent, ns since the run began.</summary>
    public required long StartNs { get; init; }

    /// <summary>When the receiver had said what came, or was waited for no longer.</summary>
    public required long EndNs { get; init; }

    /// <summary>What stood in its way: the kernel's words, <c>no answer</c>; empty when nothing did.</summary>
    public string Error { get; init; } = "";
}

/// <summary>UDP datagrams longer than the sender's MTU, without don't-fragment, from one member to another (P1): whether they are whole when they arrive at a socket.</summary>
public sealed record FragmentObservation
{
    /// <summary>The phase.</summary>
    public required string Phase { get; init; }

    /// <summary>Who sent.</summary>
    public required string From { get; init; }

    /// <summary>To whom.</summary>
    public required string To { get; init; }

    /// <summary>Bytes of the IP packet before it was cut.</summary>
    public required int Bytes { get; init; }

    /// <summary>Datagrams that the sender's socket took.</summary>
    public required int Sent { get; init; }

    /// <summary>Datagrams that arrived whole, each counted once.</summary>
    public required int Received { get; init; }

    /// <summary>What stood in the way of sending or of listening: the kernel's words; empty when nothing did.</summary>
    public string Error { get; init; } = "";
}
