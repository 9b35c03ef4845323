using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Faults;
using VsanEmu.Report;

namespace VsanEmu.Cli.Lab;

/// <summary>Runs the lab on the healthy fabric and with each fault: a check is worth what comes out.</summary>
public static class SelfTest
{
    /// <summary>Members of the self-test's clusters: the fewest in which every fault has members to hit that are neither Master nor Backup.</summary>
    public const int Members = 5;

    /// <summary>The healthy fabric first, then every known fault alone.</summary>
    public static IReadOnlyList<IReadOnlyList<IFault>> Cases { get; } = [[], .. KnownFaults.All.Select(f => (IReadOnlyList<IFault>)[f])];

    /// <summary>Runs one case.</summary>
    public static async Task<SelfTestRow> RunAsync(
        ClusterSpec cluster, IReadOnlyList<IFault> faults, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        RunRecord record = await new LabRun(new LabOptions { Cluster = cluster, Faults = faults }).RunAsync(progress, cancellation);
        return new SelfTestRow([.. faults.Select(f => f.Name)], [.. faults.SelectMany(f => f.MustFail).Distinct()], record.Verdict);
    }
}
