using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Checks.Analysis;

/// <summary>The cluster's own datagrams from one member to another in a phase: those that the sender's port saw leave, and the receiver's port saw come.</summary>
/// <param name="Way">From whom to whom.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Sent">Those that left.</param>
/// <param name="Came">Those that came.</param>
/// <param name="Beyond">Missing ones but one of each group, which may have been under way when the phase ended: it is missing at all of its receivers then.</param>
internal sealed record OwnFlow(Direction Way, string Phase, long Sent, long Came, long Beyond)
{
    public Proportion Loss => new(Math.Max(0, Sent - Came), Sent);

    public override string ToString() => $"{Way}, the cluster's own datagrams in phase {Phase}: lost {Loss}";
}

/// <summary>
/// The cluster's own datagrams in every phase in which it was at rest, counted by the captures at both ends: a gap is seen wherever it falls, also one that no heartbeat
/// timer notices. Phases in which this machine threw frames away tell nothing.
/// </summary>
internal sealed class OwnDatagrams
{
    // Hosts' clocks differ, and one lost heartbeat is what timers allow for.
    private const int Few = 3;

    private OwnDatagrams(IReadOnlyList<OwnFlow> flows, double limitPercent)
    {
        HashSet<Direction> dead = [.. flows.GroupBy(f => f.Way).Where(g => g.All(f => f.Came == 0)).Select(g => g.Key)];
        // What never arrives is M1's and M2's matter.
        OwnFlow[] alive = [.. flows.Where(f => !dead.Contains(f.Way))];
        Lossy = [.. alive.GroupBy(f => f.Phase).SelectMany(phase => Bad([.. phase], limitPercent))];
        HashSet<OwnFlow> lossy = [.. Lossy];
        Delivery = DeliveryMatrix.From(alive.GroupBy(f => f.Way).ToDictionary(g => g.Key, g => Sum(g.Key, [.. g], lossy)), limitPercent);
    }

    /// <summary>Those of which more was lost than chance explains, in their phases.</summary>
    public IReadOnlyList<OwnFlow> Lossy { get; }

    /// <summary>Loss by direction: where it sits.</summary>
    public DeliveryMatrix Delivery { get; }

    public static OwnDatagrams Of(RunAnalysis run)
    {
        Dictionary<Key, long> packets = run.Seen.Ports.Where(p => p.Kind == PortKind.Member)
            .SelectMany(p => p.Flows.Where(f => f.Protocol == FiveTuple.Udp).Select(f => (Key: new Key(p.Port, f.Phase, f.Direction, f.Source, f.Destination, f.DestinationPort), f.Packets)))
            .GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.Sum(f => f.Packets));
        return new([.. run.Timeline.Settled.Where(p => p.Sides.Count == 0 && !run.ThrewFramesAway(p)).SelectMany(p => Flows(run, p, packets))], run.Spec.Thresholds.LossPercent);
    }

    private readonly record struct Key(string Port, string Phase, PortDirection Direction, string Source, string Destination, int DestinationPort);

    // In one direction, or of all that a port sends, or gets.
    private static IEnumerable<OwnFlow> Bad(OwnFlow[] flows, double limitPercent)
    {
        bool TooMuch(IEnumerable<OwnFlow> some)
        {
            Proportion loss = some.Aggregate(new Proportion(0, 0), (sum, f) => new(sum.Hits + f.Beyond, sum.Total + f.Sent));
            return loss.Hits >= Few && loss.Percent > limitPercent;
        }

        HashSet<string> to = [.. flows.GroupBy(f => f.Way.To).Where(TooMuch).Select(g => g.Key)], from = [.. flows.GroupBy(f => f.Way.From).Where(TooMuch).Select(g => g.Key)];
        return flows.Where(f => f.Beyond > 0 && (TooMuch([f]) || to.Contains(f.Way.To) || from.Contains(f.Way.From)));
    }

    // A direction that is lossy in one phase is, however much passes in others; what is chance elsewhere is none.
    private static Delivery Sum(Direction way, OwnFlow[] flows, HashSet<OwnFlow> lossy)
    {
        OwnFlow[] bad = [.. flows.Where(lossy.Contains)];
        return bad.Length > 0
            ? new(way, bad.Sum(f => f.Sent), Math.Max(1, bad.Sum(f => Math.Min(f.Came, f.Sent))), 0, 0, 0)
            : new(way, flows.Sum(f => f.Sent), flows.Sum(f => f.Sent), 0, 0, 0);
    }

    private static IEnumerable<OwnFlow> Flows(RunAnalysis run, PhaseObservation phase, Dictionary<Key, long> packets)
    {
        MemberSpec[] watched = [.. run.WatchedIn(phase)];
        foreach (MemberSpec from in watched)
        {
            foreach (MemberSpec to in watched.Where(m => m != from))
            {
                var way = new Direction(from.Name, to.Name);
                long sent = 0, came = 0, beyond = 0;
                foreach ((IPAddress address, int port) in Channels(run, phase, to))
                {
                    var left = new Key(from.Name, phase.Name, PortDirection.Out, from.Address.ToString(), address.ToString(), port);
                    long went = packets.GetValueOrDefault(left), arrived = packets.GetValueOrDefault(left with { Port = to.Name, Direction = PortDirection.In });
                    sent += went;
                    came += arrived;
                    beyond += Math.Max(0, went - arrived - 1);
                }

                if (sent > 0) yield return new(way, phase.Name, sent, came, beyond);
            }
        }
    }

    // What a member is to get: of its groups, or by unicast.
    private static IEnumerable<(IPAddress Address, int Port)> Channels(RunAnalysis run, PhaseObservation phase, MemberSpec to)
    {
        ChannelSpec channels = run.Spec.Channels;
        if (run.Spec.Profile.Unicast) yield return (to.Address, channels.UnicastPort);
        if (channels.AgentGroup is { } agents) yield return (agents, channels.AgentPort);
        if (channels.MasterGroup is { } masters && masters != channels.AgentGroup && run.Timeline.RoleThroughout(phase, to.Name) is Role.Master or Role.Backup) yield return (masters, channels.MasterPort);
    }
}
