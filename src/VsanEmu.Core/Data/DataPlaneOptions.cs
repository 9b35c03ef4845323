using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>Whose data plane it is.</summary>
public sealed record DataPlaneOptions
{
    /// <summary>The member.</summary>
    public required MemberId Self { get; init; }

    /// <summary>The cluster: its VMs, timers and profile.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>Seed of the access pattern: the same seed and the same inputs give the same outputs.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When this life of the member began, wall time, ns, over 0. A later life has a larger one: copies and versions of different lives are told apart by it.</summary>
    public required long IncarnationNs { get; init; }
}
