namespace VsanEmu.Control;

/// <summary>How long a run gives each of its parts. The defaults are for lab timers and grow with the cluster.</summary>
public sealed record ConductorOptions
{
    /// <summary>How long a cluster may take to come to rest, in heartbeats, before the run goes on without. Default 50, and <see cref="SettleHeartbeatsPerMember"/> more for each member.</summary>
    public int SettleHeartbeats { get; init; } = 50;

    /// <summary>Heartbeats added to <see cref="SettleHeartbeats"/> for each member. Default 1.</summary>
    public double SettleHeartbeatsPerMember { get; init; } = 1;

    /// <summary>Length of a phase in which nothing is changed, in heartbeats. Default 8: each periodic flow is seen several times.</summary>
    public int RestHeartbeats { get; init; } = 8;

    /// <summary>Directory updates that each member submits in a phase. Default 4.</summary>
    public int UpdatesPerMember { get; init; } = 4;

    /// <summary>Probe datagrams of each member's stream. Default 200: a loss of 5 % is missed once in 28,000 streams.</summary>
    public int ProbeCount { get; init; } = 200;

    /// <summary>Time between two probe datagrams of one member. Default 5 ms.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Bytes of a probe datagram, header included. Default 256.</summary>
    public int ProbeBytes { get; init; } = 256;

    /// <summary>Whether the Master is killed (V1, V2).</summary>
    public bool Failover { get; init; } = true;

    /// <summary>Whether the segment is split and healed (V3); needs a fabric that the tool owns.</summary>
    public bool Partition { get; init; } = true;
}
