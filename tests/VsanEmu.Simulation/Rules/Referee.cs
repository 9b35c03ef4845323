using VsanEmu.Control;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Rules;

/// <summary>Watches a world and knows every rule.</summary>
internal sealed class Referee(ClusterSpec cluster) : IWitness
{
    /// <summary>The last things that happened, for the report of a failure.</summary>
    private const int MaxStory = 400;

    private readonly FlowRules _flows = new(cluster);
    private readonly Queue<string> _story = new();

    public required Func<World> World { get; init; }

    public Obligations Obligations { get; } = new();

    public Coverage Coverage { get; } = new();

    /// <summary>Keeps what happened, in words. Costs time.</summary>
    public bool Tells { get; init; }

    public IEnumerable<string> Story => _story;

    public void Sends(Host from, in Transmit transmit, ReadOnlySpan<byte> bytes, Pipe? pipe)
    {
        if (_flows.Wrong(from, transmit, bytes, pipe) is { } wrong)
            throw new Violation($"outside the matrix: {from} ({from.Node!.Role}) sends {wrong}: {transmit}");
        if (transmit.Length > 0) Coverage.Sent((MessageKind)bytes[5]);
        if (transmit.Kind == TransmitKind.Frame && bytes[5] == (byte)MessageKind.UpdateAck) SendsAck(from, bytes);
        if (Tells && transmit.Kind is not TransmitKind.Datagram) Tell(from, transmit.Kind == TransmitKind.Frame ? $"{(MessageKind)bytes[5]} {transmit}" : $"{transmit}");
    }

    public void Saw(Host host, in NodeEvent e)
    {
        Coverage.Saw(e);
        if (Tells) Tell(host, $"{e.Kind} {e.Peer} {e.Detail}");
    }

    public void AfterInput(Host host, Role before)
    {
        ClusterNode node = host.Node!;
        if (before is Role.Master or Role.Backup && node.Role != before) Obligations.Extend([host], host);
        if (node.Role == Role.Master)
        {
            foreach (AckedUpdate own in node.TakeAcknowledged(World().NowNs)) Obligations.Acknowledged(host, own.Key, own.Revision, World().Hosts);
        }

        if (!_flows.RightGroups(node.Role, host.Groups) && node.NextTimeoutNs != long.MaxValue)
            throw new Violation($"{host} ({node.Role}) has joined {string.Join(" and ", host.Groups)}");
    }

    public void BeforeDeath(Host host)
    {
        Obligations.Extend(World().Living);
        CheckData([host]);
        if (Tells) Tell(host, "dies");
    }

    /// <summary>No part of any node's memory is over its limit.</summary>
    public void CheckMemory(IEnumerable<Host> living)
    {
        foreach (Host host in living)
            foreach ((string name, int used, int limit) in host.Node!.Memory())
                if (used > limit) throw new Violation($"{host} holds {used} {name}: at most {limit}");
    }

    /// <summary>No VM has ever read what had not been written, or what had been written over.</summary>
    public static void CheckData(IEnumerable<Host> living)
    {
        foreach (Host host in living)
            foreach (VmObservation vm in host.Node!.Observe().Vms)
                if (vm.Mismatched > 0) throw new Violation($"{host}: {vm.Mismatched} of {vm.Reads} reads of {vm.Vm} did not find what was written last");
    }

    /// <summary>What the cluster still waits for; null at rest.</summary>
    public static string? Unsettled(IEnumerable<Host> side, bool split = false) => Settlement.Missing([.. side.Select(h => h.Node!.View)], split);

    /// <summary>
    /// At rest the connections of the matrix are there, two for each member and its Master, one opened by each side. One whose other
    /// end lost power, or whose reset was lost, is not among them: its peer cannot know that it is dead, and keeps it until it has been silent for too long.
    /// </summary>
    public void CheckConnections(IReadOnlyList<Host> side)
    {
        TimerSpec timers = cluster.Timers;
        long silenceNs = ((timers.TcpConnect > timers.TcpIdle ? timers.TcpConnect : timers.TcpIdle) + (2 * timers.Heartbeat)).Ticks * 100;
        foreach (Host host in side)
        {
            if (host.Pipes.Values.FirstOrDefault(p => p.Accepted && p.HalfOpen(host) && World().NowNs - p.To(host).HeardNs > silenceNs) is { } dead)
                throw new Violation($"{host} at rest keeps a silent connection with a life of {dead.Other(host).Id} that is over");
        }

        Host? master = side.FirstOrDefault(h => h.Node!.Role == Role.Master);
        foreach (Host member in side.Where(h => h != master))
        {
            int byMember = member.Pipes.Values.Count(p => p.Opener == member && p.Acceptor == master && p.Accepted && !p.HalfOpen(member));
            int byMaster = member.Pipes.Values.Count(p => p.Opener == master && p.Acceptor == member && !p.HalfOpen(member));
            if (byMember != 1 || byMaster != 1)
                throw new Violation($"between {master} and {member} at rest: {byMaster} connections opened by the Master, {byMember} by the member");
        }
    }

    public void Tell(object who, string what)
    {
        if (_story.Count >= MaxStory) _story.Dequeue();
        _story.Enqueue($"{World().NowNs / 1e9,9:F4} {who} {what}");
    }

    private void SendsAck(Host from, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> payload = bytes[MessageHeader.Size..^MessageHeader.Trailer];
        if (!UpdateAck.TryParse(payload, out UpdateAck ack)) throw new Violation($"{from} sends an acknowledgement that is none");
        if (ack.Result == UpdateResult.Safe) Obligations.Acknowledged(from, ack.Key, ack.Revision, World().Hosts);
    }
}
