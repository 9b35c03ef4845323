using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>Waits until the hosts of a run are there.</summary>
/// <param name="controller">Knows who is.</param>
/// <param name="patience">How long to wait.</param>
/// <param name="told">Told in words who is waited for.</param>
internal sealed class Gathering(Controller controller, TimeSpan patience, IProgress<string> told)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    // Hosts that are started together come one after the other.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Waits for every host of a cluster.</summary>
    /// <exception cref="UsageException">One does not come.</exception>
    public async Task<ClusterSpec> OfAsync(ClusterSpec cluster, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, string> places = FoundCluster.Places(cluster);
        IReadOnlyList<HostPresence> present = [];
        string[] missing = [];
        bool all = await UntilAsync(() => missing.Length == 0, async () =>
        {
            present = await controller.HostsAsync();
            missing = [.. places.Values.Except(present.Select(h => h.Name))];
            if (missing.Length > 0) told.Report($"waiting for {Names(missing)}");
        }, cancellation);
        if (all) return cluster;
        string[] members = [.. cluster.Members.Select(m => places[m.Name]).Intersect(missing)];
        if (members.Length == 0) return FoundCluster.WithoutAbsent(cluster, present);
        string there = present.Count == 0 ? "no host is" : $"{Names([.. present.Select(h => h.Name)])} {(present.Count == 1 ? "is" : "are")}";
        throw new UsageException($"{Names(members)} did not come within {patience.TotalSeconds:0} s (vsanemu node --control … --name {members[0]}); {there} there");
    }

    /// <summary>Waits for so many members, or, with no number, until no more come, and makes a cluster of them.</summary>
    /// <exception cref="UsageException">They do not come, or make no cluster.</exception>
    public async Task<ClusterSpec> OfAsync(string name, int? members, CancellationToken cancellation)
    {
        IReadOnlyList<HostPresence> present = [];
        long changed = TimeProvider.System.GetTimestamp();
        int Members() => present.Count(h => h.Kind == PortKind.Member);
        bool Enough() => members is { } wanted
            ? Members() >= wanted
            : Members() >= LabSpec.MinMembers && TimeProvider.System.GetElapsedTime(changed) > Quiet;
        bool all = await UntilAsync(Enough, async () =>
        {
            IReadOnlyList<HostPresence> now = await controller.HostsAsync();
            if (now.Count != present.Count) changed = TimeProvider.System.GetTimestamp();
            present = now;
            told.Report($"{Members()}{(members is { } wanted ? $" of {wanted}" : "")} members are there");
        }, cancellation);
        if (!all) throw new UsageException($"{Members()} members are there after {patience.TotalSeconds:0} s, {members ?? LabSpec.MinMembers} are wanted (vsanemu node --control … --name NAME -i INTERFACE on each host)");
        return FoundCluster.Of(name, members is { } most ? [.. present.Where(h => h.Kind == PortKind.Member).Take(most), .. present.Where(h => h.Kind != PortKind.Member)] : present);
    }

    private async Task<bool> UntilAsync(Func<bool> enough, Func<Task> look, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await look();
            if (enough()) return true;
            if (TimeProvider.System.GetElapsedTime(start) > patience) return false;
            await Task.Delay(Step, cancellation);
        }
    }

    private static string Names(IReadOnlyList<string> all) =>
        all.Count <= 4 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(3))} and {all.Count - 3} more";
}
