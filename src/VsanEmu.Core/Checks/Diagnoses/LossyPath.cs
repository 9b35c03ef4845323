using VsanEmu.Core.Checks.Analysis;
using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Checks.Diagnoses;

/// <summary><c>loss</c>: datagrams arrive, but not all of them.</summary>
internal static class LossyPath
{
    public static IEnumerable<Suspicion> Find(RunAnalysis run)
    {
        DeliveryMatrix matrix = run.AgentDelivery.Lossy.Count > run.AgentDelivery.Silent.Count ? run.AgentDelivery : run.MasterDelivery;
        if (matrix.Lossy.Count == matrix.Silent.Count) yield break;
        LossSite site = LossSite.Of(matrix);
        var silent = matrix.Silent.ToHashSet();
        // Probes that failed are blamed on loss only when there are no more of them than loss explains.
        bool probes = BlockedMembers.BlamedOnLoss(run).Count > 0;
        PortCapture[] dropping = [.. run.Seen.Ports.Where(p => p.Dropped > 0)];
        yield return new("loss", $"packets are lost {site.Where}: {Wording.Percent(site.Loss.Percent)} of them", site.Where == "in the whole fabric" ? "" : site.Where,
            ["F1", "F2", "M1", "M2", "P3", "V1", "V2", "V3", .. run.Queries.NoneAnywhere ? (string[])[] : ["M5"], .. probes ? (string[])["A1", "A2", "A3", "A4"] : []],
            [
                $"lost {site.Loss}",
                .. matrix.Measured.Values.Where(d => matrix.Lossy.Contains(d.Way) && !silent.Contains(d.Way))
                    .OrderByDescending(d => d.Loss.Percent).ThenBy(d => d.Way.From).ThenBy(d => d.Way.To).Select(d => $"{d.Way}: lost {d.Loss.Hits} of {d.Loss.Total}"),
                .. dropping.Length > 0 ? (string[])[$"this machine may be too slow: the kernel dropped frames of the captures at {Wording.Names(dropping.Select(p => p.Port))}"] : [],
            ],
            "read drop, error and storm-control counters along the path, and compare with a second run");
    }
}
