using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>
/// Who is Master, Backup and Agent: follows the best Master that is heard, takes over from one that fell silent, elects when there is none, appoints a
/// Backup, and hands over to a better Master after a partition.
/// </summary>
internal sealed class Election(NodeContext node, Following following, Ordering ordering, Submissions submissions)
{
    /// <summary>Heartbeats without Master that the first in rank waits; each further one waits as many more.</summary>
    private const int HeartbeatsPerRank = 2;

    /// <summary>Heartbeats for which a new Master waits for the first in rank to follow it, before it appoints another as Backup.</summary>
    private const int PatienceHeartbeats = 3;

    /// <summary>Changes of role that are remembered; later ones are counted only.</summary>
    public const int MaxChanges = 1024;

    private readonly MergePush _handover = new(node);
    private readonly List<RoleChange> _changes = [];
    private MemberId _lastBackup;
    private long _backupLifeNs;
    private long _masterlessNs;
    private long _termNs;

    /// <summary>When this node may elect itself; <see cref="long.MaxValue"/> while it has a Master.</summary>
    public long DeadlineNs { get; private set; } = long.MaxValue;

    public IReadOnlyList<RoleChange> Changes => _changes;

    /// <summary>The Master of higher rank that this Master is handing over to, or None.</summary>
    public MemberId YieldingTo => _handover.To;

    /// <summary>The node has listened long enough.</summary>
    public void ListenEnded(long nowNs)
    {
        _masterlessNs = nowNs;
        Change(nowNs, RoleEvent.ListenEnded);
        Evaluate(nowNs);
    }

    /// <summary>Looks at who is heard and what they say, and acts on it. Called whenever either may have changed.</summary>
    public void Evaluate(long nowNs)
    {
        if (node.Role == Role.Listening) return;
        Peer? best = BestMaster();
        if (node.IsMaster)
        {
            YieldTo(nowNs, best);
            Appoint(nowNs);
            return;
        }

        if (node.Self.FixedRole == Role.Master) BecomeMaster(nowNs, RoleEvent.FixedAsMaster);
        else if (best is not null) Follow(nowNs, best);
        else DoWithoutMaster(nowNs);
    }

    public void Tick(long nowNs) => _handover.Tick(nowNs);

    public void ConnectionReady(long nowNs, MemberId peer) => _handover.ConnectionReady(nowNs, peer);

    /// <summary>The better Master holds all that this one held: step down and follow it.</summary>
    public void HandleMergeReply(long nowNs, MemberId from, Position reply)
    {
        if (!_handover.HandleReply(nowNs, from, reply)) return;
        node.Backup = MemberId.None;
        Change(nowNs, RoleEvent.HandedOver);
        node.Master = MemberId.None;
        _masterlessNs = nowNs;
        Evaluate(nowNs);
    }

    private Peer? BestMaster()
    {
        Peer? best = null;
        foreach (Peer peer in node.Peers.All)
            if (peer.Alive && peer.Said.Role == Role.Master && (best is null || peer.Rank.CompareTo(best.Rank) < 0)) best = peer;
        return best;
    }

    private void Follow(long nowNs, Peer master)
    {
        DeadlineNs = long.MaxValue;
        if (node.Master != master.Id || node.Term != master.Said.Term)
        {
            if (node.Role == Role.Backup) Change(nowNs, RoleEvent.Dismissed);
            node.Master = master.Id;
            node.Term = master.Said.Term;
            node.ViewDirty = true;
            node.Events.Add(nowNs, NodeEventKind.MasterChanged, master.Id, $"follows {master.Id} in term {Terms.NumberOf(node.Term)}");
            following.Begin();
        }

        if (node.Backup != master.Said.Backup)
        {
            node.Backup = master.Said.Backup;
            node.ViewDirty = true;
        }

        if (!node.Backup.IsNone) _lastBackup = node.Backup;
        bool appointed = node.Backup == node.Self.Id;
        if (appointed && node.Role == Role.Agent)
        {
            Change(nowNs, RoleEvent.Appointed);
            following.Confirm();
        }
        else if (!appointed && node.Role == Role.Backup)
        {
            Change(nowNs, RoleEvent.Dismissed);
        }
    }

    private void DoWithoutMaster(long nowNs)
    {
        if (!node.Master.IsNone)
        {
            node.Events.Add(nowNs, NodeEventKind.MasterChanged, node.Master, $"{node.Master} is gone");
            node.Master = MemberId.None;
            node.Backup = MemberId.None;
            node.ViewDirty = true;
            following.Begin();
            _masterlessNs = nowNs;
            if (node.Role == Role.Backup)
            {
                BecomeMaster(nowNs, RoleEvent.MasterLost);
                return;
            }
        }

        DeadlineNs = node.Self.FixedRole == Role.Agent ? long.MaxValue : _masterlessNs + (HeartbeatsPerRank * (1 + Before()) * node.HeartbeatNs);
        if (nowNs >= DeadlineNs) BecomeMaster(nowNs, RoleEvent.Elected);
    }

    // How many that are heard come before this node: the Backup of the lost Master first, then by rank.
    private int Before()
    {
        if (_lastBackup == node.Self.Id) return 0;
        int before = 0;
        foreach (Peer peer in node.Peers.All)
            if (peer.Alive && peer.Said.FixedRole != Role.Agent && (peer.Id == _lastBackup || peer.Rank.CompareTo(node.Rank) < 0)) before++;
        return before;
    }

    private void BecomeMaster(long nowNs, RoleEvent why)
    {
        DeadlineNs = long.MaxValue;
        _termNs = nowNs;
        node.Term = Terms.Next(node.HighestTerm, node.Options.IncarnationNs);
        node.HighestTerm = node.Term;
        node.Master = node.Self.Id;
        node.Backup = MemberId.None;
        following.Begin();
        ordering.BeginTerm();
        Change(nowNs, why);
        Appoint(nowNs);
        foreach (DirectoryEntry entry in submissions.Waiting.ToArray()) ordering.Take(nowNs, entry);
    }

    private void YieldTo(long nowNs, Peer? best)
    {
        if (best is null || best.Rank.CompareTo(node.Rank) > 0 || node.Sabotaged(Sabotage.NeverYield))
        {
            _handover.Cancel();
        }
        else if (!_handover.IsTo(best.Id, best.Said.Term))
        {
            node.Events.Add(nowNs, NodeEventKind.MasterChanged, best.Id, $"hands over to {best.Id}");
            _handover.Start(nowNs, best.Id, best.Said.Term);
            node.ViewDirty = true;
        }
    }

    private void Appoint(long nowNs)
    {
        Peer? chosen = ChooseBackup(nowNs);
        MemberId backup = chosen?.Id ?? MemberId.None;
        long life = chosen?.Said.IncarnationNs ?? 0;
        if (backup == node.Backup && life == _backupLifeNs) return;
        node.Backup = backup;
        _backupLifeNs = life;
        node.ViewDirty = true;
        ordering.BackupChanged(nowNs);
        node.Say(MessageKind.Heartbeat);
    }

    // A Backup that does its work is kept; only one that is fixed as Backup displaces it. Else the first of all that are heard is appointed, and for a
    // moment waited for, so that the Backup does not depend on whose heartbeat came first.
    private Peer? ChooseBackup(long nowNs)
    {
        Peer? present = node.Peers.Find(node.Backup) is { } backup && Eligible(backup) ? backup : null;
        Peer? first = null;
        Peer? ready = null;
        foreach (Peer peer in node.Peers.All)
        {
            if (!peer.Alive || peer.Said.FixedRole == Role.Agent || peer.Said.Role == Role.Master) continue;
            if (first is null || ComesBefore(peer, first)) first = peer;
            if (Eligible(peer) && (ready is null || ComesBefore(peer, ready))) ready = peer;
        }

        if (present is not null && (ready!.Said.FixedRole != Role.Backup || present.Said.FixedRole == Role.Backup)) return present;
        return first == ready || nowNs - _termNs >= PatienceHeartbeats * node.HeartbeatNs ? ready : null;
    }

    private static bool ComesBefore(Peer peer, Peer other)
    {
        bool fixedBackup = peer.Said.FixedRole == Role.Backup;
        return fixedBackup != (other.Said.FixedRole == Role.Backup) ? fixedBackup : peer.Rank.CompareTo(other.Rank) < 0;
    }

    private bool Eligible(Peer peer) =>
        peer.Alive && peer.Said.FixedRole != Role.Agent && peer.Said.Role != Role.Master && peer.Said.Master == node.Self.Id && peer.Said.Term == node.Term;

    private void Change(long nowNs, RoleEvent happened)
    {
        (Role to, string reason) = RoleTable.Next(node.Role, happened);
        bool listened = node.Role is Role.Backup or Role.Master;
        bool listens = to is Role.Backup or Role.Master;
        node.Role = to;
        node.ViewDirty = true;
        if (listens != listened && !node.Cluster.Profile.Unicast)
            node.Outbox.Add(new Outgoing(listens ? TransmitKind.Join : TransmitKind.Leave, FlowGroup.Master, MemberId.None, default));
        if (_changes.Count < MaxChanges) _changes.Add(new RoleChange(nowNs, to, node.Master, Terms.NumberOf(node.Term), reason));
        else node.Counters.Add("roles.not_kept");
        node.Events.Add(nowNs, NodeEventKind.RoleChanged, node.Master, $"{to}: {reason}");
        node.Say(MessageKind.Heartbeat);
    }
}
