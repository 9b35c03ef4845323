using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>
/// IP packets that no cluster's port has, IPv4 and IPv6, of any protocol, summed up by phase, addresses and the port that looks like the service's. Holds
/// <see cref="MaxRows"/>; what finds no room is counted. One caller at a time.
/// </summary>
internal sealed class OtherTally
{
    /// <summary>Rows: a member's ICMP with 63 others both ways, and some thousand flows that should not be there.</summary>
    internal const int MaxRows = 8192;

    // Where systems take a client's port from: Linux from 32768, others from 49152 (RFC 6335 6).
    private const ushort FirstEphemeral = 32768;

    private readonly Dictionary<Key, Row> _rows = [];

    /// <summary>Packets that found no row and no room for one.</summary>
    internal long Overflowed { get; private set; }

    internal void Add(in FrameInfo info, in FiveTuple tuple, int type, string phase, PortDirection direction, long atNs, long number)
    {
        var key = new Key(phase, direction, Fold(tuple, info), type);
        if (!_rows.TryGetValue(key, out Row? row))
        {
            if (_rows.Count == MaxRows)
            {
                Overflowed++;
                return;
            }

            _rows.Add(key, row = new Row { FirstFrame = number });
        }

        row.Add(info.IpLength, atNs);
    }

    internal OtherSighting[] Snapshot() => [.. _rows.OrderBy(r => r.Value.FirstFrame).Select(r => r.Value.ToSighting(r.Key))];

    // A scan, or a client that comes again and again, is a row for each service and not for each of its own ports.
    private static FiveTuple Fold(in FiveTuple tuple, in FrameInfo info)
    {
        if (info.IsSyn) return tuple with { SourcePort = 0 };
        if (info.IsSynAck) return tuple with { DestinationPort = 0 };
        return (tuple.SourcePort >= FirstEphemeral, tuple.DestinationPort >= FirstEphemeral) switch
        {
            (true, _) => tuple with { SourcePort = 0 },
            (false, true) => tuple with { DestinationPort = 0 },
            _ => tuple,
        };
    }

    private readonly record struct Key(string Phase, PortDirection Direction, FiveTuple Tuple, int Type);

    private sealed class Row : TallyRow
    {
        private long _bytes;

        internal void Add(int bytes, long atNs)
        {
            Touch(atNs);
            _bytes += bytes;
        }

        internal OtherSighting ToSighting(in Key key) => new()
        {
            Phase = key.Phase,
            Direction = key.Direction,
            Protocol = key.Tuple.Protocol,
            Source = key.Tuple.Source.ToString(),
            SourcePort = key.Tuple.SourcePort,
            Destination = key.Tuple.Destination.ToString(),
            DestinationPort = key.Tuple.DestinationPort,
            Type = key.Type,
            Packets = Count,
            Bytes = _bytes,
            FirstNs = FirstNs,
            LastNs = LastNs,
            FirstFrame = FirstFrame,
        };
    }
}
