namespace VsanEmu.Core.Wire;

/// <summary>What a message is. Kinds below 0x20 are control, from 0x20 data plane, from 0x40 measurement.</summary>
public enum MessageKind : byte
{
    /// <summary>Not a message.</summary>
    None = 0,

    /// <summary>"I am here, in this role, following that Master": UDP on the sender's groups.</summary>
    Heartbeat = 0x01,

    /// <summary>A member's own new directory entries, on their way to the Master (C4, C6; C2 when too long for a datagram).</summary>
    Update = 0x02,

    /// <summary>The Master's ordered directory entries (C3; C1 when too long for a datagram).</summary>
    Disseminate = 0x03,

    /// <summary>The member says that it leaves.</summary>
    Bye = 0x04,

    /// <summary>First frame on every TCP connection, both ways: who is there.</summary>
    Hello = 0x08,

    /// <summary>TCP heartbeat (C1, C2).</summary>
    KeepAlive = 0x09,

    /// <summary>The Master tells an owner that an update is safe, or why it was refused.</summary>
    UpdateAck = 0x0A,

    /// <summary>The Backup confirms what it holds.</summary>
    Confirm = 0x0B,

    /// <summary>A member that saw a gap asks for what it missed.</summary>
    CatchUpRequest = 0x0C,

    /// <summary>The Master's answer to it: entries in order, or a whole directory.</summary>
    CatchUp = 0x0D,

    /// <summary>A member hands the Master what the Master may not have.</summary>
    Merge = 0x0E,

    /// <summary>The Master has it; for the last part, its Backup too.</summary>
    MergeReply = 0x0F,

    /// <summary>C7: a short question.</summary>
    PeerRequest = 0x10,

    /// <summary>C7: its answer.</summary>
    PeerReply = 0x11,

    /// <summary>D1: write a block.</summary>
    WriteRequest = 0x20,

    /// <summary>D2: it is written.</summary>
    WriteReply = 0x21,

    /// <summary>D1: read a block.</summary>
    ReadRequest = 0x22,

    /// <summary>D2: its content.</summary>
    ReadReply = 0x23,

    /// <summary>D3: blocks for a rebuild target.</summary>
    Resync = 0x24,

    /// <summary>D3: the target has them.</summary>
    ResyncReply = 0x25,

    /// <summary>D1: the VM's member asks a holder for its copy's state, before it uses it.</summary>
    Attach = 0x26,

    /// <summary>D2: the copy's state.</summary>
    AttachReply = 0x27,

    /// <summary>A numbered probe of a measured stream.</summary>
    Probe = 0x40,

    /// <summary>First frame, in Hello's place, on a connection that is to be left idle; and the same again after the silence (A9).</summary>
    IdleProbe = 0x41,
}
