using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>What this node knows of one other member, from its heartbeats.</summary>
internal sealed class Peer(MemberId id)
{
    public MemberId Id => id;

    /// <summary>Heard within the time after which a peer counts as dead.</summary>
    public bool Alive { get; set; }

    public long LastHeardNs { get; set; }

    /// <summary>Its latest heartbeat; meaningful only after the first one.</summary>
    public Heartbeat Said { get; set; }

    /// <summary>When it sent that, by its own clock, which begins anew with each life.</summary>
    public long SaidNs { get; set; }

    /// <summary>The life that it ended by saying goodbye; 0 when it did not.</summary>
    public long GoneIncarnationNs { get; set; }

    /// <summary>Its heartbeats carry other settings than this node's.</summary>
    public bool SettingsDiffer { get; set; }

    /// <summary>The shortest time, by the two clocks, from when it sent something to when that came; null before anything did.</summary>
    public long? LeastApparentNs { get; private set; }

    /// <summary>Takes note of when something was sent and when it came.</summary>
    public void Time(long sentNs, long nowNs)
    {
        long apparent = nowNs - sentNs;
        if (LeastApparentNs is not { } least || apparent < least) LeastApparentNs = apparent;
    }

    public Rank Rank => Rank.Of(id, Said.FixedRole, Said.Priority, Said.IncarnationNs);
}
