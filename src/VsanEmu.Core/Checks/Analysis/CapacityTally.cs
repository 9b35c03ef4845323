using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Many groups joined at a time: which do not arrive where they were joined, and which arrive where they were not.</summary>
/// <param name="Groups">Groups whose streams were on the wire.</param>
/// <param name="Missing">Groups with the ports that joined them and got nothing, which the captures prove.</param>
/// <param name="Flooded">Groups with the ports that got them without having joined.</param>
/// <param name="Proven">Groups that arrived at every port that joined them.</param>
/// <param name="OthersArrive">Whether groups of other trials arrived where some of these are missing.</param>
internal sealed record CapacityTally(int Groups, IReadOnlyList<(Trial Trial, PortCapture Port)> Missing, IReadOnlyList<(Trial Trial, PortCapture Port)> Flooded, int Proven,
    bool OthersArrive)
{
    private static readonly TrialKind[] Others = [TrialKind.JoinUnknown, TrialKind.JoinForwarded, TrialKind.Leave, TrialKind.Ttl];

    public int MissingGroups => Missing.Select(m => m.Trial).Distinct().Count();

    public int FloodedGroups => Flooded.Select(f => f.Trial).Distinct().Count();

    /// <summary>Whether loss alone makes whole groups go missing: each is a few datagrams long, and a limit on the rate takes most of them.</summary>
    public bool LossExplains(Proportion loss) =>
        loss.Total > 0 && Missing.Count > 0 && Missing.Count * Math.Pow((double)loss.Hits / loss.Total, Missing.Min(m => m.Trial.Plan.Sent)) > 0.1;

    public static CapacityTally Of(RunAnalysis run)
    {
        Trial[] trials = [.. run.Trials.Of(TrialKind.Capacity).Where(t => t.Sent)];
        (Trial Trial, PortCapture Port)[] missing = [.. trials.SelectMany(t => t.Receivers.Where(p => t.At(p.Port) is null && t.Unknown(p.Port) is null).Select(p => (t, p)))];
        string[] deaf = [.. missing.Select(m => m.Port.Port).Distinct()];
        return new(
            trials.Length,
            missing,
            [.. trials.SelectMany(t => t.Bystanders.Where(p => t.At(p.Port) is not null).Select(p => (t, p)))],
            trials.Count(t => t.Receivers.Any() && t.Receivers.All(p => t.At(p.Port) is not null)),
            run.Trials.Of(Others).Any(t => t.Receivers.Any(p => deaf.Contains(p.Port) && t.At(p.Port) is not null)));
    }
}
