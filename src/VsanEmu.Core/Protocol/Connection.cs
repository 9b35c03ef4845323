using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Protocol;

/// <summary>How far a connection is.</summary>
internal enum ConnectionState : byte
{
    /// <summary>Asked for; TCP is not through yet.</summary>
    Connecting,

    /// <summary>TCP is through; the peer's Hello has not come.</summary>
    Greeting,

    /// <summary>Both Hellos are through.</summary>
    Ready,
}

/// <summary>One TCP connection. For each ordered pair of members there is at most one.</summary>
internal sealed class Connection(ConnectionId id, MemberId peer, bool openedBySelf, long nowNs)
{
    public ConnectionId Id => id;

    /// <summary>The other member; None until an accepted connection's Hello has come.</summary>
    public MemberId Peer { get; set; } = peer;

    public bool OpenedBySelf => openedBySelf;

    public ConnectionState State { get; set; } = openedBySelf ? ConnectionState.Connecting : ConnectionState.Greeting;

    public long LastHeardNs { get; set; } = nowNs;

    /// <summary>When it was last wanted: one that is not wanted any more is kept for a moment.</summary>
    public long WantedNs { get; set; } = nowNs;

    public ulong Sent { get; set; }

    public bool Ready => State == ConnectionState.Ready;
}
