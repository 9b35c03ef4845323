using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>A port that joined a group by some version of IGMP, and whether the group came.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Port">The port.</param>
/// <param name="Versions">Versions of the reports that it sent for the group, in order.</param>
/// <param name="Deaf">True when nothing came, and the capture proves it.</param>
internal sealed record VersionedJoin(Trial Trial, string Port, IReadOnlyList<int> Versions, bool Deaf)
{
    public static IEnumerable<VersionedJoin> Of(RunAnalysis run, IEnumerable<Trial> trials) =>
        from trial in trials
        from port in trial.Receivers
        select new VersionedJoin(trial, port.Port, Reported(port, trial.Plan.Group), trial.At(port.Port) is null && trial.UnknownAbsence(port.Port) is null);

    public override string ToString() => $"{Trial}: {Port} reported by {(Versions.Count == 0 ? "no version" : string.Join('/', Versions.Select(v => $"v{v}")))}, {Trial.At(Port)?.Packets ?? 0} of {Trial.Plan.Sent} arrived";

    private static int[] Reported(PortCapture port, string group) =>
        [.. port.Memberships.Where(m => m.Direction == PortDirection.Out && !m.Leave && m.Count > 0 && m.Group == group).Select(m => m.Version).Distinct().Order()];
}
