using System.Net;
using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>Who takes part in the trials.</summary>
/// <param name="Sender">The member that sends on the test groups.</param>
/// <param name="Receivers">Members that take turns in joining and leaving; at least one.</param>
/// <param name="Members">All members; all listen to the Agent Group.</param>
/// <param name="MasterListeners">Members that listen to the Master Group.</param>
/// <param name="Outsiders">Outsiders.</param>
internal sealed record TrialCast(
    string Sender, IReadOnlyList<string> Receivers, IReadOnlyList<string> Members, IReadOnlyList<string> MasterListeners, IReadOnlyList<string> Outsiders)
{
    /// <summary>Receivers at most: few ports stand for all, which other checks try one by one.</summary>
    public const int MaxReceivers = 4;
}

/// <summary>
/// All trials on groups, laid out in time: many at a time, each on a group of its own, so that all together take seconds. A function of the spec, of who
/// takes part and of what is asked for.
/// </summary>
internal sealed class TrialPlan
{
    /// <summary>A group of 224.0.0.0/24 that nobody was given (RFC 5771 4, as of the registry), for M12.</summary>
    public static readonly IPAddress LinkLocal = IPAddress.Parse("224.0.0.250");

    // From a report until the switch has learned it, amply.
    private static readonly TimeSpan Learn = TimeSpan.FromMilliseconds(400);

    // A kernel says a join again within a second (RFC 3376 8.11): by then it has, and will not undo what another host's leave does.
    private static readonly TimeSpan LearnForGood = TimeSpan.FromMilliseconds(1200);

    // Long enough to see that nothing comes before the report.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    // A delay above its limit by this much can still be told from none.
    private static readonly TimeSpan Beyond = TimeSpan.FromMilliseconds(600);

    private static readonly TimeSpan BetweenJoins = TimeSpan.FromMilliseconds(450);
    private static readonly TimeSpan BetweenLeaves = TimeSpan.FromMilliseconds(250);

    // Where only arrival counts.
    private static readonly TimeSpan SlowInterval = TimeSpan.FromMilliseconds(20);
    private const int SlowCount = 30;

    // Each of many groups; all of them together send no more than so many datagrams a second.
    private const int CapacityCount = 8;
    private const int CapacityRate = 3000;

    // 11 Mbit/s for a moment, from one or several members at a time, so that all have had their turn before the joins are over.
    private static readonly TimeSpan FastInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan FastTime = TimeSpan.FromSeconds(3.2);
    private const int FastCount = 300;
    private const int FastBytes = 1400;
    internal const byte UnicastTtl = 64;

    // Datagrams a second, all rounds together, of joins or of leaves.
    private const int RoundsRate = 20_000;

    private readonly ClusterSpec _cluster;
    private readonly TrialCast _cast;
    private readonly ConductorOptions _options;
    private readonly TestGroups _groups;
    private readonly List<PlannedTrial> _trials = [];

    private TrialPlan(ClusterSpec cluster, TrialCast cast, ConductorOptions options)
    {
        _cluster = cluster;
        _cast = cast;
        _options = options;
        _groups = new TestGroups(cluster);
    }

    private TimeSpan Interval => TimeSpan.FromSeconds(1.0 / _cluster.Trials.PacketsPerSecond);

    /// <summary>The trials that serve the checks that are asked for; in a unicast profile none on groups.</summary>
    public static IReadOnlyList<PlannedTrial> Make(ClusterSpec cluster, TrialCast cast, ConductorOptions options)
    {
        var plan = new TrialPlan(cluster, cast, options);
        if (!cluster.Profile.Unicast) plan.FillGroups();
        if (options.Wants("P3")) plan.Unicast();
        return plan._trials;
    }

    private void FillGroups()
    {
        if (_options.Wants("M7", "M17")) Joins();
        if (_options.Wants("M8")) Leaves();
        if (_options.Wants("M9")) Aliases();
        if (_options.Wants("M11")) Add(TrialKind.Unregistered, Slow(_groups.Next()), Learn);
        // "Nothing arrived" says something only where something else of the same sender did.
        if (_options.Wants("M9", "M11", "M12", "M16")) Add(TrialKind.LinkLocal, Slow(LinkLocal) with { Ttl = 1 }, Learn);
        if (_options.Wants("M9", "M11", "M14", "M16")) Ttls();
        if (_options.Wants("M13") && _cluster.Channels.IgmpVersion >= 3 && _cast.Receivers.Count > 1) MixedVersions();
        if (_options.Wants("M16")) BrokenReports();
        foreach (string outsider in _cast.Outsiders)
        {
            if (_options.Wants("A6")) OutsiderSends(outsider);
            if (_options.Wants("A7")) OutsiderJoins(outsider);
        }

        if (_options.Wants("P3")) FastGroups();
        if (_options.Wants("M10")) Capacity();
    }

    // Method A on groups that nobody joined; method B on groups that another port gets already, which takes a third member.
    private void Joins()
    {
        TimeSpan length = Quiet + _cluster.Thresholds.JoinDelay + Beyond;
        TimeSpan step = Step(BetweenJoins, length);
        for (int round = 1; round <= _cluster.Trials.Rounds; round++)
        {
            TimeSpan start = step * (round - 1);
            string actor = Receiver(round - 1), other = Receiver(round);
            if (_options.Wants("M7", "M17")) Join(TrialKind.JoinUnknown, round, actor, [], Learn + start, length);
            if (_options.Wants("M7") && other != actor) Join(TrialKind.JoinForwarded, round, actor, [other], start, length);
        }
    }

    private void Join(TrialKind kind, int round, string actor, IReadOnlyList<string> others, TimeSpan start, TimeSpan length)
    {
        IPAddress group = _groups.Next();
        Add(kind, Fast(group, length), start, t => t with
        {
            Round = round,
            Before = [.. others.Select(o => new PlannedAct(o, GroupAct.Join, group))],
            Lead = others.Count > 0 ? Learn : TimeSpan.Zero,
            During = [new(actor, GroupAct.Join, group)],
            ActAfter = Quiet,
            Joined = [.. others, actor],
        });
    }

    private void Leaves()
    {
        TimeSpan length = Quiet + _cluster.Thresholds.LeaveDelay + Beyond;
        TimeSpan step = Step(BetweenLeaves, length);
        for (int round = 1; round <= _cluster.Trials.Rounds; round++)
        {
            string actor = Receiver(round - 1);
            IPAddress group = _groups.Next();
            Add(TrialKind.Leave, Fast(group, length), step * (round - 1), t => t with
            {
                Round = round,
                Before = [new(actor, GroupAct.Join, group)],
                Lead = Learn,
                During = [new(actor, GroupAct.Leave, group)],
                ActAfter = Quiet,
                Joined = [actor],
            });
        }

        for (int round = 1; round <= Math.Min(2, _cast.Receivers.Count); round++)
        {
            string actor = Receiver(round - 1);
            IPAddress group = _groups.Next();
            Add(TrialKind.LeaveBesideSibling, Fast(group, length), TimeSpan.Zero, t => t with
            {
                Round = round,
                Before = [new(actor, GroupAct.Join, group), new(actor, GroupAct.SiblingReports, group)],
                Lead = LearnForGood,
                During = [new(actor, GroupAct.SiblingLeaves, group)],
                ActAfter = Quiet,
                Joined = [actor],
            });
        }
    }

    private void Aliases()
    {
        for (int round = 1; round <= Math.Min(2, _cast.Receivers.Count); round++)
        {
            IPAddress joined = _groups.Next();
            string receiver = Receiver(round - 1);
            Add(TrialKind.MacAlias, Slow(TestGroups.AliasOf(joined)), TimeSpan.Zero, t => t with
            {
                Round = round,
                Before = [new(receiver, GroupAct.Join, joined)],
                Lead = Learn,
                Joined = [receiver],
                JoinedInstead = joined,
            });
        }
    }

    // After all others have acted: the report of many groups at a time is long, and a capture that keeps only its beginning would miss another trial's join in it.
    private void Capacity()
    {
        TimeSpan start = Learn + _trials.Select(t => t.Start + t.Lead + t.ActAfter).DefaultIfEmpty().Max();
        int groups = _cluster.Trials.Groups;
        var interval = TimeSpan.FromSeconds(Math.Max(SlowInterval.TotalSeconds, (double)groups / CapacityRate));
        string receiver = _cast.Receivers[^1];
        for (int round = 1; round <= groups; round++)
        {
            IPAddress group = _groups.Next();
            Add(TrialKind.Capacity, Slow(group) with { Count = CapacityCount, Interval = interval }, start, t => t with
            {
                Round = round,
                Before = [new(receiver, GroupAct.Join, group)],
                // All of them are joined before the first stream begins.
                Lead = Learn + TimeSpan.FromMilliseconds(groups),
                Joined = [receiver],
            });
        }
    }

    private void Ttls()
    {
        IReadOnlyList<string> receivers = [.. _cast.Receivers.Take(2)];
        foreach (int ttl in new[] { 1, _cluster.Channels.Ttl }.Distinct())
        {
            IPAddress group = _groups.Next();
            Add(TrialKind.Ttl, Slow(group) with { Ttl = (byte)ttl }, TimeSpan.Zero, t => t with
            {
                Before = [.. receivers.Select(r => new PlannedAct(r, GroupAct.Join, group))],
                Lead = Learn,
                Joined = receivers,
            });
        }
    }

    private void MixedVersions()
    {
        IPAddress group = _groups.Next();
        string older = Receiver(0), newer = Receiver(1);
        Add(TrialKind.MixedVersions, Slow(group), TimeSpan.Zero, t => t with
        {
            Before = [new(older, GroupAct.ReportByV2, group), new(newer, GroupAct.Join, group)],
            Lead = Learn,
            Joined = [older, newer],
        });
    }

    private void BrokenReports()
    {
        IPAddress group = _groups.Next();
        string actor = Receiver(0);
        Add(TrialKind.BadReport, Slow(group) with { Count = 2 * SlowCount }, Learn, t => t with
        {
            During = [new(actor, GroupAct.BrokenReport, group), new(actor, GroupAct.UnknownType, group)],
            ActAfter = Quiet,
        });
    }

    private void OutsiderSends(string outsider)
    {
        foreach ((IPAddress group, int port, IReadOnlyList<string> listeners) in OwnGroups())
            Add(TrialKind.OutsiderSends, Slow(group) with { Sender = outsider, Port = port }, Learn, t => t with { Joined = listeners });
    }

    private void OutsiderJoins(string outsider)
    {
        foreach ((IPAddress group, int port, IReadOnlyList<string> listeners) in OwnGroups())
        {
            Add(TrialKind.OutsiderJoins, Slow(group) with { Port = port, Count = 2 * SlowCount }, Learn, t => t with
            {
                During = [new(outsider, GroupAct.Join, group)],
                ActAfter = Quiet,
                Joined = [.. listeners, outsider],
            });
        }
    }

    // Faster than the numbered datagrams: what is fast, by unicast, may lose where they do not. Each port sends and gets, with two partners.
    private void Unicast()
    {
        IReadOnlyList<(string From, string To)> ways = Pairs.Streams(_cast.Members, _cluster.Trials.Pairs);
        foreach ((int i, (string from, string to)) in ways.Index())
        {
            IPAddress address = _cluster.Members.First(m => m.Name == to).Address;
            Add(TrialKind.Unicast, AtRate(address, from) with { Ttl = UnicastTtl }, InTurn(i, ways.Count, receivers: 1), t => t with { Joined = [to] });
        }
    }

    // The same to a group that its partners joined: a limit on what any one port sends to groups, or gets of them, is met.
    private void FastGroups()
    {
        foreach (var (i, partners) in Pairs.Streams(_cast.Members, _cluster.Trials.Pairs).GroupBy(w => w.From, w => w.To).Index())
        {
            IPAddress group = _groups.Next();
            string[] joined = [.. partners];
            Add(TrialKind.FastGroup, AtRate(group, partners.Key), InTurn(i, _cast.Members.Count, joined.Length), t => t with
            {
                Before = [.. joined.Select(j => new PlannedAct(j, GroupAct.Join, group))],
                Lead = Learn,
                Joined = joined,
            });
        }
    }

    private TrialStream AtRate(IPAddress to, string sender) => Slow(to) with { Sender = sender, Count = FastCount, Interval = FastInterval, Bytes = FastBytes };

    // So many at a time that all have had their turn before the joins are over; fewer where one machine would have to deliver more than it can.
    private TimeSpan InTurn(int turn, int turns, int receivers)
    {
        TimeSpan length = FastInterval * FastCount;
        int wanted = (int)Math.Ceiling(turns * length / FastTime), most = (int)(_options.ProbeDeliveriesPerSecond * FastInterval.TotalSeconds / receivers);
        return length * (turn / Math.Clamp(wanted, 1, Math.Max(1, most)));
    }

    private IEnumerable<(IPAddress Group, int Port, IReadOnlyList<string> Listeners)> OwnGroups()
    {
        if (_cluster.Channels.AgentGroup is { } agents) yield return (agents, _cluster.Channels.AgentPort, _cast.Members);
        if (_cluster.Channels.MasterGroup is { } masters) yield return (masters, _cluster.Channels.MasterPort, _cast.MasterListeners);
    }

    private void Add(TrialKind kind, TrialStream stream, TimeSpan start, Func<PlannedTrial, PlannedTrial>? more = null)
    {
        var trial = new PlannedTrial { Kind = kind, Stream = stream with { Trial = _trials.Count + 1 }, Start = start };
        _trials.Add(more?.Invoke(trial) ?? trial);
    }

    private TrialStream Slow(IPAddress group) => new()
    {
        Trial = 0,
        Sender = _cast.Sender,
        To = group,
        Port = _cluster.Channels.AgentPort,
        Count = SlowCount,
        Interval = SlowInterval,
        Ttl = (byte)_cluster.Channels.Ttl,
    };

    private TrialStream Fast(IPAddress group, TimeSpan length) => Slow(group) with { Interval = Interval, Count = (int)(length / Interval) };

    private string Receiver(int turn) => _cast.Receivers[turn % _cast.Receivers.Count];

    // Rounds follow each other, and overlap as far as the machine can take it.
    private TimeSpan Step(TimeSpan shortest, TimeSpan length)
    {
        TimeSpan fair = length * ((double)_cluster.Trials.PacketsPerSecond / RoundsRate);
        return fair > shortest ? fair : shortest;
    }
}
