using System.Text;
using VsanEmu.Core.Data;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Protocol;

/// <summary>What the parts of one node share: who it is, whom it knows and follows, and where its output goes. One thread at a time.</summary>
internal sealed class NodeContext
{
    public NodeContext(NodeOptions options)
    {
        Options = options;
        Cluster = options.Cluster;
        Self = Cluster.Member(options.Self);
        HeartbeatNs = Ns(Cluster.Timers.Heartbeat);
        DeadAfterNs = Ns(Cluster.Timers.DeadAfter);
        Outbox = new Outbox(Counters);
        Events = new EventLog(Counters);
        Peers = new PeerTable(Cluster, Self.Id, DeadAfterNs);
        Random = new NodeRandom(options.Seed);
        SettingsDigest = Crc32C.Of(Encoding.UTF8.GetBytes(SettingsText(Cluster)));
        Data = new DataPlane(new DataPlaneOptions
        {
            Self = Self.Id,
            Cluster = Cluster,
            Seed = options.Seed,
            IncarnationNs = options.IncarnationNs,
        });
    }

    public NodeOptions Options { get; }

    public ClusterSpec Cluster { get; }

    public MemberSpec Self { get; }

    public long HeartbeatNs { get; }

    public long DeadAfterNs { get; }

    public uint SettingsDigest { get; }

    public Counters Counters { get; } = new();

    public EventLog Events { get; }

    public Outbox Outbox { get; }

    public PeerTable Peers { get; }

    public ConnectionTable Connections { get; } = new();

    public MetadataDirectory Directory { get; } = new();

    public DataPlane Data { get; }

    public NodeRandom Random { get; }

    public Role Role { get; set; }

    /// <summary>The Master that this node follows, itself when it is the Master, or None.</summary>
    public MemberId Master { get; set; }

    /// <summary>The Backup that the Master appointed, or None.</summary>
    public MemberId Backup { get; set; }

    /// <summary>Term of the Master that this node follows, or its own; see <see cref="Terms"/>.</summary>
    public long Term { get; set; }

    /// <summary>The highest term ever heard of.</summary>
    public long HighestTerm { get; set; }

    /// <summary>Whether the directory holds all that the Master ordered up to <see cref="Applied"/>.</summary>
    public bool Synced { get; set; }

    /// <summary>The last number of the Master's order that is held without a gap before it; the Master's own last number.</summary>
    public ulong Applied { get; set; }

    /// <summary>The highest revision of an own entry ever seen, those of earlier lives included.</summary>
    public ulong OwnRevision { get; private set; }

    public bool ViewDirty { get; set; } = true;

    /// <summary>Datagrams and frames sent.</summary>
    public long Sent { get; set; }

    /// <summary>Datagrams and frames received whole.</summary>
    public long Received { get; set; }

    public bool IsMaster => Role == Role.Master;

    public Rank Rank => Rank.Of(Self.Id, Self.FixedRole ?? Role.Listening, Self.Priority, Options.IncarnationNs);

    public static long Ns(TimeSpan span) => span.Ticks * 100;

    /// <summary>Puts an entry into the directory; the data plane learns of a VM's object at once.</summary>
    public PutResult Put(long nowNs, DirectoryEntry entry)
    {
        PutResult result = Directory.Put(entry);
        if (entry.Owner == Self.Id) OwnRevision = Math.Max(OwnRevision, entry.Revision);
        if (result == PutResult.Full) Counters.Add("directory.full");
        if (result != PutResult.Changed) return result;
        ViewDirty = true;
        if (entry.Type == EntryType.DomObject && VmObject.TryParse(entry.Value, out VmObject vm) && vm.Host == entry.Owner) Data.HandleObject(nowNs, vm);
        return result;
    }

    /// <summary>Queues a frame on a connection.</summary>
    public void Frame(Connection connection, MessageKind message, DirectoryEntry? entry = null, ulong a = 0, ulong b = 0, byte c = 0) =>
        Outbox.Add(new Outgoing(TransmitKind.Frame, FlowGroup.None, connection.Peer, connection.Id, message) { Entry = entry, A = a, B = b, C = c });

    /// <summary>Queues a datagram to every group to which this node's role sends; in a unicast profile, a copy to each listener.</summary>
    public void Say(MessageKind message, DirectoryEntry? entry = null, ulong a = 0)
    {
        SayTo(FlowGroup.Agent, message, entry, a);
        if (SendsTo(FlowGroup.Master)) SayTo(FlowGroup.Master, message, entry, a);
    }

    /// <summary>Whether this node's role sends to a group (FLOWS.md C3 to C6), or, in a unicast profile, to each member (<see cref="FlowGroup.None"/>).</summary>
    public bool SendsTo(FlowGroup group) => Role != Role.Listening && (group == FlowGroup.Agent
        || (group == FlowGroup.None && Cluster.Profile.Unicast)
        || (group == FlowGroup.Master && (Role == Role.Backup || (Role == Role.Agent && (Cluster.Profile.AgentsUseMasterGroup || Sabotaged(Sabotage.StayOnMasterGroup))))));

    /// <summary>Queues a datagram to one group; in a unicast profile, a copy to each of its listeners.</summary>
    public void SayTo(FlowGroup group, MessageKind message, DirectoryEntry? entry = null, ulong a = 0, ulong b = 0, byte c = 0)
    {
        if (!Cluster.Profile.Unicast)
        {
            Outbox.Add(new Outgoing(TransmitKind.Datagram, group, MemberId.None, default, message) { Entry = entry, A = a, B = b, C = c });
            return;
        }

        foreach (Peer peer in Peers.All)
        {
            if (group == FlowGroup.Master && peer.Id != Master) continue;
            Outbox.Add(new Outgoing(TransmitKind.Datagram, group, peer.Id, default, message) { Entry = entry, A = a, B = b, C = c });
        }
    }

    /// <summary>The flow of the matrix that a datagram to a group is.</summary>
    public FlowId FlowTo(FlowGroup group) => Role switch
    {
        Role.Master => FlowId.C3,
        Role.Backup => group == FlowGroup.Master ? FlowId.C5 : FlowId.C4,
        _ => FlowId.C6,
    };

    /// <summary>The flow of the matrix that a connection is.</summary>
    public FlowId FlowOf(Connection connection)
    {
        if (connection.OpenedBySelf) return FlowTo(connection.Peer);
        if (IsMaster) return FlowId.C2;
        return connection.Peer == Master ? FlowId.C1 : DataOrExchange(connection.Peer, openedBySelf: false);
    }

    /// <summary>The flow of the matrix that a connection opened by this node to a peer is, or would be.</summary>
    public FlowId FlowTo(MemberId peer) =>
        IsMaster ? FlowId.C1 : peer == Master ? FlowId.C2 : DataOrExchange(peer, openedBySelf: true);

    private FlowId DataOrExchange(MemberId peer, bool openedBySelf) => Data.FlowWith(peer, openedBySelf) is var flow and not FlowId.None ? flow : FlowId.C7;

    public bool Sabotaged(Sabotage how) => Options.Sabotage == how;

    private static string SettingsText(ClusterSpec c) =>
        $"{c.Profile.Name}|{c.Subnet}|{c.Channels.AgentGroup}:{c.Channels.AgentPort}|{c.Channels.MasterGroup}:{c.Channels.MasterPort}"
        + $"|{c.Channels.UnicastPort}|{c.Channels.ReliablePort}";
}
