using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>Why checks are not tried in a run, in words.</summary>
internal static class Reasons
{
    /// <summary>Checks that rest on trials alone.</summary>
    public static readonly IReadOnlyList<string> OnTrials = ["M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M16", "M17", "A5", "A6", "A7", "A8", "A9", "P1", "P2"];

    /// <summary>Every check that is left out on purpose, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Of(RunParts parts, ConductorOptions options, int receivers)
    {
        var reasons = new Dictionary<string, string>();
        foreach (string id in CheckCatalogue.All.Select(c => c.Id).Union(OnTrials))
        {
            if (options.Skip.Contains(id)) reasons[id] = "left out (--skip)";
            else if (!options.Wants(id)) reasons[id] = "not asked for (--only)";
            else if (!OnTrials.Contains(id)) continue;
            else if (parts.Trials is null) reasons[id] = "nobody in this run can make trials";
            else if (id == "A9" && !options.Long) reasons[id] = "takes longer (--long)";
            else if (id == "M13" && !parts.Cluster.Profile.Unicast && AgainstMixedVersions(parts.Cluster, receivers) is { } why) reasons[id] = why;
        }

        return reasons;
    }

    /// <summary>Why hosts of two versions of IGMP cannot be tried side by side; null when they can.</summary>
    public static string? AgainstMixedVersions(ClusterSpec cluster, int receivers) =>
        cluster.Channels.IgmpVersion < 3 ? "the cluster's members speak IGMPv2 only"
        : receivers < 2 ? "takes a sender and two receivers: three members"
        : null;
}
