using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Frames;

/// <summary>
/// Sums up what passes one port, by phase, into a <see cref="PortCapture"/>. Once a row exists, a frame that counts for it allocates nothing.
/// A fragment other than the first has no ports, and counts for ports 0 and 0; of a trial's datagram the first counts alone. One caller at a time.
/// </summary>
/// <param name="channels">The cluster's ports: all others are folded into 0.</param>
/// <param name="run">The number of this run: its marked datagrams (<see cref="TrialDatagram"/>) count by trial, another run's are flows like any other.</param>
public sealed class PortTally(ChannelSpec channels, ulong run = 0)
{
    /// <summary>Rows kept for one port: 64 members, both ways, several kinds of flow, all phases, and room for strangers.</summary>
    public const int MaxRows = 32 * 1024;

    /// <summary>Rows kept for trials at one port: 4096 of them, both ways.</summary>
    public const int MaxTrialRows = 8192;

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
    private readonly SequenceTracks _tracks = new();
    private readonly FragmentLog _cut = new();

    /// <summary>Frames added.</summary>
    public long Frames { get; private set; }

    /// <summary>Sightings that found no row and no room for one (<see cref="MaxRows"/>, <see cref="MaxTrialRows"/>).</summary>
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
        Frames++;
        (long startNs, string phase) = PhaseAt(atNs);
        switch (info.Kind)
        {
            case FrameKind.Udp when TryReadTrial(info, frame, out TrialDatagram datagram):
                if (info.MoreFragments && !info.Tuple.Destination.IsMulticast) _cut.Add(info);
                AddTrial(info, datagram, direction, atNs, number);
                break;
            case FrameKind.Udp when info.FragmentOffset > 0 && _cut.Holds(info):
                // The rest of a trial's datagram, which was counted by its first fragment.
                break;
            case FrameKind.Tcp or FrameKind.Udp:
                AddFlow(info, phase, startNs, direction, atNs, number);
                break;
            case FrameKind.Igmp when info.Igmp.Kind == IgmpKind.Query:
                AddQuery(info, phase, atNs, number);
                break;
            case FrameKind.Igmp when info.Igmp.Kind != IgmpKind.None:
                AddMemberships(info, frame, phase, direction, atNs, number);
                break;
            case FrameKind.Arp or FrameKind.Icmp when direction == PortDirection.In:
                Row(_controls, new(phase, info.Kind, 0, info.Tuple.Source, info.SenderMac), number)?.Add(atNs);
                break;
            case FrameKind.Igmp when direction == PortDirection.In:
                Row(_controls, new(phase, info.Kind, info.Type, info.Tuple.Source, 0), number)?.Add(atNs);
                break;
        }
    }

    /// <summary>Counts a frame that could not be decoded: it has a number in the capture, and nothing else.</summary>
    public void AddUndecoded() => Frames++;

    /// <summary>All that was counted so far, in the order in which it was first seen.</summary>
    /// <param name="port">The endpoint's name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="dropped">Frames that the kernel dropped.</param>
    /// <param name="file">The capture file's name, if one is kept.</param>
    /// <param name="fileLost">Frames that the file lacks.</param>
    public PortCapture Snapshot(string port, PortKind kind, long dropped, string? file = null, long fileLost = 0) => new()
    {
        Port = port,
        Kind = kind,
        Frames = Frames,
        Dropped = dropped + Overflowed,
        Flows = [.. _flows.OrderBy(f => f.Value.FirstFrame).Select(f => f.Value.ToSighting(f.Key))],
        Queries = [.. _queries.OrderBy(q => q.Value.FirstFrame).Select(q => q.Value.ToSighting(q.Key))],
        Memberships = [.. _memberships.OrderBy(m => m.Value.FirstFrame).Select(m => m.Value.ToSighting(m.Key))],
        Controls = [.. _controls.OrderBy(c => c.Value.FirstFrame).Select(c => c.Value.ToSighting(c.Key))],
        Trials = [.. _trials.OrderBy(t => t.Value.FirstFrame).Select(t => t.Value.ToSighting(t.Key))],
        File = file,
        FileLost = fileLost,
    };

    private void AddFlow(in FrameInfo info, string phase, long startNs, PortDirection direction, long atNs, long number)
    {
        FiveTuple folded = _ports.Fold(info.Tuple);
        FlowRow? row = Row(_flows, new(phase, direction, folded), number);
        if (row is null) return;
        ushort ephemeral = folded.SourcePort == 0 ? info.Tuple.SourcePort : folded.DestinationPort == 0 ? info.Tuple.DestinationPort : (ushort)0;
        row.Add(info, ephemeral, atNs);
        if (_tracks.Of(info, direction, atNs) is { } track) row.Add(track.Add(info, atNs, startNs), track);
    }

    private bool TryReadTrial(in FrameInfo info, ReadOnlySpan<byte> frame, out TrialDatagram datagram)
    {
        datagram = default;
        return info.PayloadOffset > 0 && info.PayloadOffset < frame.Length
            && TrialDatagram.TryParse(frame[info.PayloadOffset..], out datagram) && datagram.Run == run;
    }

    private void AddTrial(in FrameInfo info, in TrialDatagram datagram, PortDirection direction, long atNs, long number)
    {
        var key = new TrialKey(datagram.Trial, direction);
        if (!_trials.TryGetValue(key, out TrialRow? row))
        {
            if (_trials.Count == MaxTrialRows)
            {
                Overflowed++;
                return;
            }

            _trials.Add(key, row = new TrialRow { FirstFrame = number });
        }

        row.Add(datagram.Index, info.Ttl, atNs);
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
