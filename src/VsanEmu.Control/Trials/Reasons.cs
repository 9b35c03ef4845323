using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>Why checks are not tried in a run, in words.</summary>
internal static class Reasons
{
    /// <summary>Checks that rest on trials alone.</summary>
    public static readonly IReadOnlyList<string> OnTrials = ["M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M16", "M17", "A5", "A6", "A7", "A8", "A9", "P1", "P2"];

    /// <summary>Every check that is left out on purpose, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Of(RunParts parts, ConductorOptions options)
    {
        var reasons = new Dictionary<string, string>();
        foreach (string id in CheckCatalogue.All.Select(c => c.Id).Union(OnTrials))
        {
            if (options.Skip.Contains(id)) reasons[id] = "left out (--skip)";
            else if (!options.Wants(id)) reasons[id] = "not asked for (--only)";
            else if (AgainstFailover(id, parts, options) is { } left) reasons[id] = left;
            else if (!OnTrials.Contains(id)) continue;
            else if (parts.Trials is null) reasons[id] = "nobody in this run can make trials";
            else if (id == "A9" && !options.Long) reasons[id] = "takes longer (--long)";
        }

        return reasons;
    }

    // What the run does not do to the cluster, whatever the fabric is like.
    private static string? AgainstFailover(string id, RunParts parts, ConductorOptions options) => id switch
    {
        "V1" or "V2" => !options.Failover ? "the run kills no Master" : parts.Members.Count < 2 ? "takes two members" : null,
        "V3" => !options.Partition ? "the run does not split the segment" : parts.Fabric is null ? "takes a fabric that the tool may split"
            : parts.Members.Count < (options.Failover && options.Wants("V1", "V2") ? 3 : 2) ? "takes two members that are alive" : null,
        _ => null,
    };
}
