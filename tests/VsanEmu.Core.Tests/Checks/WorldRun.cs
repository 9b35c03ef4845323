using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Checks;

/// <summary>Plays a run in a <see cref="World"/>: the phases of a run, with the roles that its members would have taken.</summary>
internal sealed class WorldRun(World world)
{
    private const long Second = 1_000_000_000;

    private readonly string[] _all = [.. world.Spec.Members.Select(m => m.Name)];

    private bool Hears(string receiver, string sender) => world.Multicast(sender, receiver) > 0.5;

    private bool Connected(string a, string b) => world.Tcp(a, b) == ProbeOutcome.Open && world.Tcp(b, a) == ProbeOutcome.Open;

    private bool Forms => _all.All(a => _all.All(b => a == b || (Hears(a, b) && (Master(_all) is var m && (a == m ? Connected(a, b) : b != m || Connected(a, b))))));

    public RunObservations Observe()
    {
        PhaseObservation[] phases = Forms ? [.. FormedPhases()] : [.. UnformedPhases()];
        bool killed = phases.Any(p => p.Name == Phases.Failover), trials = world.Trials && Forms;
        var trialsMade = new WorldTrials(world);
        return new RunObservations
        {
            Phases = phases,
            Nodes = [.. world.Spec.Members.Select(m => Node(m, phases, killed))],
            Ports = [.. new WorldCaptures(world, phases).Ports().Select(p => trials ? trialsMade.AddTo(p) : p)],
            Streams = [.. Streams(phases.Single(p => p.Name == Phases.Probing))],
            Probes = [.. MemberProbes(phases.Single(p => p.Name == Phases.Probing)), .. OutsiderProbes(), .. trials ? OddProbes() : []],
            Failovers = killed ? [Failover()] : [],
            Partitions = killed && _all.Length > 2 ? [Split()] : [],
            Trials = trials ? trialsMade.All : [],
            Pings = trials ? [.. Pings()] : [],
            TcpStreams = trials ? [.. Pairs.Streams(_all).Select(TcpStream)] : [],
            Fragments = trials ? [.. Pairs.Streams(_all).Select(Fragmented)] : [],
            Idles = trials ? [.. Idles()] : [],
            NotTried = NotTried(killed),
        };
    }

    private IEnumerable<PhaseObservation> FormedPhases()
    {
        yield return Phase(Phases.Forming, 0, 3, false, _all);
        yield return Phase(Phases.Steady, 3, 5, true, _all);
        yield return Phase(Phases.Vms, 5, 7, true, _all) with { VmsOn = ["vm1"] };
        yield return Phase(Phases.Probing, 7, 10, true, _all) with { VmsOn = ["vm1"] };
        yield return Phase(Phases.Failover, 10, 12, false, _all[1..]) with { VmsOn = ["vm1"] };
        yield return Phase(Phases.AfterFailover, 12, 14, true, _all[1..]) with { VmsOn = ["vm1"] };
        if (_all.Length < 3) yield break;
        yield return Phase(Phases.Partition, 14, 18, false, _all[1..]) with { VmsOn = ["vm1"] };
        yield return Phase(Phases.Healed, 18, 20, true, _all[1..]) with { VmsOn = ["vm1"] };
    }

    private IEnumerable<PhaseObservation> UnformedPhases()
    {
        yield return Phase(Phases.Forming, 0, 12, false, _all);
        yield return Phase(Phases.Probing, 12, 15, false, _all);
    }

    private PhaseObservation Phase(string name, long from, long to, bool settled, string[] alive) => new()
    {
        Name = name,
        StartNs = from * Second,
        EndNs = to * Second,
        Settled = settled,
        Views = [.. alive.Select(m => View(m, alive))],
        VmsOn = [],
    };

    // A member follows the lowest of those with whom it hears both ways; the next is Backup.
    private string[] Circle(string member, string[] alive) => [.. alive.Where(o => o == member || (Hears(member, o) && Hears(o, member)))];

    private static string Master(string[] circle) => circle[0];

    private MemberView View(string member, string[] alive)
    {
        string[] circle = Circle(member, alive);
        string master = Master(circle);
        string? backup = circle.Length > 1 ? circle[1] : null;
        string[] peers = member == master ? circle[1..] : [master];
        return new MemberView
        {
            Member = member,
            Id = Id(member),
            Role = member == master ? Role.Master : member == backup ? Role.Backup : Role.Agent,
            Master = Id(master),
            Backup = backup is null ? MemberId.None : Id(backup),
            Members = [.. circle.Select(Id)],
            Term = 1,
            Entries = 40,
            Digest = 0xFEDC_BA98_7654_3210,
            Opened = [.. peers.Where(p => world.Tcp(member, p) == ProbeOutcome.Open).Select(Id)],
            Accepted = [.. peers.Where(p => world.Tcp(p, member) == ProbeOutcome.Open).Select(Id)],
            AtRest = peers.All(p => Connected(member, p)),
            Sent = 100,
            Received = 100,
        };
    }

    private NodeObservation Node(MemberSpec m, PhaseObservation[] phases, bool killed)
    {
        var roles = new List<RoleChange>();
        foreach (PhaseObservation phase in phases)
        {
            if (phase.Views.FirstOrDefault(v => v.Member == m.Name) is not { } view) continue;
            if (roles.Count == 0 || roles[^1].Role != view.Role) roles.Add(new(phase.StartNs + (Second / 2), view.Role, view.Master, view.Term, "test"));
        }

        ChannelSpec c = world.Spec.Channels;
        return new NodeObservation
        {
            Member = m.Name,
            Id = m.Id,
            Settings = new(m.Address.ToString(), world.Spec.Subnet.PrefixLength, world.Spec.Profile.Name, $"{c.AgentGroup}:{c.AgentPort}",
                $"{c.MasterGroup}:{c.MasterPort}", c.ReliablePort, c.Ttl, c.IgmpVersion),
            View = phases.SelectMany(p => p.Views).Last(v => v.Member == m.Name),
            Roles = roles,
            Counters = new Dictionary<string, long> { ["heartbeats"] = 100 },
            Acknowledged = [new AckedUpdate(new Guid(m.Id.Value, 0, 0, new byte[8]), ulong.MaxValue - m.Id.Value, Second)],
            Killed = killed && m.Name == _all[0],
        };
    }

    private IEnumerable<StreamObservation> Streams(PhaseObservation phase) =>
        from sender in phase.Views
        from @group in sender.Role == Role.Backup ? (FlowGroup[])[FlowGroup.Agent, FlowGroup.Master] : [FlowGroup.Agent]
        from receiver in phase.Views
        where receiver.Member != sender.Member
        let joined = @group == FlowGroup.Agent || receiver.Role is Role.Master or Role.Backup
        select new StreamObservation
        {
            Phase = phase.Name,
            From = sender.Member,
            To = receiver.Member,
            Group = @group,
            Sent = world.Probes,
            Received = joined ? (long)Math.Round(world.Probes * world.Multicast(sender.Member, receiver.Member)) : 0,
            Duplicates = 0,
            Reordered = 0,
            Corrupt = 0,
        };

    // A member probes those to which it has no connection of its own.
    private IEnumerable<ProbeObservation> MemberProbes(PhaseObservation phase) =>
        from a in phase.Views
        from b in phase.Views
        where a.Id != b.Id && !a.Opened.Contains(b.Id)
        select Probe(a.Member, b.Member, false, world.Tcp(a.Member, b.Member));

    private IEnumerable<ProbeObservation> OutsiderProbes() =>
        from outsider in world.Spec.Outsiders
        from target in _all
        from bound in (bool[])[false, true]
        select Probe(outsider.Name, target, bound, world.Outsider(outsider, target, bound));

    private IEnumerable<ProbeObservation> OddProbes() =>
        from outsider in world.Spec.Outsiders
        from target in _all
        from method in (ProbeMethod[])[ProbeMethod.Fragments, ProbeMethod.Spoofed, ProbeMethod.Ipv6]
        select Probe(outsider.Name, target, false, world.Odd(outsider, target, method)) with
        {
            Method = method,
            As = method != ProbeMethod.Spoofed ? "" : target == _all[0] ? _all[1] : _all[0],
        };

    private IEnumerable<PingObservation> Pings() =>
        from a in _all
        from b in _all
        where a != b
        from bytes in (int[])[100, 1500]
        let answered = world.Frames(a, b) && world.Frames(b, a) && bytes <= Math.Min(world.Mtu(a, b), world.Mtu(b, a)) ? 3 : 0
        let median = answered > 0 ? (long)(world.RoundTripMs(a, b) * 1_000_000) : 0
        select new PingObservation
        {
            Phase = Phases.Probing,
            From = a,
            To = b,
            Bytes = bytes,
            Sent = 3,
            Answered = answered,
            MinNs = median / 2,
            MedianNs = median,
            MaxNs = median * 2,
        };

    private TcpStreamObservation TcpStream((string From, string To) way)
    {
        bool opened = world.Tcp(way.From, way.To) == ProbeOutcome.Open && world.Frames(way.From, way.To);
        return new()
        {
            Phase = Phases.Probing,
            From = way.From,
            To = way.To,
            Opened = opened,
            Error = opened ? "" : "timed out",
            Planned = 1000,
            Segments = opened ? 1000 : 0,
            Retransmitted = 0,
            Needless = 0,
            OutOfOrder = 0,
            Delivered = opened ? 1000 : -1,
            Returned = opened ? 250 : 0,
            StartNs = 8 * Second,
            EndNs = 9 * Second,
        };
    }

    private FragmentObservation Fragmented((string From, string To) way) =>
        new() { Phase = Phases.Probing, From = way.From, To = way.To, Bytes = 2250, Sent = 10, Received = world.Frames(way.From, way.To) ? 10 : 0 };

    // What a run leaves out by itself: a cluster of two cannot be split once one of them is dead.
    private Dictionary<string, string> NotTried(bool killed)
    {
        string[] trials = world.Trials ? [] : ["M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M16", "M17", "A5", "A6", "A7", "A8", "A9", "P1", "P2"];
        string[] split = killed && _all.Length < 3 ? ["V3"] : [];
        return trials.Concat(split).ToDictionary(id => id, _ => "nobody in this run can make it");
    }

    private IEnumerable<IdleObservation> Idles() => _all.Select((from, i) => new IdleObservation
    {
        From = from,
        To = _all[(i + 1) % _all.Length],
        IdleNs = 60 * Second,
        Survived = world.IdleSurvives,
        How = world.IdleSurvives ? "answered" : "no answer",
    });

    private static ProbeObservation Probe(string from, string to, bool bound, ProbeOutcome outcome) => new()
    {
        Phase = Phases.Probing,
        From = from,
        To = to,
        SourcePort = bound ? 2233 : 0,
        DestinationPort = 2233,
        Outcome = outcome,
        AtNs = 8 * Second,
        TookNs = Second / 1000,
    };

    private FailoverObservation Failover() => new()
    {
        Killed = _all[0],
        Backup = _all[1],
        KilledAtNs = (10 * Second) + (Second / 20),
        TakeoverAtNs = 11 * Second,
        HoldsAtNs = (11 * Second) + (Second / 2),
        NewMaster = _all[1],
        NewBackup = _all.Length > 2 ? _all[2] : "",
        Acknowledged = 40,
        Lost = [],
    };

    private PartitionObservation Split()
    {
        string[][] sides = [[.. _all[1..].Where((_, i) => i % 2 == 0)], [.. _all[1..].Where((_, i) => i % 2 == 1)]];
        return new PartitionObservation
        {
            Sides = sides,
            SplitAtNs = 14 * Second,
            SettledSplitAtNs = 16 * Second,
            MastersPerSide = [.. sides.Select(s => (IReadOnlyList<string>)[s[0]])],
            HealedAtNs = 16 * Second,
            SettledHealAtNs = 17 * Second,
            MastersAfter = [_all[1]],
            Acknowledged = 60,
            Lost = [],
        };
    }

    private static MemberId Id(string name) => new(ushort.Parse(name.AsSpan(1)));
}
