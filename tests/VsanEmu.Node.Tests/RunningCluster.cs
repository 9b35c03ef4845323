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
        await fabric.WaitReadyAsync(TimeSpan.FromSeconds(20));
        return new RunningCluster(spec, fabric);
    }

    /// <summary>A runner for this member, in its namespace; not started.</summary>
    public NodeRunner Add(MemberId id, bool force = false)
    {
        string name = Spec.Member(id).Name;
        return _runners[id] = new NodeRunner(new RunnerOptions
        {
            Cluster = Spec,
            Self = id,
            Place = Fabric.Namespace(name),
            CutLink = c => Fabric.SetLinkAsync(name, up: false, c),
            Force = force,
        });
    }

    /// <summary>Starts members at once, the first so many or all, and waits until they are at rest.</summary>
    public async Task FormAsync(int members = MemberId.Max)
    {
        await Task.WhenAll(Spec.Members.Take(members).Select(m => Add(m.Id).StartAsync(default)));
        await RestAsync(Runners, TimeSpan.FromSeconds(15));
    }

    /// <summary>Waits until these members agree on one Master and one Backup and want nothing more.</summary>
    public static async Task RestAsync(IReadOnlyCollection<NodeRunner> living, TimeSpan patience)
    {
        await UntilAsync(() => AtRest([.. living.Select(r => r.View)]), patience, () => string.Join("\n", living.Select(r => Text(r.View))));
    }

    /// <summary>Waits for a condition; says what there was instead when it does not come.</summary>
    public static async Task UntilAsync(Func<bool> condition, TimeSpan patience, Func<string> instead)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience) Assert.Fail($"not within {patience.TotalSeconds} s:\n{instead()}");
            await Task.Delay(20);
        }
    }

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
