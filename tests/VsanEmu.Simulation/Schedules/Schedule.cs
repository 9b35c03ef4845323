using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Simulation.Rules;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Schedules;

/// <summary>
/// One seed's whole story: members start, harm is done, perhaps a partition is left alone, everything is healed, and the cluster must come to rest,
/// stay there, and survive the loss of its Master in good order.
/// </summary>
internal sealed class Schedule
{
    /// <summary>After this long nothing is on its way any more from before the fabric was healed.</summary>
    private const long LongestWayNs = 700_000_000;

    private readonly ulong _seed;
    private readonly ClusterSpec _cluster;
    private readonly Dice _dice;
    private readonly World _world;
    private readonly Referee _referee;
    private readonly Chaos _chaos;
    private readonly long _beatNs;

    private Schedule(ulong seed, Sabotage sabotage, bool tells, byte[] buffer)
    {
        _seed = seed;
        _dice = new Dice(seed * 0x9E3779B97F4A7C15 + 1);
        _cluster = Clusters.Make(_dice);
        _beatNs = _cluster.Timers.Heartbeat.Ticks * 100;
        _referee = new Referee(_cluster) { World = () => _world!, Tells = tells };
        _world = new World(_cluster, _dice.Next(), sabotage, _referee, buffer);
        _chaos = new Chaos(_world, _dice);
        if (tells) _chaos.Did += what => _referee.Tell("***", what);
    }

    /// <summary>
    /// Within this many heartbeats after the last fault the cluster is at rest: peers and connections that are gone are noticed (5 and 10), an election
    /// waits two for each member that comes before, and a dialler pauses up to 8 after failures.
    /// </summary>
    public static int SettleBeats(int members) => 60 + (2 * members);

    /// <summary>Runs a seed's schedule; null when no rule was broken.</summary>
    public static Outcome Run(ulong seed, Sabotage sabotage = Sabotage.None, bool tells = false, byte[]? buffer = null)
    {
        var schedule = new Schedule(seed, sabotage, tells, buffer ?? new byte[WireLimits.MaxFrame]);
        try
        {
            return schedule.Play();
        }
        catch (Exception e)
        {
            string what = e is Violation ? e.Message : e.ToString();
            return new Outcome(seed, schedule._cluster.Members.Count, schedule._world.NowNs, 0, $"{what}\n  at {schedule._world.NowNs / 1e9:F4} s; {schedule.Describe()}", schedule._referee.Coverage, [.. schedule._referee.Story]);
        }
    }

    private Outcome Play()
    {
        foreach (Host host in _world.Hosts) _world.Clock.At(_dice.Between(0, 1_500_000_000), () => StartFirst(host));
        long harmNs = _dice.Between(1, 8) * 1_000_000_000;
        long until = _dice.Between(0, 3_000_000_000) + harmNs;
        while (_world.NowNs < until)
        {
            _world.Clock.RunUntil(_world.NowNs + _chaos.Step());
            _referee.CheckMemory(_world.Living);
        }

        if (_dice.Chance(0.15)) LeavePartitionAlone();
        Calm();
        int beats = Settle(_world.Hosts, "after the last fault");
        StayAtRest();
        Referee.CheckData(_world.Living);
        if (_dice.Chance(0.25)) LoseMaster();
        return new Outcome(_seed, _cluster.Members.Count, _world.NowNs, beats, null, _referee.Coverage, [.. _referee.Story]);
    }

    private void StartFirst(Host host)
    {
        if (!host.Alive && host.Life == 0) _world.Start(host);
    }

    private void LeavePartitionAlone()
    {
        Calm();
        ulong sides = _dice.Next();
        _world.Fabric.Split(_world.Hosts, h => (int)(sides >> h.Index) & 1);
        foreach (int side in (int[])[0, 1])
        {
            Host[] there = [.. _world.Hosts.Where(h => ((int)(sides >> h.Index) & 1) == side)];
            if (there.Count(Electable) >= Math.Min(2, there.Count(h => h.Alive))) Settle(there, $"in the partition of {string.Join(", ", there.Select(h => h.Id))}", split: true);
        }

        for (int i = _dice.Below(4); i > 0; i--) _chaos.Write();
        _world.Clock.RunUntil(_world.NowNs + (3 * _beatNs));
    }

    private void Calm()
    {
        _referee.Tell("***", "everything is healed");
        _world.Fabric.Heal();
        _world.Clock.RunUntil(Math.Max(_world.NowNs + LongestWayNs, _world.Hosts.Max(h => h.PausedUntilNs)));
        bool all = _dice.Chance(0.5);
        foreach (Host host in _world.Hosts)
        {
            bool needed = all || host.Life == 0 || _world.Hosts.Count(Electable) < 2;
            if (!host.Alive && needed) _world.Start(host);
        }

        if (_world.Hosts.Count(Electable) >= 2) return;
        foreach (Host host in _world.Hosts.Where(h => !h.Alive).ToArray()) _world.Start(host);
    }

    // VMs may wait for copies on members that are dead or on the other side.
    private int Settle(IReadOnlyList<Host> side, string when, bool split = false)
    {
        int bound = SettleBeats(_cluster.Members.Count);
        string? missing = "";
        for (int beats = 0; beats < bound; beats++)
        {
            missing = Referee.Unsettled(side.Where(h => h.Alive), split || side.Any(h => !h.Alive));
            if (missing is null)
            {
                Host[] living = [.. side.Where(h => h.Alive)];
                _referee.CheckConnections(living);
                if (side.Count == _world.Hosts.Count && _referee.Obligations.Lost(_world.Hosts) is { } lost) throw new Violation(lost);
                return beats;
            }

            _world.Clock.RunUntil(_world.NowNs + _beatNs);
            _referee.CheckMemory(_world.Living);
        }

        throw new Violation($"not at rest {bound} heartbeats {when}: waits for {missing}");
    }

    // Nothing changes any more: the same roles after a while, and what is written then is safe soon.
    private void StayAtRest()
    {
        (MemberId, Role)[] before = Roles();
        _chaos.Write();
        _world.Clock.RunUntil(_world.NowNs + (6 * _beatNs));
        // A VM that rebuilds its copies may write at any instant too.
        if (Settle(_world.Hosts, "after a write") > 2 && _cluster.Vms.Count == 0) throw new Violation("not at rest 8 heartbeats after a write");
        if (!Roles().SequenceEqual(before)) throw new Violation("roles changed at rest");
    }

    private void LoseMaster()
    {
        Host master = _world.Living.Single(h => h.Node!.Role == Role.Master);
        if (_world.Hosts.Count(h => h != master && Electable(h)) < 2) return;
        Host backup = _world.Living.Single(h => h.Node!.Role == Role.Backup);
        bool leaves = _dice.Chance(0.3);
        _chaos.Write();
        _world.Clock.RunUntil(_world.NowNs + _dice.Between(0, 2 * _beatNs));
        _referee.Tell("***", $"{master} {(leaves ? "leaves" : "is killed")}");
        if (leaves) _world.Leave(master);
        else _world.Crash(master, powerLost: true);
        long limit = leaves ? 2 * _beatNs : (_cluster.Timers.MissedHeartbeats + 2) * _beatNs;
        _world.Clock.RunUntil(_world.NowNs + limit);
        if (backup.Node!.Role != Role.Master) throw new Violation($"the Backup {backup} is {backup.Node.Role} {limit / 1e9:F1} s after its Master was lost");
        Settle(_world.Hosts, "after the Master was lost");
    }

    private (MemberId, Role)[] Roles() => [.. _world.Living.Select(h => (h.Id, h.Node!.Role))];

    private static bool Electable(Host host) => host.Alive && host.Spec.FixedRole != Role.Agent;

    private string Describe()
    {
        IEnumerable<string> members = _world.Hosts.Select(h => h.Alive
            ? $"{h}{(h.Spec.FixedRole is { } r ? $" (fixed {r})" : "")} {h.Node!.Role}, Master {h.Node.View.Master}, Backup {h.Node.View.Backup}, term {h.Node.View.Term}, {h.Node.View.Entries} entries, {(h.Node.View.AtRest ? "at rest" : "busy")}"
            : $"{h} dead");
        return $"{_cluster.Members.Count} members, {_cluster.Profile.Name}, {_cluster.Profile.DataConnection}, {_cluster.Vms.Count} VMs\n    {string.Join("\n    ", members)}";
    }
}

/// <summary>What became of a seed's schedule.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Members">Members of its cluster.</param>
/// <param name="VirtualNs">How long it was, in virtual time.</param>
/// <param name="SettledBeats">Heartbeats from the last fault until it was at rest.</param>
/// <param name="Failure">The rule that was broken, or null.</param>
/// <param name="Coverage">What happened at all.</param>
/// <param name="Story">What happened last, when that was asked for.</param>
internal sealed record Outcome(ulong Seed, int Members, long VirtualNs, int SettledBeats, string? Failure, Coverage Coverage, IReadOnlyList<string> Story);
