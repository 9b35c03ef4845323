using VsanEmu.Core.Observations;

namespace VsanEmu.Core.Frames;

/// <summary>Frames of VLANs that are not the port's own, by VLAN and direction: at most 4095 VLANs, both ways. One caller at a time.</summary>
internal sealed class VlanTally
{
    private readonly Dictionary<(ushort Vlan, PortDirection Direction), Row> _rows = [];

    internal void Add(ushort vlan, in FrameInfo info, PortDirection direction, long atNs, long number)
    {
        if (!_rows.TryGetValue((vlan, direction), out Row? row)) _rows.Add((vlan, direction), row = new Row { FirstFrame = number });
        row.Add(info.Kind == FrameKind.Igmp && info.Igmp.Kind == IgmpKind.Query, atNs);
    }

    internal VlanSighting[] Snapshot() => [.. _rows.OrderBy(r => r.Value.FirstFrame).Select(r => r.Value.ToSighting(r.Key.Vlan, r.Key.Direction))];

    private sealed class Row : TallyRow
    {
        private long _queries;

        internal void Add(bool query, long atNs)
        {
            Touch(atNs);
            if (query) _queries++;
        }

        internal VlanSighting ToSighting(ushort vlan, PortDirection direction) => new(vlan, direction, Count, _queries, FirstNs, LastNs, FirstFrame);
    }
}
