using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>How a node looks from outside: its view, and at the end all that it kept.</summary>
internal sealed class NodeReport(NodeContext node, Ordering ordering, Following following, Election election, Submissions submissions)
{
    private MemberView? _view;

    public MemberView View()
    {
        if (_view is not null && !node.ViewDirty) return _view;
        node.ViewDirty = false;
        var members = new List<MemberId>(node.Peers.AliveCount + 1);
        var opened = new List<MemberId>();
        var accepted = new List<MemberId>();
        bool selfListed = false;
        foreach (Peer peer in node.Peers.All)
        {
            if (!selfListed && peer.Id.Value > node.Self.Id.Value) selfListed = Add(members);
            if (peer.Alive) members.Add(peer.Id);
            if (node.Connections.Opened(peer.Id) is { Ready: true }) opened.Add(peer.Id);
            if (node.Connections.Accepted(peer.Id) is not null) accepted.Add(peer.Id);
        }

        if (!selfListed) Add(members);
        return _view = new MemberView
        {
            Member = node.Self.Name,
            Id = node.Self.Id,
            Role = node.Role,
            Master = node.Master,
            Backup = node.Backup,
            Members = members,
            Term = Terms.NumberOf(node.Term),
            Entries = node.Directory.Count,
            Digest = node.Directory.Digest,
            Opened = opened,
            Accepted = accepted,
            AtRest = AtRest(),
            DataAtRest = node.Data.AtRest,
            Sent = node.Sent,
            Received = node.Received,
        };
    }

    public NodeObservation Observe() => new()
    {
        Member = node.Self.Name,
        Id = node.Self.Id,
        Settings = Settings(),
        View = View(),
        Roles = [.. election.Changes],
        Counters = AllCounters(),
        Vms = node.Data.Observe(),
        Acknowledged = [.. submissions.Acknowledged],
        SettingsMismatch = Mismatched(),
        Apparent = Apparent(),
    };

    public IEnumerable<(string Name, int Used, int Limit)> Memory() =>
    [
        ("things to send", node.Outbox.Count, Outbox.Capacity),
        ("events", node.Events.Count, EventLog.Capacity),
        ("connections", node.Connections.All.Count, ConnectionTable.MaxGreeting + (2 * MemberId.Max)),
        ("directory entries", node.Directory.Count, WireLimits.MaxEntries),
        ("updates that wait", submissions.Pending, Submissions.MaxPending),
        ("updates remembered", submissions.Acknowledged.Count, Submissions.MaxRemembered),
        ("merges that wait", ordering.WaitingMerges, Ordering.MaxWaiting),
        ("role changes", election.Changes.Count, Election.MaxChanges),
    ];

    private bool Add(List<MemberId> members)
    {
        members.Add(node.Self.Id);
        return true;
    }

    private bool AtRest() =>
        !node.Master.IsNone && submissions.Pending == 0 && (node.IsMaster ? MasterAtRest() : MemberAtRest());

    private bool MasterAtRest()
    {
        if (!election.YieldingTo.IsNone || ordering.Committed != ordering.Log.Last) return false;
        bool backupPossible = false;
        foreach (Peer peer in node.Peers.All)
        {
            if (!peer.Alive) continue;
            backupPossible |= peer.Said.FixedRole != Role.Agent;
            if (peer.Said.Master != node.Self.Id || peer.Said.Term != node.Term || !BothReady(peer.Id)) return false;
        }

        return !backupPossible || !node.Backup.IsNone;
    }

    private bool MemberAtRest()
    {
        if (following.Busy || node.Peers.Find(node.Master) is not { Alive: true } master || !BothReady(master.Id)) return false;
        return !node.Backup.IsNone && node.Applied == master.Said.Sequence && node.Directory.Digest == master.Said.Digest;
    }

    private bool BothReady(MemberId peer) => node.Connections.Opened(peer) is { Ready: true } && node.Connections.Accepted(peer) is not null;

    private NodeSettings Settings()
    {
        ChannelSpec c = node.Cluster.Channels;
        return new NodeSettings(
            node.Self.Address.ToString(), node.Cluster.Subnet.PrefixLength, node.Cluster.Profile.Name,
            c.AgentGroup is null ? "" : new IPEndPoint(c.AgentGroup, c.AgentPort).ToString(),
            c.MasterGroup is null ? "" : new IPEndPoint(c.MasterGroup, c.MasterPort).ToString(),
            c.ReliablePort, c.Ttl, c.IgmpVersion);
    }

    private Dictionary<string, long> AllCounters()
    {
        Dictionary<string, long> all = node.Counters.Copy();
        foreach ((string name, long value) in node.Data.Counters) all[name] = value;
        return all;
    }

    private List<ApparentDelay> Apparent()
    {
        var found = new List<ApparentDelay>();
        foreach (Peer peer in node.Peers.All)
            if (peer.LeastApparentNs is { } least) found.Add(new(peer.Id, least));
        return found;
    }

    private List<MemberId> Mismatched()
    {
        var found = new List<MemberId>();
        foreach (Peer peer in node.Peers.All)
            if (peer.SettingsDiffer) found.Add(peer.Id);
        return found;
    }
}
