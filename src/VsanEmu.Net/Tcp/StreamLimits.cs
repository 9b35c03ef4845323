namespace VsanEmu.Net.Tcp;

/// <summary>What a TCP peer can cost this node at most.</summary>
public sealed record StreamLimits
{
    /// <summary>How long a peer may go without sending one whole frame, whether it is silent, trickles, or never said Hello. Default 10 s.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take to open. Default 3 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long an orderly close waits for the peer to take what is queued and to close its side. Default 1 s.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that may wait to be sent on one connection: a peer that reads more slowly than that is cut off. Default 4 MiB.</summary>
    public int MaxQueuedBytes { get; init; } = 4 << 20;

    /// <summary>Connections that the kernel completes before they are accepted. Default 128 (listen(2), net.core.somaxconn).</summary>
    public int Backlog { get; init; } = 128;

    /// <summary>Accepted connections open at once from one known address. Default 4: one to stay, a short one, and one of each on its way out.</summary>
    public int MaxPerPeer { get; init; } = 4;

    /// <summary>Accepted connections open at once from all unknown addresses together. Default 16.</summary>
    public int MaxStrangers { get; init; } = 16;
}
