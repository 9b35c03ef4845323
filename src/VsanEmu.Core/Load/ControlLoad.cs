namespace VsanEmu.Core.Load;

/// <summary>What became of clusters that do nothing but live: whether their heartbeats came, and how evenly.</summary>
public sealed record ControlLoadResult
{
    /// <summary>Version of this record's format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The tool's version.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>When it began, ISO 8601.</summary>
    public required string Started { get; init; }

    /// <summary>Clusters side by side, each on a switch of its own.</summary>
    public required int Clusters { get; init; }

    /// <summary>Members of each.</summary>
    public required int Members { get; init; }

    /// <summary>Period of heartbeats, nanoseconds.</summary>
    public required long HeartbeatNs { get; init; }

    /// <summary>How long it was measured, nanoseconds.</summary>
    public required long MeasuredNs { get; init; }

    /// <summary>Whether it ran its whole time.</summary>
    public required bool Completed { get; init; }

    /// <summary>Heartbeats to the Agent Group that were heard, each at each receiver.</summary>
    public required long Heard { get; init; }

    /// <summary>Heartbeats that were not: gaps in the senders' numbers, and what was due and did not come.</summary>
    public required long Missed { get; init; }

    /// <summary>Changes of any member's role while it was measured.</summary>
    public required int RoleChanges { get; init; }

    /// <summary>How far the time between two heartbeats of one sender at one receiver was from the period, nanoseconds; null when none was heard.</summary>
    public required DelaySummary? Jitter { get; init; }

    /// <summary>From a heartbeat's sending to its handling, nanoseconds.</summary>
    public required DelaySummary? Delay { get; init; }

    /// <summary>Processor time of this process over the measured time, in processors.</summary>
    public required double Processors { get; init; }

    /// <summary>Memory of this process at the end, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>True when no heartbeat was missed and no role changed.</summary>
    public bool Held => Heard > 0 && Missed == 0 && RoleChanges == 0;
}
