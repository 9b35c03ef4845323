using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Flows;

/// <summary>The rows of the flow matrix, by profile, ports and timers: FLOWS.md's tables as data.</summary>
public static class FlowRows
{
    /// <summary>The condition of a flow that is there as long as its members are up, also while VMs run.</summary>
    public const string Always = "always";

    private const string VmOn = "while a VM is on";

    /// <summary>The rows that a cluster follows, in FLOWS.md's order.</summary>
    public static IReadOnlyList<FlowRow> For(ClusterSpec spec) => For(spec.Profile, spec.Channels, spec.Timers);

    /// <summary>The rows of a profile with these ports and timers, in FLOWS.md's order.</summary>
    public static IReadOnlyList<FlowRow> For(FlowProfile profile, ChannelSpec channels, TimerSpec timers)
    {
        string beat = $"every {Duration.Format(timers.Heartbeat)}";
        // Documents name these periods; any other is the user's or the lab's choice.
        FlowMark documentedBeat = timers.Heartbeat == TimeSpan.FromSeconds(1) ? FlowMark.Documented : FlowMark.Emulated;
        FlowMark documentedQuery = timers.QueryInterval == TimeSpan.FromSeconds(125) ? FlowMark.Documented : FlowMark.Emulated;
        var rows = new List<FlowRow>
        {
            Tcp(FlowId.C1, FlowParty.Master, FlowParty.BackupOrAgent, FlowOpener.Sender) with
            {
                Period = timers.Heartbeat,
                Cadence = beat,
                Purpose = "first of the dual flows",
                Condition = Always,
            },
            Tcp(FlowId.C2, FlowParty.BackupOrAgent, FlowParty.Master, FlowOpener.Sender) with
            {
                Period = timers.Heartbeat,
                Cadence = beat,
                Purpose = "second of the dual flows",
                Condition = Always,
            },
            Udp(FlowId.C3, FlowParty.Master, FlowParty.AgentGroup, "heartbeat, metadata to all") with { CadenceMark = documentedBeat },
            Udp(FlowId.C4, FlowParty.Backup, FlowParty.AgentGroup, "heartbeat, updates to all"),
        };
        if (profile.AgentsUseMasterGroup) rows.Add(Udp(FlowId.C4, FlowParty.Backup, FlowParty.MasterGroup, "updates to Master") with { Mark = FlowMark.Documented });
        rows.Add(Udp(FlowId.C5, FlowParty.Backup, FlowParty.MasterGroup, "Backup to Master") with { Cadence = beat });
        rows.Add(Udp(FlowId.C6, FlowParty.Agent, FlowParty.AgentGroup, "heartbeat, updates"));
        if (profile.AgentsUseMasterGroup) rows.Add(Udp(FlowId.C6, FlowParty.Agent, FlowParty.MasterGroup, "updates to Master") with { Mark = FlowMark.Documented });
        rows.Add(Tcp(FlowId.C7, FlowParty.BackupOrAgent, FlowParty.BackupOrAgent, FlowOpener.Sender) with
        {
            Period = timers.PeerExchange,
            Cadence = $"every {Duration.Format(timers.PeerExchange)}, then closed",
            Purpose = "Agent and Backup unicast",
            Condition = "some pairs at a time",
            Presence = FlowPresence.Permitted,
        });
        if (!profile.Unicast)
        {
            rows.Add(new FlowRow
            {
                Id = FlowId.C8,
                From = FlowParty.Member,
                To = FlowParty.OwnGroups,
                Transport = FlowTransport.Igmp,
                SourcePort = 0,
                DestinationPort = 0,
                Period = timers.QueryInterval,
                Cadence = $"on join, on query every {Duration.Format(timers.QueryInterval)}",
                Purpose = $"IGMPv{channels.IgmpVersion} membership report",
                Condition = Always,
                Mark = FlowMark.Article,
                CadenceMark = documentedQuery,
            });
        }

        if (profile.DataConnection is DataConnection.Accepted or DataConnection.Both) rows.AddRange(Data(FlowOpener.Receiver));
        if (profile.DataConnection is DataConnection.Initiated or DataConnection.Both) rows.AddRange(Data(FlowOpener.Sender));
        rows.Add(Tcp(FlowId.D3, FlowParty.CopyHolder, FlowParty.RebuildTarget, FlowOpener.Sender) with
        {
            Cadence = "bulk, until rebuilt",
            Purpose = "resync of a copy",
            Condition = "while a copy is rebuilt",
            Mark = FlowMark.Documented,
            Presence = FlowPresence.Permitted,
        });
        return rows;

        FlowRow Tcp(FlowId id, FlowParty from, FlowParty to, FlowOpener opener) => new()
        {
            Id = id,
            From = from,
            To = to,
            Transport = FlowTransport.Tcp,
            Opener = opener,
            SourcePort = opener == FlowOpener.Sender ? 0 : channels.ReliablePort,
            DestinationPort = opener == FlowOpener.Sender ? channels.ReliablePort : 0,
            Cadence = "",
            Purpose = "",
            Condition = "",
            Mark = FlowMark.Article,
            CadenceMark = FlowMark.Emulated,
        };

        FlowRow Udp(FlowId id, FlowParty from, FlowParty to, string purpose)
        {
            int port = profile.Unicast ? channels.UnicastPort : to == FlowParty.AgentGroup ? channels.AgentPort : channels.MasterPort;
            return new()
            {
                Id = id,
                From = from,
                To = to,
                Transport = FlowTransport.Udp,
                SourcePort = port,
                DestinationPort = port,
                Period = timers.Heartbeat,
                Cadence = $"{beat}, and on change",
                Purpose = purpose,
                Condition = Always,
                Mark = profile.Unicast ? FlowMark.Documented : FlowMark.Article,
                CadenceMark = FlowMark.Emulated,
            };
        }

        // The answers take the same connection, so they are the other way round in everything.
        IEnumerable<FlowRow> Data(FlowOpener opener) =>
        [
            Tcp(FlowId.D1, FlowParty.VmHost, FlowParty.CopyHolder, opener) with
            {
                Cadence = "each write, some reads",
                Purpose = "writes to all copies, a read to one",
                Condition = VmOn,
                Mark = opener == FlowOpener.Receiver ? FlowMark.Article : FlowMark.Emulated,
            },
            Tcp(FlowId.D2, FlowParty.CopyHolder, FlowParty.VmHost, opener == FlowOpener.Receiver ? FlowOpener.Sender : FlowOpener.Receiver) with
            {
                Cadence = "each operation",
                Purpose = "answers, on D1's connection",
                Condition = VmOn,
                Mark = opener == FlowOpener.Receiver ? FlowMark.Article : FlowMark.Emulated,
            },
        ];
    }
}
