using VsanEmu.Control;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Faults;

namespace VsanEmu.Cli.Lab;

/// <summary>What one run of the lab is made of.</summary>
public sealed record LabOptions
{
    /// <summary>The cluster.</summary>
    public required ClusterSpec Cluster { get; init; }

    /// <summary>What is to be wrong with the fabric; nothing by default.</summary>
    public IReadOnlyList<IFault> Faults { get; init; } = [];

    /// <summary>How the fabric is laid out; the cluster is configured to suit it. One switch by default.</summary>
    public FabricShape Shape { get; init; } = FabricShape.Plain;

    /// <summary>How much of it is tried, and how long each part may take.</summary>
    public ConductorOptions Conduct { get; init; } = new();

    /// <summary>Where to keep a pcapng file per port; null for nowhere.</summary>
    public string? CaptureDirectory { get; init; }

    /// <summary>The command line, for the record.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];
}
