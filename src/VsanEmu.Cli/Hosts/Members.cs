using VsanEmu.Core.Spec;
using VsanEmu.Net.Probing;
using VsanEmu.Node;

namespace VsanEmu.Cli.Hosts;

/// <summary>How members of a run are made.</summary>
internal static class Members
{
    /// <summary>How a member runs at its end. All begin their life at the same instant: of equals the lowest id becomes Master, in every run.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="member">The member.</param>
    /// <param name="end">Its end.</param>
    /// <param name="origin">When the run began, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> gave it.</param>
    public static RunnerOptions Options(ClusterSpec cluster, MemberSpec member, FabricEnd end, long origin) => new()
    {
        Cluster = cluster with { Members = [.. cluster.Members.Select(m => m.Id == member.Id ? m with { Interface = end.Interface } : m)] },
        Self = member.Id,
        Place = end.Namespace,
        OriginTimestamp = origin,
        IncarnationNs = 1,
        Seed = member.Id.Value,
    };
}
