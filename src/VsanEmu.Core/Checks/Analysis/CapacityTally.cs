using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>Many groups joined at a time: which do not arrive where they were joined, and which arrive where they were not.</summary>
/// <param name="Groups">Groups whose streams were on the wire.</param>
/// <param name="Missing">Groups with the ports that joined them and got nothing, which the captures prove.</param>
/// <param name="Flooded">Groups with the ports that got them without having joined.</param>
/// <param name="Proven">Groups that arrived at every port that joined them.</param>
internal sealed record CapacityTally(int Groups, IReadOnlyList<(Trial Trial, PortCapture Port)> Missing, IReadOnlyList<(Trial Trial, PortCapture Port)> Flooded, int Proven)
{
    public int MissingGroups => Missing.Select(m => m.Trial).Distinct().Count();

    public int FloodedGroups => Flooded.Select(f => f.Trial).Distinct().Count();

    public static CapacityTally Of(RunAnalysis run)
    {
        Trial[] trials = [.. run.Trials.Of(TrialKind.Capacity).Where(t => t.Sent)];
        return new(
            trials.Length,
            [.. trials.SelectMany(t => t.Receivers.Where(p => t.At(p.Port) is null && t.Watched(p)).Select(p => (t, p)))],
            [.. trials.SelectMany(t => t.Bystanders.Where(p => t.At(p.Port) is not null).Select(p => (t, p)))],
            trials.Count(t => t.Receivers.Any() && t.Receivers.All(p => t.At(p.Port) is not null)));
    }
}
