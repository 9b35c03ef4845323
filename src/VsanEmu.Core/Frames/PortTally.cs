using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Frames;

/// <summary>
/// Sums up what passes one port, by phase, into a <see cref="PortCapture"/>: the cluster's flows, trials and IGMP one by one, all other IP in rows of its own, and other VLANs'
/// frames by number. Once a row exists, a frame that counts for it allocates nothing. A fragment other than the first has no ports, and counts for ports 0 and 0, or for
/// the other IP that its first one was; of a trial's datagram the first counts alone. One caller at a time.
/// </summary>
/// <param name="channels">The cluster's ports: all others are folded into 0.</param>
/// <param name="run">The number of this run: its marked datagrams (<see cref="TrialDatagram"/>) count by trial, another run's are flows like any other.</param>
/// <param name="control">The TCP end of the server by which the run is led: what goes there and comes from there is the tool's own, and no member's. Null for none.</param>
public sealed class PortTally(ChannelSpec channels, ulong run = 0, IReadOnlySet<(FrameAddress Address, ushort Port)>? control = null)
{
    /// <summary>Rows kept for one port: 64 members, both ways, several kinds of flow, all phases, and room for strangers.</summary>
    public const int MaxRows = 32 * 1024;

    /// <summary>Rows kept for IP that is not on the cluster's ports.</summary>
    public const int MaxOtherRows = OtherTally.MaxRows;

    /// <summary>Rows kept for trials at one port: 4096 of them, both ways.</summary>
    public const int MaxTrialRows = 8192;

    /// <summary>Datagrams of one trial that are told apart: more than the longest has (10,000 a second for ten minutes).</summary>
    public const int MaxTrialNumbers = 8 * 1024 * 1024;

    /// <summary>Bytes that remembering the trials' numbers takes at one port, a bit a number: 16 MiB, which 134 million datagrams take.</summary>
    public const long MaxTrialBytes = 16 * 1024 * 1024;

    /// <summary>Phases of one run.</summary>
    public const int MaxPhases = 64;

    /// <summary>The phase of frames that came before the first one began.</summary>
    public const string BeforeFirstPhase = "before";

    private readonly KnownPorts _ports = new(channels);
    private readonly List<(long StartNs, string Name)> _phases = [(long.MinValue, BeforeFirstPhase)];
    private readonly Dictionary<FlowKey, FlowRow> _flows = [];
    private readonly Dictionary<QueryKey, QueryRow> _queries = [];
    private readonly Dictionary<MembershipKey, CountRow> _memberships = [];
    private readonly Dictionary<ControlKey, CountRow> _controls = [];
    private readonly Dictionary<TrialKey, TrialRow> _trials = [];
    private readonly OtherTally _others = new();
    private readonly VlanTally _vlans = new();
    private readonly FragmentMemory _fragments = new();
    private readonly SequenceTracks _tracks = new();

    private long _trialRoom = MaxTrialBytes;
    private long _undecoded;

    /// <summary>Frames added.</summary>
    public long Frames { get; private set; }

    /// <summary>Those of them that came in.</summary>
    public long FramesIn { get; private set; }

    /// <summary>Sightings that found no row and no room for one (<see cref="MaxRows"/>, <see cref="MaxTrialRows"/>, <see cref="MaxTrialBytes"/>).</summary>
    public long Overflowed { get; private set; }

    private bool HasRoom => _flows.Count + _queries.Count + _memberships.Count + _controls.Count < MaxRows;

    /// <summary>Frames from <paramref name="atNs"/> on count for this phase, those before for the one before, in whatever order they are added.</summary>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxPhases"/>, or a start before the last phase's.</exception>
    public void BeginPhase(string phase, long atNs)
    {
        if (_phases.Count > MaxPhases) throw new InvalidOperationException($"more than {MaxPhases} phases");
        if (atNs < _phases[^1].StartNs) throw new InvalidOperationException($"phase {phase} begins before {_phases[^1].Name}");
        _phases.Add((atNs, phase));
    }

    /// <summary>Counts a frame.</summary>
    /// <param name="info">Its fields.</param>
    /// <param name="frame">The bytes they were decoded from: the group records of an IGMPv3 report are read from them.</param>
    /// <param name="direction">Its direction.</param>
    /// <param name="atNs">When it passed, ns since the run began.</param>
    /// <param name="number">Its number in the port's capture, from 1.</param>
    public void Add(in FrameInfo info, ReadOnlySpan<byte> frame, PortDirection direction, long atNs, long number)
    {
        Count(direction);
        if (info.Vlan != 0) _vlans.Add(info.Vlan, info, direction, atNs, number);
        else AddOwn(info, frame, direction, atNs, number);
    }

    /// <summary>Counts a frame that could not be decoded: it has a number in the capture, and nothing else.</summary>
    /// <param name="direction">Its direction.</param>
    public void AddUndecoded(PortDirection direction)
    {
        Count(direction);
        _undecoded++;
    }

    /// <summary>All that was counted so far, in the order in which it was first seen.</summary>
    /// <param name="port">The endpoint's name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="dropped">Frames on the cluster's ports, of trials, ARP, IGMP and ICMP that the kernel dropped.</param>
    /// <param name="file">The capture file's name, if one is kept.</param>
    /// <param name="fileLost">Frames that the file lacks.</param>
    /// <param name="othersDropped">Frames of other IP and of other VLANs that the kernel dropped.</param>
    public PortCapture Snapshot(string port, PortKind kind, long dropped, string? file = null, long fileLost = 0, long othersDropped = 0) => new()
    {
        Port = port,
        Kind = kind,
        Frames = Frames,
        FramesIn = FramesIn,
        Dropped = dropped + Overflowed,
        Flows = [.. _flows.OrderBy(f => f.Value.FirstFrame).Select(f => f.Value.ToSighting(f.Key))],
        Queries = [.. _queries.OrderBy(q => q.Value.FirstFrame).Select(q => q.Value.ToSighting(q.Key))],
        Memberships = [.. _memberships.OrderBy(m => m.Value.FirstFrame).Select(m => m.Value.ToSighting(m.Key))],
        Controls = [.. _controls.OrderBy(c => c.Value.FirstFrame).Select(c => c.Value.ToSighting(c.Key))],
        Trials = [.. _trials.Where(t => t.Value.Count > 0).OrderBy(t => t.Value.FirstFrame).Select(t => t.Value.ToSighting(t.Key))],
        Others = _others.Snapshot(),
        OthersLost = othersDropped + _others.Overflowed,
        Undecoded = _undecoded,
        Vlans = _vlans.Snapshot(),
        File = file,
        FileLost = fileLost,
    };

    private void Count(PortDirection direction)
    {
        Frames++;
        if (direction == PortDirection.In) FramesIn++;
    }

    private void AddOwn(in FrameInfo info, ReadOnlySpan<byte> frame, PortDirection direction, long atNs, long number)
    {
        (long startNs, string phase) = PhaseAt(atNs);
        switch (info.Kind)
        {
            case FrameKind.Udp when TryReadTrial(info, frame, out TrialDatagram datagram) && TryAddTrial(info, datagram, direction, atNs, number):
                break;
            case FrameKind.Tcp or FrameKind.Udp:
                AddTransport(info, phase, startNs, direction, atNs, number);
                break;
            case FrameKind.Igmp when info.Igmp.Kind == IgmpKind.Query:
                AddQuery(info, phase, atNs, number);
                break;
            case FrameKind.Igmp when info.Igmp.Kind != IgmpKind.None:
                AddMemberships(info, frame, phase, direction, atNs, number);
                break;
            case FrameKind.Igmp when direction == PortDirection.In:
                Row(_controls, new(phase, info.Kind, info.Type, info.Tuple.Source, 0), number)?.Add(atNs);
                break;
            case FrameKind.Arp when direction == PortDirection.In:
                Row(_controls, new(phase, info.Kind, 0, info.Tuple.Source, info.SenderMac), number)?.Add(atNs);
                break;
            case FrameKind.Icmp:
                if (direction == PortDirection.In) Row(_controls, new(phase, info.Kind, 0, info.Tuple.Source, 0), number)?.Add(atNs);
                AddOther(info, phase, direction, atNs, number);
                break;
            case FrameKind.Icmp6:
            case FrameKind.Other when info.IpLength > 0:
                AddOther(info, phase, direction, atNs, number);
                break;
        }
    }

    private void AddTransport(in FrameInfo info, string phase, long startNs, PortDirection direction, long atNs, long number)
    {
        if (IsControl(info.Tuple)) return;
        FiveTuple folded = _ports.Fold(info.Tuple);
        bool later = info.FragmentOffset > 0, continues = _fragments.TryFind(info, direction, out FirstFragment first);
        // The rest of a trial's datagram, which was counted by its first fragment.
        if (continues && first.Trial) return;
        bool other = later ? continues && first.Other : folded is { SourcePort: 0, DestinationPort: 0 };
        if (other)
        {
            AddOther(info, phase, direction, atNs, number);
            return;
        }

        _fragments.Remember(info, direction, other: false);
        FlowRow? row = Row(_flows, new(phase, direction, folded), number);
        if (row is null) return;
        ushort ephemeral = folded.SourcePort == 0 ? info.Tuple.SourcePort : folded.DestinationPort == 0 ? info.Tuple.DestinationPort : (ushort)0;
        row.Add(info, ephemeral, continues, atNs);
        if (_tracks.Of(info, direction, atNs) is { } track) row.Add(track.Add(info, atNs, startNs), track);
    }

    private void AddOther(in FrameInfo info, string phase, PortDirection direction, long atNs, long number)
    {
        _fragments.Remember(info, direction, other: true);
        bool continues = _fragments.TryFind(info, direction, out FirstFragment first);
        bool typed = info.Kind is FrameKind.Icmp or FrameKind.Icmp6 && (continues || info.FragmentOffset == 0);
        int type = !typed ? OtherSighting.NoType : continues ? first.Type : info.Type;
        _others.Add(info, continues ? first.Tuple : info.Tuple, type, phase, direction, atNs, number);
    }

    private bool IsControl(in FiveTuple tuple) => control is not null && tuple.Protocol == FiveTuple.Tcp
        && (control.Contains((tuple.Source, tuple.SourcePort)) || control.Contains((tuple.Destination, tuple.DestinationPort)));

    private bool TryReadTrial(in FrameInfo info, ReadOnlySpan<byte> frame, out TrialDatagram datagram)
    {
        datagram = default;
        return info.PayloadOffset > 0 && info.PayloadOffset < frame.Length
            && TrialDatagram.TryParse(frame[info.PayloadOffset..], out datagram) && datagram.Run == run;
    }

    // False for a number that the trial does not have: such a datagram is not the run's, and counts as what it is on the wire.
    private bool TryAddTrial(in FrameInfo info, in TrialDatagram datagram, PortDirection direction, long atNs, long number)
    {
        var key = new TrialKey(datagram.Trial, direction);
        if (!_trials.TryGetValue(key, out TrialRow? row))
        {
            if (!TrialRow.Has(datagram)) return false;
            if (_trials.Count == MaxTrialRows)
            {
                Overflowed++;
                return true;
            }

            _trials.Add(key, row = new TrialRow { FirstFrame = number });
        }

        if (!TrialRow.Has(datagram))
        {
            row.AddForeign();
            return false;
        }

        _fragments.Remember(info, direction, other: false, trial: true);
        if (!row.Add(datagram, info.Ttl, atNs, ref _trialRoom)) Overflowed++;
        return true;
    }

    private void AddQuery(in FrameInfo info, string phase, long atNs, long number) =>
        Row(_queries, new(phase, info.Tuple.Source, info.Igmp.Version), number)?.Add(info.Igmp, atNs);

    private void AddMemberships(
        in FrameInfo info, ReadOnlySpan<byte> frame, string phase, PortDirection direction, long atNs, long number)
    {
        IgmpInfo igmp = info.Igmp;
        var key = new MembershipKey(phase, direction, info.Tuple.Source, igmp.Group, igmp.Version, igmp.Kind == IgmpKind.Leave);
        if (igmp.Kind != IgmpKind.Records)
        {
            Row(_memberships, key, number)?.Add(atNs);
            return;
        }

        var records = new IgmpRecords(igmp, frame);
        while (records.TryNext(out GroupRecord record))
        {
            if (record.Change == MembershipChange.None) continue;
            Row(_memberships, key with { Group = record.Group, Leave = record.Change == MembershipChange.Leave }, number)?.Add(atNs);
        }
    }

    private TRow? Row<TKey, TRow>(Dictionary<TKey, TRow> table, in TKey key, long number)
        where TKey : struct
        where TRow : TallyRow, new()
    {
        if (table.TryGetValue(key, out TRow? row)) return row;
        if (!HasRoom)
        {
            Overflowed++;
            return null;
        }

        row = new TRow { FirstFrame = number };
        table.Add(key, row);
        return row;
    }

    // Nearly always the last phase; a frame that waited in the capture's buffer while a phase began belongs to the one before.
    private (long StartNs, string Name) PhaseAt(long atNs)
    {
        int i = _phases.Count - 1;
        while (atNs < _phases[i].StartNs) i--;
        return _phases[i];
    }
}
