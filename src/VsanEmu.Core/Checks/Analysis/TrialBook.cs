using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>All trials of a run, with the captures indexed by trial and by group.</summary>
internal sealed class TrialBook
{
    private readonly RunAnalysis _run;
    private readonly Dictionary<(string Port, int Trial, PortDirection Direction), TrialSighting> _sightings = [];
    private readonly Dictionary<(string Port, string Group, bool Leave), long> _said = [];
    private readonly HashSet<(string Port, string Phase)> _alive = [];
    private readonly HashSet<(string Sender, string Phase)> _heard = [];

    public TrialBook(RunAnalysis run)
    {
        _run = run;
        var remote = run.Spec.Outsiders.Where(o => o.Place == OutsiderPlace.BeyondGateway).Select(o => o.Name).ToHashSet();
        SegmentPorts = [.. run.Members, .. run.SilentPorts];
        Segment = [.. run.Seen.Ports.Where(p => p.Kind != PortKind.Gateway && !remote.Contains(p.Port))];
        All = [.. run.Seen.Trials.OrderBy(t => t.Id).Select(t => new Trial(t, this))];
        var plans = run.Seen.Trials.GroupBy(t => t.Id).ToDictionary(g => g.Key, g => g.First());
        foreach (PortCapture port in run.Seen.Ports) Index(port, plans);
    }

    /// <summary>Every trial, by number.</summary>
    public IReadOnlyList<Trial> All { get; }

    /// <summary>Endpoints in the members' segment by the spec, captured or not.</summary>
    public IReadOnlyList<string> SegmentPorts { get; }

    /// <summary>Captured ports of the members' segment, without the gateway's: a switch sends all groups to a router port (RFC 4541, 2.1.2).</summary>
    public IReadOnlyList<PortCapture> Segment { get; }

    public Trial[] Of(params IReadOnlyList<TrialKind> kinds) => [.. All.Where(t => kinds.Contains(t.Plan.Kind))];

    public PortCapture? Capture(string port) => _run.Capture(port);

    public string? Unwatched(string port) => _run.Unwatched(port);

    public TrialSighting? Sighting(string port, int trial, PortDirection direction) => _sightings.GetValueOrDefault((port, trial, direction));

    /// <summary>When a port first sent a report, or a leave, for a group.</summary>
    public long? SaidAtNs(string port, string group, bool leave) => _said.TryGetValue((port, group, leave), out long at) ? at : null;

    /// <summary>Ports that reported a group.</summary>
    public IEnumerable<string> Reporters(string group) => _said.Keys.Where(k => k.Group == group && !k.Leave).Select(k => k.Port);

    /// <summary>True when the capture at a port saw anything come in during a phase.</summary>
    public bool Alive(string port, string phase) => _alive.Contains((port, phase));

    /// <summary>True when a stream of this sender arrived anywhere in a phase.</summary>
    public bool Heard(string sender, string phase) => _heard.Contains((sender, phase));

    private void Index(PortCapture port, Dictionary<int, TrialObservation> plans)
    {
        foreach (TrialSighting s in port.Trials)
        {
            _sightings.TryAdd((port.Port, s.Trial, s.Direction), s);
            if (s.Direction != PortDirection.In || s.Packets == 0 || !plans.TryGetValue(s.Trial, out TrialObservation? plan)) continue;
            _alive.Add((port.Port, plan.Phase));
            _heard.Add((plan.Sender, plan.Phase));
        }

        foreach (MembershipSighting m in port.Memberships)
        {
            if (m.Direction == PortDirection.In) _alive.Add((port.Port, m.Phase));
            if (m.Direction == PortDirection.In || m.Count == 0) continue;
            var key = (port.Port, m.Group, m.Leave);
            _said[key] = _said.TryGetValue(key, out long first) ? Math.Min(first, m.FirstNs) : m.FirstNs;
        }

        _alive.UnionWith(port.Flows.Where(f => f.Direction == PortDirection.In && f.Packets > 0).Select(f => (port.Port, f.Phase)));
        _alive.UnionWith(port.Controls.Where(c => c.Count > 0).Select(c => (port.Port, c.Phase)));
    }
}
