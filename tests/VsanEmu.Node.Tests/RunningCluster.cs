using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Faults;

namespace VsanEmu.Node.Tests;

/// <summary>Runners on a snooping switch of the lab's, one for each member, over real sockets.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private readonly Dictionary<MemberId, NodeRunner> _runners = [];

    private RunningCluster(ClusterSpec spec, Fabric fabric)
    {
        Spec = spec;
        Fabric = fabric;
    }

    public ClusterSpec Spec { get; }

    public Fabric Fabric { get; }

    public IReadOnlyCollection<NodeRunner> Runners => _runners.Values;

    public NodeRunner this[MemberId id] => _runners[id];

    /// <summary>Builds the fabric; nobody runs yet.</summary>
    public static async Task<RunningCluster> BuildAsync(ClusterSpec spec, params IFault[] faults)
    {
        Fabric fabric = await Fabric.BuildAsync(spec, new FabricOptions { Faults = faults });
        await fabric.WaitReadyAsync(Eventually.Limit);
        return new RunningCluster(spec, fabric);
    }

    /// <summary>A runner for this member, in its namespace; not started.</summary>
    public NodeRunner Add(MemberId id, bool force = false) => AddAs(Options(id) with { Force = force });

    /// <summary>A runner that differs from the usual one.</summary>
    public NodeRunner AddAs(RunnerOptions options) => _runners[options.Self] = new NodeRunner(options);

    /// <summary>What a runner for this member is made with.</summary>
    public RunnerOptions Options(MemberId id)
    {
        string name = Spec.Member(id).Name;
        return new RunnerOptions { Cluster = Spec, Self = id, Place = Fabric.Namespace(name), CutLink = c => Fabric.SetLinkAsync(name, up: false, c) };
    }

    /// <summary>Starts members at once, the first so many or all, and waits until they are at rest.</summary>
    public async Task FormAsync(int members = MemberId.Max)
    {
        await Task.WhenAll(Spec.Members.Take(members).Select(m => Add(m.Id).StartAsync(default)));
        await RestAsync(Runners);
    }

    /// <summary>Waits until these members agree on one Master and one Backup and want nothing more.</summary>
    public static Task RestAsync(IReadOnlyCollection<NodeRunner> living) =>
        Eventually.UntilAsync(() => AtRest([.. living.Select(r => r.View)]), () => string.Join("\n", living.Select(r => Text(r.View))));

    public static string Text(MemberView v) =>
        $"{v.Member} {v.Role} term {v.Term} master {v.Master} backup {v.Backup} members {string.Join(",", v.Members)} opened {string.Join(",", v.Opened)} "
        + $"accepted {string.Join(",", v.Accepted)} entries {v.Entries} digest {v.Digest:x} rest {v.AtRest}";

    public async ValueTask DisposeAsync()
    {
        foreach (NodeRunner runner in _runners.Values) await runner.DisposeAsync();
        await Fabric.DisposeAsync();
    }

    private static bool AtRest(MemberView[] views) =>
        views.All(v => v.AtRest && v.Members.Count == views.Length)
        && views.Count(v => v.Role == Role.Master) == 1
        && views.Count(v => v.Role == Role.Backup) == 1
        && views.Select(v => (v.Master, v.Backup, v.Term, v.Digest)).Distinct().Count() == 1;
}
