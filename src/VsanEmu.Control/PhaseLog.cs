using VsanEmu.Core.Observations;

namespace VsanEmu.Control;

/// <summary>Keeps the run's phases: when each began and ended, and whether the cluster was at rest through all of it.</summary>
internal sealed class PhaseLog(ICaptures captures, Crew crew, Func<long> nowNs)
{
    private readonly List<PhaseObservation> _done = [];
    private long _startNs;
    private bool _settledAtStart;
    private IReadOnlyList<MemberView> _viewsAtStart = [];

    public string Current { get; private set; } = "";

    /// <summary>VMs that are on now.</summary>
    public List<string> VmsOn { get; } = [];

    /// <summary>The sides into which the segment was split at some time in the phase under way.</summary>
    public IReadOnlyDictionary<string, int> Sides { get; set; } = new Dictionary<string, int>();

    public IReadOnlyList<PhaseObservation> Done => _done;

    /// <summary>When the first phase began.</summary>
    public long BeganNs => _done is [{ StartNs: long first }, ..] ? first : _startNs;

    /// <summary>Ends the phase under way, if any, and begins the next at the same instant.</summary>
    public async Task BeginAsync(string name, CancellationToken cancellation)
    {
        long at = await captures.BeginPhaseAsync(name, cancellation);
        End(at);
        Current = name;
        Sides = new Dictionary<string, int>();
        _startNs = at;
        _viewsAtStart = crew.Views;
        _settledAtStart = Settlement.Missing(crew.ViewsBySide) is null;
    }

    /// <summary>Ends the phase under way.</summary>
    public void End() => End(nowNs());

    private void End(long atNs)
    {
        if (Current.Length == 0) return;
        IReadOnlyList<MemberView> views = crew.Views;
        _done.Add(new PhaseObservation
        {
            Name = Current,
            StartNs = _startNs,
            EndNs = atNs,
            Settled = _settledAtStart && Settlement.Missing(crew.ViewsBySide) is null && SameCluster(_viewsAtStart, views),
            Views = views,
            VmsOn = [.. VmsOn],
            Sides = Sides,
        });
        Current = "";
    }

    // What changed and changed back in between is found in the members' own lists of changes (Findings).
    private static bool SameCluster(IReadOnlyList<MemberView> before, IReadOnlyList<MemberView> after) =>
        before.Count == after.Count && before.Zip(after).All(p =>
            p.First.Id == p.Second.Id && p.First.Role == p.Second.Role && p.First.Term == p.Second.Term && p.First.Backup == p.Second.Backup);
}
