namespace VsanEmu.Net.Tcp;

/// <summary>Why a TCP connection ended.</summary>
public enum CutReason : byte
{
    /// <summary>It is open.</summary>
    None = 0,

    /// <summary>The peer closed it between two frames.</summary>
    PeerClosed,

    /// <summary>The peer closed it inside a frame.</summary>
    PeerClosedInFrame,

    /// <summary>This node closed it in order.</summary>
    Closed,

    /// <summary>RST, or a network error.</summary>
    Reset,

    /// <summary>No whole frame came within <see cref="StreamLimits.Idle"/> after another one.</summary>
    Idle,

    /// <summary>No first frame came within <see cref="StreamLimits.Idle"/>.</summary>
    NoHello,

    /// <summary>What came is not this tool's, or of another version.</summary>
    Garbage,

    /// <summary>A frame is longer than <c>WireLimits.MaxFrame</c>, or shorter than a header.</summary>
    BadLength,

    /// <summary>The peer does not read: more than <see cref="StreamLimits.MaxQueuedBytes"/> were waiting for it.</summary>
    SendQueueFull,

    /// <summary>This node wanted no connection with this peer.</summary>
    Refused,

    /// <summary>This node itself was ended at once.</summary>
    Aborted,
}
