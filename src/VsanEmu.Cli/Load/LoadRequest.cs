using VsanEmu.Core.Load;

namespace VsanEmu.Cli.Load;

/// <summary>What is to be measured by a load.</summary>
internal enum LoadMode : byte
{
    /// <summary>What it carries.</summary>
    Carried,

    /// <summary>The highest rate without loss.</summary>
    NoDrop,

    /// <summary>The longest burst without loss.</summary>
    BackToBack,

    /// <summary>The round trip alone.</summary>
    RoundTrip,

    /// <summary>The round trip idle and under the load.</summary>
    Latency,

    /// <summary>The VMs' reads and writes.</summary>
    Vm,

    /// <summary>Whether many clusters live.</summary>
    Control,
}

/// <summary>A load as it was asked for on the command line.</summary>
internal sealed record LoadRequest
{
    /// <summary>What is to be measured.</summary>
    public required LoadMode Mode { get; init; }

    /// <summary>One for each length and number of groups, in turn.</summary>
    public required IReadOnlyList<LoadOptions> Loads { get; init; }

    /// <summary>What VMs do, one for each block size; with <see cref="LoadMode.Vm"/> alone.</summary>
    public IReadOnlyList<VmOptions> Vms { get; init; } = [];

    /// <summary>Clusters side by side; with <see cref="LoadMode.Control"/> alone.</summary>
    public int Clusters { get; init; } = 1;

    /// <summary>How a search is made.</summary>
    public required NoDropOptions Search { get; init; }

    /// <summary>The longest burst to try, datagrams.</summary>
    public required long LongestBurst { get; init; }

    /// <summary>Payload of a round trip's question, bytes.</summary>
    public required int RoundTripBytes { get; init; }

    /// <summary>Whether JSON is printed, and nothing else.</summary>
    public required bool Json { get; init; }
}
