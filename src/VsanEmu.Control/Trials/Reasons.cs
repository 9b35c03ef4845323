using VsanEmu.Core.Checks;

namespace VsanEmu.Control.Trials;

/// <summary>Why checks are not tried in a run, in words.</summary>
internal static class Reasons
{
    /// <summary>Every check that is left out on purpose, with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Of(RunParts parts, ConductorOptions options)
    {
        var reasons = new Dictionary<string, string>();
        foreach (ICheck check in CheckCatalogue.All)
            if (Against(check, parts, options) is { } why) reasons[check.Id] = why;
        return reasons;
    }

    private static string? Against(ICheck check, RunParts parts, ConductorOptions options)
    {
        if (options.Skip.Contains(check.Id)) return "left out (--skip)";
        if (!options.Wants(check.Id)) return "not asked for (--only)";
        if (check.Needs.HasFlag(RunPart.Failover) && AgainstFailover(parts, options) is { } alive) return alive;
        if (check.Needs.HasFlag(RunPart.Partition) && AgainstPartition(parts, options) is { } whole) return whole;
        if (check.Needs.HasFlag(RunPart.Trials) && parts.Trials is null) return "nobody in this run can make trials";
        return check.Needs.HasFlag(RunPart.Long) && !options.Long ? "takes longer (--long)" : null;
    }

    private static string? AgainstFailover(RunParts parts, ConductorOptions options) =>
        !options.Failover ? "the run kills no Master" : parts.Members.Count < 2 ? "takes two members" : null;

    private static string? AgainstPartition(RunParts parts, ConductorOptions options)
    {
        if (!options.Partition) return "the run does not split the segment";
        if (parts.Fabric is null) return "takes a fabric that the tool may split";
        int killed = options.Failover && options.Wants(RunPart.Failover) ? 1 : 0;
        return parts.Members.Count - killed < 2 ? "takes two members that are alive" : null;
    }
}
