using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Hosts;

/// <summary>Waits until the hosts of a run are there.</summary>
/// <param name="hosts">Asks who is.</param>
/// <param name="patience">How long to wait.</param>
/// <param name="told">Told in words who, or what, is waited for.</param>
internal sealed class Gathering(Func<Task<IReadOnlyList<HostPresence>>> hosts, TimeSpan patience, IProgress<string> told)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    // Hosts that are started together come one after the other.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <param name="controller">Knows who is.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="told">Told in words who, or what, is waited for.</param>
    public Gathering(Controller controller, TimeSpan patience, IProgress<string> told)
        : this(controller.HostsAsync, patience, told)
    {
    }

    /// <summary>How long the server may not work in a row.</summary>
    public TimeSpan ServerPatience { get; init; } = new Persistence().Patience;

    /// <summary>Waits for every host of a cluster; returns it with its hosts called as they call themselves, and its ends, members aside, whose hosts did not come.</summary>
    /// <exception cref="HostException">One does not come.</exception>
    /// <exception cref="ControlException">Control does not work.</exception>
    public async Task<(ClusterSpec Cluster, IReadOnlyList<string> Absent)> OfAsync(ClusterSpec cluster, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, string> places = FoundCluster.Places(cluster);
        IReadOnlyList<HostPresence> present = [];
        string[] missing = [];
        bool all = await UntilAsync(() => missing.Length == 0, now =>
        {
            present = now;
            missing = [.. places.Values.Except(present.Select(h => h.Name), FoundCluster.Names)];
            if (missing.Length > 0) told.Report($"waiting for {Names(missing)}");
        }, cancellation);
        if (all) return (FoundCluster.Located(cluster, present), []);
        string[] members = [.. cluster.Members.Select(m => places[m.Name]).Intersect(missing)];
        if (members.Length == 0) return (FoundCluster.Located(cluster, present), FoundCluster.Absent(cluster, present));
        string there = present.Count == 0 ? "no host is" : $"{Names([.. present.Select(h => Said.Shown(h.Name))])} {(present.Count == 1 ? "is" : "are")}";
        throw new HostException($"{Names(members)} did not come within {patience.TotalSeconds:0} s (vsanemu node --control … --name {members[0]}); {there} there");
    }

    /// <summary>Waits for so many members, or, with no number, until no more come, and makes a cluster of them.</summary>
    /// <exception cref="HostException">They do not come, or make no cluster.</exception>
    /// <exception cref="ControlException">Control does not work.</exception>
    public async Task<ClusterSpec> OfAsync(string name, int? members, CancellationToken cancellation)
    {
        IReadOnlyList<HostPresence> present = [];
        long changed = TimeProvider.System.GetTimestamp();
        int Members() => present.Count(h => h.Kind == PortKind.Member);
        bool Enough() => members is { } wanted
            ? Members() >= wanted
            : Members() >= LabSpec.MinMembers && TimeProvider.System.GetElapsedTime(changed) > Quiet;
        bool all = await UntilAsync(Enough, now =>
        {
            if (now.Count != present.Count) changed = TimeProvider.System.GetTimestamp();
            present = now;
            told.Report($"{Members()}{(members is { } wanted ? $" of {wanted}" : "")} members are there");
        }, cancellation);
        if (!all) throw new HostException($"{Members()} members are there after {patience.TotalSeconds:0} s, {members ?? LabSpec.MinMembers} are wanted (vsanemu node --control … --name NAME -i INTERFACE on each host)");
        return FoundCluster.Of(name, members is { } most ? [.. present.Where(h => h.Kind == PortKind.Member).Take(most), .. present.Where(h => h.Kind != PortKind.Member)] : present);
    }

    private async Task<bool> UntilAsync(Func<bool> enough, Action<IReadOnlyList<HostPresence>> look, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan wait = patience;
        var server = new Persistence { Patience = ServerPatience };
        while (true)
        {
            (IReadOnlyList<HostPresence> present, bool lost) = await server.AskAsync(hosts, told, cancellation);
            look(present);
            if (enough()) return true;
            TimeSpan waited = TimeProvider.System.GetElapsedTime(start);
            // A server that is back may have forgotten the hosts: they say again that they are there before it would forget one that is gone.
            if (lost && waited + HostServer.PresenceLife > wait) wait = waited + HostServer.PresenceLife;
            if (waited > wait) return false;
            await Task.Delay(Step, cancellation);
        }
    }

    private static string Names(IReadOnlyList<string> all) =>
        all.Count <= 4 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(3))} and {all.Count - 3} more";
}
