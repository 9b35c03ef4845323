namespace VsanEmu.Core.Wire;

/// <summary>Every length that a peer can influence has its limit here, by name.</summary>
public static class WireLimits
{
    /// <summary>Longest datagram, header and checksum included: fits an Ethernet MTU of 1500 without fragments.</summary>
    public const int MaxDatagram = 1400;

    /// <summary>Longest TCP frame, header and checksum included.</summary>
    public const int MaxFrame = 128 * 1024;

    /// <summary>Longest value of a directory entry, bytes. An entry that does not fit a datagram goes over TCP.</summary>
    public const int MaxValue = 8 * 1024;

    /// <summary>Longest name in a message, UTF-8 bytes.</summary>
    public const int MaxName = 63;

    /// <summary>Entries in a directory.</summary>
    public const int MaxEntries = 16 * 1024;

    /// <summary>Bytes of entries in one chunk of a catch-up or merge.</summary>
    public const int MaxChunk = 32 * 1024;

    /// <summary>Datagrams of one probe stream.</summary>
    public const int MaxProbeCount = 100_000;

    /// <summary>How long a peer may announce to leave a connection idle, seconds: an hour, half of what a stateful device should grant (RFC 5382, REQ-5).</summary>
    public const int MaxIdleSeconds = 3600;

    /// <summary>Longest block of one read or write, bytes.</summary>
    public const int MaxBlock = 64 * 1024;
}
