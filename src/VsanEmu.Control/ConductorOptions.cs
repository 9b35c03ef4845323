using VsanEmu.Core.Checks;

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

    /// <summary>Probe datagrams of each member's stream, at most. Default 200: a loss of 5 % is missed once in 28,000 streams.</summary>
    public int ProbeCount { get; init; } = 200;

    /// <summary>Time between two probe datagrams of one member, at least. Default 5 ms.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Deliveries of probe datagrams per second, all members' together, at most. Default 40,000: with every member in one process a small machine must
    /// not be mistaken for a lossy fabric. 64 members among each other take 4,032 deliveries for one datagram of each.
    /// </summary>
    public int ProbeDeliveriesPerSecond { get; init; } = 40_000;

    /// <summary>Length of a probe stream at most: with many members fewer datagrams are sent. Default 8 s.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Bytes of a probe datagram, header included. Default 256.</summary>
    public int ProbeBytes { get; init; } = 256;

    /// <summary>The pace of a stream that every member sends to every other.</summary>
    /// <param name="members">How many members.</param>
    public (int Count, TimeSpan Interval) ProbePace(int members)
    {
        TimeSpan fair = TimeSpan.FromSeconds((double)members * (members - 1) / ProbeDeliveriesPerSecond);
        TimeSpan interval = fair > ProbeInterval ? fair : ProbeInterval;
        return (Math.Clamp((int)(ProbeTime / interval), 1, ProbeCount), interval);
    }

    /// <summary>The checks that are asked for, by id; null for all. Parts of a run that serve no other are left out.</summary>
    public IReadOnlySet<string>? Only { get; init; }

    /// <summary>Those of <see cref="Only"/> that were named themselves, and not by the letter of their family: each must be made, or the run is not what was asked for.</summary>
    public IReadOnlySet<string> Named { get; init; } = new HashSet<string>();

    /// <summary>The checks that are not, by id.</summary>
    public IReadOnlySet<string> Skip { get; init; } = new HashSet<string>();

    /// <summary>Whether the run also does what takes minutes on a real fabric: outlives a membership (M6) and leaves connections idle (A9).</summary>
    public bool Long { get; init; }

    /// <summary>
    /// How much longer than a membership lasts a long run waits, and leaves connections idle. Default 5 s. A membership lasts 2 × query interval + response
    /// interval (RFC 3376 8.4): 260 s by default.
    /// </summary>
    public TimeSpan LongMargin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How much longer a run waits at most, before it kills anybody, for ports to be watched as long as a querier may be silent (M5). Default 12 s: a run of usual length
    /// proves an interval of 25 s, and one of 125 s takes <see cref="Long"/>.
    /// </summary>
    public TimeSpan QuerierWait { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>True when at least one of these checks is asked for.</summary>
    public bool Wants(params ReadOnlySpan<string> checks)
    {
        foreach (string id in checks)
            if ((Only is null || Only.Contains(id)) && !Skip.Contains(id)) return true;
        return false;
    }

    /// <summary>True when a check that uses this part of a run is asked for.</summary>
    public bool Wants(RunPart part) => CheckCatalogue.All.Any(c => c.Uses.HasFlag(part) && Wants(c.Id));

    /// <summary>Whether the Master is killed (V1, V2).</summary>
    public bool Failover { get; init; } = true;

    /// <summary>Whether the segment is split and healed (V3); needs a fabric that the tool owns.</summary>
    public bool Partition { get; init; } = true;
}
