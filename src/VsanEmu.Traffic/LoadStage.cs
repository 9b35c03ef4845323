using VsanEmu.Core.Spec;

namespace VsanEmu.Traffic;

/// <summary>What loads are made with.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Hosts">Where its members' ends are.</param>
/// <param name="NowNs">Nanoseconds since the run began.</param>
/// <param name="ToolVersion">The tool's version, for the record.</param>
public sealed record LoadStage(ClusterSpec Cluster, IReadOnlyList<ILoadHost> Hosts, Func<long> NowNs, string ToolVersion)
{
    /// <summary>From the word to begin to the begin: longer than a word takes to all hosts. Default 50 ms.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often hosts are asked whether they still send, beside each interval. Default 20 ms.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long hosts have, from the word to stop on, to say what they counted: longer than the end of a load takes, and shorter than a process may take to end. Default 8 s.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>What is known of the hosts' clocks; null where all go by one.</summary>
    public HostClocks? Clocks { get; init; }
}
