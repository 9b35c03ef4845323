using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Report.Flows;

/// <summary>A cluster's flow matrix in words, ready to be printed in any format.</summary>
public sealed record FlowSheet
{
    /// <summary>The cluster.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>The role of each member as the cluster starts.</summary>
    public required IReadOnlyDictionary<MemberId, Role> Roles { get; init; }

    /// <summary>True when VMs are taken to be on.</summary>
    public required bool VmsOn { get; init; }

    /// <summary>True when each line names two members, false when it names roles.</summary>
    public required bool Expanded { get; init; }

    /// <summary>The lines.</summary>
    public required IReadOnlyList<FlowLine> Lines { get; init; }

    /// <summary>Writes a cluster's matrix out.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="vmsOn">Whether its VMs are on.</param>
    /// <param name="expanded">A line for each pair of members instead of one for each pair of roles.</param>
    public static FlowSheet Of(ClusterSpec spec, bool vmsOn, bool expanded)
    {
        IReadOnlyDictionary<MemberId, Role> roles = RoleAssignment.Default(spec);
        IReadOnlyList<FlowRow> rows = FlowRows.For(spec);
        IEnumerable<FlowLine> lines = expanded
            ? FlowMatrix.Of(spec, roles, vmsOn ? [.. spec.Vms.Select(v => v.Name)] : []).Flows.Select(f => Line(spec, rows, f))
            : rows.Where(r => vmsOn || r.Id < FlowId.D1).Select(r => new RoleNames(spec, roles).Line(r));
        return new()
        {
            Spec = spec,
            Roles = roles,
            VmsOn = vmsOn,
            Expanded = expanded,
            Lines = [.. lines.SelectMany(l => l.Protocol == "TCP" ? [l, l.Back()] : (FlowLine[])[l])],
        };
    }

    /// <summary>The members of a role, by id.</summary>
    public IEnumerable<MemberSpec> Of(Role role) => Spec.Members.Where(m => Roles[m.Id] == role);

    internal static string Port(FlowTransport transport, int port) => transport switch
    {
        FlowTransport.Igmp => "",
        _ => port == 0 ? FlowLine.Ephemeral : port.ToString(CultureInfo.InvariantCulture),
    };

    internal static string Group(FlowGroup group) => group == FlowGroup.None ? "" : $"{group} Group";

    internal static string Word(FlowPresence presence) => presence == FlowPresence.Required ? "must" : "may";

    internal static string Letter(FlowMark mark) => mark switch { FlowMark.Article => "A", FlowMark.Documented => "D", _ => "E" };

    internal static string Word(FlowTransport transport) => transport.ToString().ToUpperInvariant();

    /// <summary>Addresses in order, neighbours as ranges.</summary>
    internal static string Addresses(IEnumerable<IPAddress> addresses)
    {
        var ranges = new List<(uint First, uint Last)>();
        foreach (uint address in addresses.Select(a => BinaryPrimitives.ReadUInt32BigEndian(a.GetAddressBytes())).Distinct().Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last + 1 == address) ranges[^1] = (ranges[^1].First, address);
            else ranges.Add((address, address));
        }

        return string.Join(' ', ranges.Select(r => r.First == r.Last ? Text(r.First) : $"{Text(r.First)}-{Text(r.Last)}"));

        static string Text(uint address) => string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");
    }

    private static FlowLine Line(ClusterSpec spec, IReadOnlyList<FlowRow> rows, Flow flow)
    {
        FlowRow row = rows.First(r => r.Id == flow.Id && r.SourcePort == flow.SourcePort && r.DestinationPort == flow.DestinationPort);
        return new()
        {
            Id = flow.Id.ToString(),
            Direction = FlowLine.Forward,
            From = Name(flow.From),
            FromAddress = flow.Source.ToString(),
            To = flow.To.IsNone ? Group(flow.Group) : Name(flow.To),
            ToAddress = flow.Destination.ToString(),
            Group = Group(flow.Group),
            Protocol = Word(flow.Transport),
            SourcePort = Port(flow.Transport, flow.SourcePort),
            DestinationPort = Port(flow.Transport, flow.DestinationPort),
            OpenedBy = flow.OpenedBy.IsNone ? "" : Name(flow.OpenedBy),
            Cadence = row.Cadence,
            Purpose = flow.Purpose,
            Condition = flow.Condition,
            Seen = Word(flow.Presence),
            Mark = Letter(flow.Mark),
            CadenceMark = Letter(row.CadenceMark),
        };

        string Name(MemberId id) => spec.Member(id).Name;
    }
}
