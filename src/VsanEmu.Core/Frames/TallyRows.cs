using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

internal readonly record struct FlowKey(string Phase, PortDirection Direction, FiveTuple Tuple);

internal readonly record struct QueryKey(string Phase, FrameAddress Source, byte Version);

internal readonly record struct MembershipKey(
    string Phase, PortDirection Direction, FrameAddress Source, FrameAddress Group, byte Version, bool Leave);

internal readonly record struct ControlKey(string Phase, FrameKind Kind, byte Type, FrameAddress Source, ulong Mac);

/// <summary>What every row of a <see cref="PortTally"/> counts.</summary>
internal abstract class TallyRow
{
    internal long FirstFrame { get; init; }

    internal long Count { get; private set; }

    internal long FirstNs { get; private set; }

    internal long LastNs { get; private set; }

    protected void Touch(long atNs)
    {
        if (Count++ == 0) FirstNs = LastNs = atNs;
        else LastNs = Math.Max(LastNs, atNs);
    }
}

/// <summary>A row that only counts.</summary>
internal sealed class CountRow : TallyRow
{
    internal void Add(long atNs) => Touch(atNs);

    internal MembershipSighting ToSighting(in MembershipKey key) => new()
    {
        Phase = key.Phase,
        Direction = key.Direction,
        Source = key.Source.ToString(),
        Group = key.Group.ToString(),
        Version = key.Version,
        Leave = key.Leave,
        Count = Count,
        FirstNs = FirstNs,
        LastNs = LastNs,
    };

    internal ControlSighting ToSighting(in ControlKey key) =>
        new(key.Phase, Name(key), key.Source.ToString(), Count, FirstNs, LastNs, key.Kind == FrameKind.Arp ? Mac(key.Mac) : "");

    private static string Mac(ulong octets) => string.Join(':', Enumerable.Range(0, 6).Select(i => $"{(octets >> (40 - (8 * i))) & 0xff:x2}"));

    private static string Name(in ControlKey key) => key.Kind switch
    {
        FrameKind.Arp => "arp",
        FrameKind.Icmp => "icmp",
        _ => $"igmp 0x{key.Type:x2}",
    };
}

/// <summary>One querier's queries of one version.</summary>
internal sealed class QueryRow : TallyRow
{
    private long _general;
    private long _lastGeneralNs;
    private long _longestGapNs;
    private int _maxResponseMs;

    internal void Add(in IgmpInfo query, long atNs)
    {
        Touch(atNs);
        _maxResponseMs = Math.Max(_maxResponseMs, query.MaxResponseMs);
        if (!query.IsGeneralQuery) return;
        if (_general++ > 0) _longestGapNs = Math.Max(_longestGapNs, atNs - _lastGeneralNs);
        _lastGeneralNs = atNs;
    }

    internal QuerySighting ToSighting(in QueryKey key) => new()
    {
        Phase = key.Phase,
        Source = key.Source.ToString(),
        Version = key.Version,
        General = _general,
        Specific = Count - _general,
        MaxResponseMs = _maxResponseMs,
        FirstNs = FirstNs,
        LastNs = _general > 0 ? _lastGeneralNs : LastNs,
        LongestGapNs = _longestGapNs,
    };
}

/// <summary>One flow in one direction.</summary>
internal sealed class FlowRow : TallyRow
{
    /// <summary>Ephemeral ports that are told apart; the count stops there.</summary>
    private const int MaxConnections = 4096;

    private HashSet<ushort>? _ephemeral;
    private ushort _lastEphemeral;
    private long _bytes;
    private long _payloads;
    private long _continued;
    private long _syns;
    private long _synAcks;
    private long _resets;
    private byte _ttlMin = byte.MaxValue;
    private byte _ttlMax;
    private long _segments;
    private long _repeated;
    private long _late;
    private long _acks;
    private long _duplicateAcks;
    private long _stallNs;

    // Most rows know a single ephemeral port, and nearly every packet has the port of the one before: the set is made for the second.
    private int Connections => _ephemeral?.Count ?? (_lastEphemeral == 0 ? 0 : 1);

    /// <param name="info">The packet's fields.</param>
    /// <param name="ephemeral">Its ephemeral port; 0 without one.</param>
    /// <param name="continues">True for a later fragment of a packet whose first one was counted.</param>
    /// <param name="atNs">When it passed.</param>
    internal void Add(in FrameInfo info, ushort ephemeral, bool continues, long atNs)
    {
        Touch(atNs);
        _bytes += info.IpLength;
        if (info.PayloadLength > 0) _payloads++;
        if (continues) _continued++;
        if (info.IsSyn) _syns++;
        if (info.IsSynAck) _synAcks++;
        if (info.IsReset) _resets++;
        _ttlMin = Math.Min(_ttlMin, info.Ttl);
        _ttlMax = Math.Max(_ttlMax, info.Ttl);
        if (ephemeral != 0 && ephemeral != _lastEphemeral) Remember(ephemeral);
    }

    /// <summary>Counts a segment of TCP by its place in its connection's sequence.</summary>
    internal void Add(SegmentPlace place, SequenceTrack track)
    {
        if (place == SegmentPlace.None) _acks++;
        else _segments++;
        if (place == SegmentPlace.Repeated) _repeated++;
        if (place == SegmentPlace.Late) _late++;
        if (track.DuplicateAck) _duplicateAcks++;
        _stallNs = Math.Max(_stallNs, track.StallNs);
    }

    internal FlowSighting ToSighting(in FlowKey key) => new()
    {
        Phase = key.Phase,
        Direction = key.Direction,
        Protocol = key.Tuple.Protocol,
        Source = key.Tuple.Source.ToString(),
        SourcePort = key.Tuple.SourcePort,
        Destination = key.Tuple.Destination.ToString(),
        DestinationPort = key.Tuple.DestinationPort,
        Packets = Count,
        Bytes = _bytes,
        Payloads = _payloads,
        Continued = _continued,
        Connections = Connections,
        Syns = _syns,
        SynAcks = _synAcks,
        Resets = _resets,
        Tcp = _segments > 0 || _acks > 0 ? new(_segments, _repeated, _late, _acks, _duplicateAcks, _stallNs) : null,
        TtlMin = _ttlMin,
        TtlMax = _ttlMax,
        FirstNs = FirstNs,
        LastNs = LastNs,
        FirstFrame = FirstFrame,
    };

    private void Remember(ushort ephemeral)
    {
        if (_lastEphemeral != 0)
        {
            _ephemeral ??= [_lastEphemeral];
            if (_ephemeral.Count < MaxConnections) _ephemeral.Add(ephemeral);
        }

        _lastEphemeral = ephemeral;
    }
}
