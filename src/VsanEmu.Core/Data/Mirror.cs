using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>What a copy is worth to the VM's host.</summary>
internal enum MirrorState : byte
{
    /// <summary>It may lack completed writes: neither read nor written until it is rebuilt, or found to be as good as a valid one.</summary>
    Stale,

    /// <summary>It is being rebuilt: once attached it gets every write, and is not read.</summary>
    Target,

    /// <summary>It has every completed write.</summary>
    Valid,
}

/// <summary>One copy as the VM's host sees it.</summary>
/// <param name="member">The holder.</param>
/// <param name="listed">False for a rebuild target that will take a lost holder's place.</param>
internal sealed class Mirror(MemberId member, bool listed)
{
    public MemberId Member => member;

    /// <summary>Whether it is one of the VM's copies.</summary>
    public bool Listed { get; set; } = listed;

    public MirrorState State { get; set; }

    /// <summary>A session is open: requests may be sent.</summary>
    public bool Attached { get; set; }

    /// <summary>The session that is open or asked for; 0 when there is neither.</summary>
    public ulong Session { get; set; }

    /// <summary>When the session was last asked for.</summary>
    public long AskedNs { get; set; }

    /// <summary>Since when it has not been attached.</summary>
    public long DetachedNs { get; set; }

    /// <summary>Identity of the copy that was found there, 0 before the first.</summary>
    public ulong Identity { get; set; }

    /// <summary>What it said of itself when it was attached.</summary>
    public (bool Complete, ulong Newest, ulong Digest) Found { get; set; }
}
