using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>The trials that a run in a <see cref="World"/> makes, and what captures see of them.</summary>
internal sealed class WorldTrials
{
    private const long Millisecond = 1_000_000;
    private const long Interval = 2 * Millisecond;
    private const long Start = 8_000 * Millisecond;
    private const int Rounds = 5;
    private const int Groups = 8;

    private readonly World _world;
    private readonly string[] _members;
    private readonly List<Planned> _planned = [];

    public WorldTrials(World world)
    {
        _world = world;
        _members = [.. world.Spec.Members.Select(m => m.Name)];
        Plan();
    }

    // When a port gets the stream: from and to, ns since its start; null never.
    private sealed record Planned(TrialObservation Trial, Func<string, (long From, long To)?> Arrives, IReadOnlyList<(string Port, long AtNs, bool Leave, int Version)> Said);

    public IReadOnlyList<TrialObservation> All => [.. _planned.Select(p => p.Trial)];

    private WorldSwitch Switch => _world.Switch;

    public PortCapture AddTo(PortCapture port)
    {
        var sightings = _planned.Select(p => See(p, port)).OfType<TrialSighting>();
        var said = _planned.SelectMany(p => p.Said.Where(s => s.Port == port.Port).Select(s => Membership(p.Trial, s)));
        return port with { Trials = [.. sightings], Memberships = [.. port.Memberships, .. said] };
    }

    private void Plan()
    {
        string sender = _members[0], actor = _members[1], other = _members[^1];
        bool three = _members.Length > 2;
        for (int round = 1; round <= Rounds; round++)
        {
            Join(TrialKind.JoinUnknown, round, sender, actor, []);
            if (three) Join(TrialKind.JoinForwarded, round, sender, actor, [other]);
            Leave(TrialKind.Leave, round, sender, actor, (long)(Switch.LeaveMs * Millisecond));
        }

        Leave(TrialKind.LeaveBesideSibling, 1, sender, actor, Switch.FastLeave ? 0 : long.MaxValue);
        Add(TrialKind.MacAlias, sender, [actor], _ => Switch.ForwardsByMac);
        for (int group = 1; group <= Groups; group++)
        {
            bool held = group <= Switch.GroupLimit;
            Add(TrialKind.Capacity, sender, [actor], p => held || Switch.FloodsBeyondLimit, elsewhere: !held && Switch.FloodsBeyondLimit, round: group, said: [(actor, 0, false, 3)]);
        }

        Add(TrialKind.Unregistered, sender, [], _ => false);
        Add(TrialKind.LinkLocal, sender, [], _ => false, elsewhere: !Switch.PrunesLinkLocal, group: "224.0.0.254");
        if (three) Add(TrialKind.MixedVersions, sender, [actor, other], p => Switch.Understands.Contains(p == actor ? 2 : 3), said: [(actor, 0, false, 2), (other, 0, false, 3)]);
        foreach (byte ttl in (byte[])[1, 5, 64])
            Add(TrialKind.Ttl, sender, [actor], _ => ttl > Switch.Hops, ttl: ttl, said: [(actor, 0, false, 3)]);
        Add(TrialKind.BadReport, sender, [], p => p == actor && Switch.BelievesBrokenReports, actor: actor);
        foreach (OutsiderSpec outsider in _world.Spec.Outsiders)
        {
            bool open = _world.GroupsOpen && outsider.Place == OutsiderPlace.Segment;
            foreach ((string group, string[] listeners) in ((string, string[])[])[("224.2.3.5", _members), ("224.1.2.3", _members[..2])])
            {
                Add(TrialKind.OutsiderSends, outsider.Name, listeners, _ => open, group: group);
                Add(TrialKind.OutsiderJoins, sender, listeners, p => p != outsider.Name || open, group: group, actor: outsider.Name, said: [(outsider.Name, 100 * Millisecond, false, 3)]);
            }
        }

        foreach ((string a, string b) in _members.Length > 16 ? Pairs.Streams(_members) : _members.SelectMany(a => _members.Where(b => b != a).Select(b => (a, b))))
            Add(TrialKind.Unicast, a, [b], p => p == b, group: _world.Spec.Members.Single(m => m.Name == b).Address.ToString(), bytes: 1400, interval: Interval / 20);
        FastGroups();
    }

    private void FastGroups()
    {
        foreach ((string from, string to) in Pairs.Streams(_members))
            Add(TrialKind.FastGroup, from, [to], p => p == to, bytes: 1400, interval: Interval / 20, said: [(to, -1000 * Millisecond, false, 3)]);
    }

    private void Join(TrialKind kind, int round, string sender, string actor, string[] others)
    {
        const long report = 100 * Millisecond;
        double ms = kind == TrialKind.JoinUnknown && round == 1 ? Switch.FirstJoinMs : Switch.JoinMs;
        bool lost = ms < 0 || !Switch.Understands.Contains(3);
        Add(kind, sender, [.. others, actor], _ => !lost, round: round, actor: actor, window: p => p == actor ? (report + (long)(ms * Millisecond), long.MaxValue) : null,
            said: [(actor, report, false, 3), .. others.Select(o => (o, -1000 * Millisecond, false, 3))]);
    }

    private void Leave(TrialKind kind, int round, string sender, string actor, long after)
    {
        const long leave = 100 * Millisecond;
        Add(kind, sender, [actor], _ => Switch.Understands.Contains(3), round: round, actor: actor, seconds: 4, window: _ => (0, after == long.MaxValue ? after : leave + after),
            said: [(actor, -1000 * Millisecond, false, 3), (actor, leave, true, 3)]);
    }

    private void Add(
        TrialKind kind, string sender, string[] joined, Func<string, bool> gets, bool elsewhere = false, int round = 1, string actor = "", byte ttl = 5, string? group = null, int seconds = 1,
        int bytes = 200, long interval = Interval, Func<string, (long, long)?>? window = null, IReadOnlyList<(string, long, bool, int)>? said = null)
    {
        int id = _planned.Count + 1;
        var trial = new TrialObservation
        {
            Id = id,
            Kind = kind,
            Round = round,
            Phase = Phases.Probing,
            Group = group ?? $"239.255.42.{id % 250}",
            Sender = sender,
            Sent = (int)(seconds * 1000 * Millisecond / interval),
            IntervalNs = interval,
            Bytes = bytes,
            Ttl = ttl,
            StartNs = Start,
            EndNs = Start + (seconds * 1000 * Millisecond) - interval,
            Joined = joined,
            JoinedInstead = kind == TrialKind.MacAlias ? "239.127.42.1" : "",
            Actor = actor,
            ActedAtNs = actor.Length > 0 ? Start + (100 * Millisecond) : 0,
            IgmpVersion = actor.Length > 0 ? 3 : 0,
        };
        bool unknown = kind is TrialKind.JoinUnknown or TrialKind.MacAlias or TrialKind.Unregistered or TrialKind.BadReport;
        _planned.Add(new(trial, Arrives, said ?? []));

        (long, long)? Arrives(string port)
        {
            bool flooded = kind is not (TrialKind.Unicast or TrialKind.OutsiderSends) && (_world.Flooded(port) || (unknown && Switch.FloodsUnknown));
            if (flooded || elsewhere) return (0, long.MaxValue);
            bool concerned = joined.Contains(port) || port == actor;
            return concerned && gets(port) ? window?.Invoke(port) ?? (0, long.MaxValue) : null;
        }
    }

    private TrialSighting? See(Planned planned, PortCapture port)
    {
        TrialObservation t = planned.Trial;
        if (port.Port == t.Sender) return Sighting(t, PortDirection.Out, 0, t.Sent, t.Ttl, 1);
        if (_world.Spec.Outsiders.Any(o => o.Name == port.Port && o.Place == OutsiderPlace.BeyondGateway) || planned.Arrives(port.Port) is not var (from, to)) return null;
        bool members = _members.Contains(t.Sender) && _members.Contains(port.Port);
        double share = !members ? 1 : t.Kind == TrialKind.Unicast ? (_world.Unicast ?? _world.Multicast)(t.Sender, port.Port) : _world.Multicast(t.Sender, port.Port) * Switch.FastMulticast;
        int first = (int)Math.Min(t.Sent, (Math.Max(0, from) + t.IntervalNs - 1) / t.IntervalNs), last = (int)Math.Min(t.Sent - 1, to / t.IntervalNs);
        return last < first ? null : Sighting(t, PortDirection.In, first, last - first + 1, (byte)(t.Ttl - Switch.Hops), share);
    }

    private static TrialSighting? Sighting(TrialObservation t, PortDirection direction, int first, int count, byte ttl, double share)
    {
        long packets = (long)Math.Round(count * share);
        return packets == 0 ? null : new TrialSighting(
            t.Id, direction, packets, t.StartNs + (first * t.IntervalNs), t.StartNs + ((first + count - 1) * t.IntervalNs), ttl, share < 1 ? 2 * t.IntervalNs : t.IntervalNs, 0, 42);
    }

    private MembershipSighting Membership(TrialObservation trial, (string Port, long AtNs, bool Leave, int Version) said) => new()
    {
        Phase = trial.Phase,
        Direction = PortDirection.Out,
        Source = (_world.Spec.Members.FirstOrDefault(m => m.Name == said.Port)?.Address ?? _world.Spec.Outsiders.Single(o => o.Name == said.Port).Address).ToString(),
        Group = trial.Group,
        Version = said.Version,
        Leave = said.Leave,
        Count = 1,
        FirstNs = trial.StartNs + said.AtNs,
        LastNs = trial.StartNs + said.AtNs,
    };
}
