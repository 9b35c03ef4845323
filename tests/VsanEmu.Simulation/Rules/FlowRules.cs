using VsanEmu.Core.Flows;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Simulation.Worlds;

namespace VsanEmu.Simulation.Rules;

/// <summary>
/// FLOWS.md's matrix once more, as rules over what a node sends at the moment when it sends it, from the sender's own role and nothing of its code.
/// </summary>
internal sealed class FlowRules(ClusterSpec cluster)
{
    private static readonly MessageKind[] ByMasterOnly = [MessageKind.Disseminate, MessageKind.UpdateAck, MessageKind.CatchUp, MessageKind.MergeReply];
    private static readonly MessageKind[] ToMasterOnly = [MessageKind.Update, MessageKind.Confirm, MessageKind.CatchUpRequest, MessageKind.Merge];

    private readonly FlowProfile _profile = cluster.Profile;
    private readonly HashSet<MemberId> _hosts = [.. cluster.Vms.Select(v => v.Host)];

    /// <summary>What is wrong with it, or null.</summary>
    public string? Wrong(Host from, in Transmit sent, ReadOnlySpan<byte> bytes, Pipe? pipe)
    {
        ClusterNode node = from.Node!;
        return sent.Kind switch
        {
            TransmitKind.Datagram => node.Role == Role.Listening ? "a datagram before it has listened" : WrongDatagram(node, sent, bytes),
            TransmitKind.Connect => WrongConnection(node, sent, opener: true),
            TransmitKind.Frame => WrongFrame(node, sent, (MessageKind)bytes[5], pipe),
            TransmitKind.Join or TransmitKind.Leave => _profile.Unicast || sent.Flow != FlowId.C8 ? "a membership report" : null,
            _ => null,
        };
    }

    /// <summary>The groups that a node of this role must have joined.</summary>
    public bool RightGroups(Role role, IReadOnlySet<FlowGroup> joined)
    {
        if (_profile.Unicast) return joined.Count == 0;
        bool both = role is Role.Master or Role.Backup;
        return joined.Contains(FlowGroup.Agent) && joined.Contains(FlowGroup.Master) == both;
    }

    private string? WrongDatagram(ClusterNode node, in Transmit sent, ReadOnlySpan<byte> bytes)
    {
        var kind = (MessageKind)bytes[5];
        if (kind is not (MessageKind.Heartbeat or MessageKind.Update or MessageKind.Disseminate or MessageKind.Bye or MessageKind.Probe)) return $"a datagram of {kind}";
        if (_profile.Unicast != (sent.Group == FlowGroup.None)) return "multicast and unicast mixed up";
        if (kind == MessageKind.Disseminate && node.Role != Role.Master) return "dissemination by a member";
        if (kind == MessageKind.Update && node.Role == Role.Master) return "an update by the Master";
        if (kind == MessageKind.Heartbeat && bytes[MessageHeader.Size] != (byte)node.Role) return "a heartbeat of another role";
        bool allowed = (node.Role, sent.Flow, sent.Group) switch
        {
            (Role.Master, FlowId.C3, FlowGroup.Agent or FlowGroup.None) => true,
            (Role.Backup, FlowId.C4, FlowGroup.Agent or FlowGroup.None) => true,
            (Role.Backup, FlowId.C5, FlowGroup.Master) => true,
            (Role.Backup, FlowId.C5, FlowGroup.None) => sent.To == node.View.Master,
            (Role.Agent, FlowId.C6, FlowGroup.Agent or FlowGroup.None) => true,
            (Role.Agent, FlowId.C6, FlowGroup.Master) => _profile.AgentsUseMasterGroup,
            _ => false,
        };
        return allowed ? null : $"{kind} as {sent.Flow}";
    }

    private string? WrongConnection(ClusterNode node, in Transmit sent, bool opener)
    {
        MemberId self = node.Id;
        MemberId master = node.View.Master;
        bool allowed = sent.Flow switch
        {
            FlowId.C1 => opener ? node.Role == Role.Master : master == sent.To,
            FlowId.C2 => opener ? master == sent.To && sent.To != self : node.Role == Role.Master,
            FlowId.C7 => node.Role is Role.Agent or Role.Backup,
            FlowId.D1 or FlowId.D3 => node.Role != Role.Listening && _hosts.Count > 0,
            _ => false,
        };
        return allowed ? null : $"a connection as {sent.Flow}";
    }

    private string? WrongFrame(ClusterNode node, in Transmit sent, MessageKind kind, Pipe? pipe)
    {
        if (pipe is null) return null; // It broke in the very same moment.
        bool opener = pipe.Opener.Id == node.Id;
        if ((byte)kind is >= 0x20 and < 0x40) return WrongData(node.Id, sent, kind, pipe);
        if (kind == MessageKind.KeepAlive || kind == MessageKind.Hello) return WrongConnection(node, sent, opener);
        if (ByMasterOnly.Contains(kind) && node.Role != Role.Master) return $"{kind} by a member";
        if (ToMasterOnly.Contains(kind) && node.Role != Role.Master && node.View.Master != sent.To) return $"{kind} to a member that is not its Master";
        if (kind is MessageKind.PeerRequest or MessageKind.PeerReply) return null;
        return kind is >= MessageKind.UpdateAck and <= MessageKind.MergeReply or MessageKind.Update or MessageKind.Disseminate
            ? WrongConnection(node, sent, opener)
            : $"a frame of {kind}";
    }

    private string? WrongData(MemberId self, in Transmit sent, MessageKind kind, Pipe pipe)
    {
        MemberId opener = pipe.Opener.Id;
        bool byHost = kind is MessageKind.WriteRequest or MessageKind.ReadRequest or MessageKind.Attach;
        // A target answers its source, and tells the VM's member when it is done.
        bool byTarget = kind == MessageKind.ResyncReply && sent.Flow == FlowId.D2;
        bool byHolder = kind is MessageKind.WriteReply or MessageKind.ReadReply or MessageKind.AttachReply;
        if (!byHost && !byHolder && !byTarget) return sent.Flow == FlowId.D3 ? null : $"{kind} as {sent.Flow}";
        MemberId host = byHost ? self : sent.To;
        if (!_hosts.Contains(host)) return $"{kind}, and {host} runs no VM";
        if (sent.Flow != (byHost ? FlowId.D1 : FlowId.D2)) return $"{kind} as {sent.Flow}";
        bool rightSide = _profile.DataConnection switch
        {
            DataConnection.Accepted => opener != host,
            DataConnection.Initiated => opener == host,
            _ => true,
        };
        return rightSide ? null : $"{kind} on a connection that the wrong side opened";
    }
}
