using System.Net;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Flows;

/// <summary>A flow that a packet belongs to.</summary>
/// <param name="Flow">The flow.</param>
/// <param name="Reverse">True when the packet goes the other way on the flow's connection.</param>
public readonly record struct FlowMatch(Flow Flow, bool Reverse);

/// <summary>One TCP connection, with the flows that share it: a Master's holder of a copy sends its answers on C1's connection, for example.</summary>
/// <param name="OpenedBy">The side that opened it, from an ephemeral port.</param>
/// <param name="AcceptedBy">The side whose reliable port it was opened to.</param>
/// <param name="Flows">The flows on it, at least one.</param>
public sealed record FlowConnection(MemberId OpenedBy, MemberId AcceptedBy, IReadOnlyList<Flow> Flows)
{
    /// <summary>Required when one of its flows is.</summary>
    public FlowPresence Presence => Flows.Any(f => f.Presence == FlowPresence.Required) ? FlowPresence.Required : FlowPresence.Permitted;
}

/// <summary>
/// A cluster's concrete flows: the single truth that nodes act by, checks compare with and access lists are printed from. What is not here is never sent.
/// Immutable; the classifier's table is made when first asked.
/// </summary>
public sealed class FlowMatrix
{
    // RFC 2236 9: a version 2 host leaves by a message to all routers.
    private static readonly IPAddress AllRouters = IPAddress.Parse("224.0.0.2");

    private FlowMatrix(IReadOnlyList<Flow> flows) => Flows = flows;

    /// <summary>All flows, in FLOWS.md's order, then by sender and receiver. Two VMs with the same members give the same addresses and ports twice.</summary>
    public IReadOnlyList<Flow> Flows { get; }

    /// <summary>The flows that have to be seen (F2).</summary>
    public IEnumerable<Flow> Required => Flows.Where(f => f.Presence == FlowPresence.Required);

    /// <summary>The TCP connections that the flows need, each once.</summary>
    public IReadOnlyList<FlowConnection> Connections => field ??=
    [
        .. Flows.Where(f => f.Transport == FlowTransport.Tcp)
            .GroupBy(f => (f.OpenedBy, AcceptedBy: f.OpenedBy == f.From ? f.To : f.From))
            .OrderBy(g => g.Key)
            .Select(g => new FlowConnection(g.Key.OpenedBy, g.Key.AcceptedBy, [.. g])),
    ];

    private Dictionary<Tuple, List<FlowMatch>> Index => field ??= MakeIndex(Flows);

    /// <summary>The flows of a cluster in which every role is known.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="roles">The role of each member that takes part: the dead, and those on the other side of a split, are left out.</param>
    /// <param name="vmsOn">Names of the VMs that are on.</param>
    /// <param name="copies">Who holds each VM's copies now, where a rebuild moved them; a VM that is not named has the spec's.</param>
    public static FlowMatrix Of(
        ClusterSpec spec,
        IReadOnlyDictionary<MemberId, Role> roles,
        IReadOnlyCollection<string> vmsOn,
        IReadOnlyDictionary<string, IReadOnlyCollection<MemberId>>? copies = null) => Expand(spec, new FlowSituation
        {
            Roles = roles.ToDictionary(r => r.Key, r => (IReadOnlyList<Role>)[r.Value]),
            VmsOn = vmsOn,
            Copies = vm => copies is not null && copies.TryGetValue(vm.Name, out IReadOnlyCollection<MemberId>? moved) ? moved : vm.Copies,
        });

    /// <summary>The flows of a cluster as it starts, with <see cref="RoleAssignment.Default"/>'s roles.</summary>
    /// <param name="spec">The cluster.</param>
    /// <param name="vmsOn">Names of the VMs that are on.</param>
    public static FlowMatrix Of(ClusterSpec spec, IReadOnlyCollection<string> vmsOn) => Of(spec, RoleAssignment.Default(spec), vmsOn);

    /// <summary>
    /// All flows that may be seen while roles, living members, VMs and the places of copies are in motion: the union over every assignment. None is required.
    /// A flow that holds for several of its sender's roles is there once.
    /// </summary>
    public static FlowMatrix OverAllRoles(ClusterSpec spec) => Expand(spec, new FlowSituation
    {
        Roles = spec.Members.ToDictionary(m => m.Id, RoleAssignment.Possible),
        VmsOn = [.. spec.Vms.Select(v => v.Name)],
        Copies = _ => spec.Members.Select(m => m.Id),
        Uncertain = true,
    });

    /// <summary>The flows that a packet may belong to; none when the matrix does not hold it. Ephemeral ports are given as 0.</summary>
    /// <param name="protocol">IP protocol: 6, 17, or 2, where ports are 0.</param>
    /// <param name="source">Source address.</param>
    /// <param name="sourcePort">Source port, 0 when ephemeral.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="destinationPort">Destination port, 0 when ephemeral.</param>
    public IReadOnlyList<FlowMatch> Classify(byte protocol, IPAddress source, int sourcePort, IPAddress destination, int destinationPort) =>
        Index.TryGetValue(new((FlowTransport)protocol, source, sourcePort, destination, destinationPort), out List<FlowMatch>? matches) ? matches : [];

    /// <summary>The same for addresses as text, as in a capture's record; text that is no address belongs to no flow.</summary>
    /// <param name="protocol">IP protocol: 6, 17, or 2, where ports are 0.</param>
    /// <param name="source">Source address.</param>
    /// <param name="sourcePort">Source port, 0 when ephemeral.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="destinationPort">Destination port, 0 when ephemeral.</param>
    public IReadOnlyList<FlowMatch> Classify(byte protocol, string source, int sourcePort, string destination, int destinationPort) =>
        AddressText.Read(source) is { } from && AddressText.Read(destination) is { } to
            ? Classify(protocol, from, sourcePort, to, destinationPort)
            : [];

    /// <summary>The flow that a membership report or leave for a group belongs to, or null when this member's role does not listen to it.</summary>
    /// <param name="source">Who reported.</param>
    /// <param name="group">The group.</param>
    /// <param name="spec">The cluster that the matrix is of.</param>
    public Flow? ClassifyReport(IPAddress source, IPAddress group, ClusterSpec spec) => Flows.FirstOrDefault(f =>
        f.Id == FlowId.C8 && f.Source.Equals(source) && group.Equals(f.Group == FlowGroup.Agent ? spec.Channels.AgentGroup : spec.Channels.MasterGroup));

    private static FlowMatrix Expand(ClusterSpec spec, FlowSituation situation) => new([.. new FlowExpansion(spec, situation).Flows()]);

    private static Dictionary<Tuple, List<FlowMatch>> MakeIndex(IReadOnlyList<Flow> flows)
    {
        var index = new Dictionary<Tuple, List<FlowMatch>>();
        foreach (Flow flow in flows)
        {
            Add(new(flow.Transport, flow.Source, flow.SourcePort, flow.Destination, flow.DestinationPort), new(flow, Reverse: false));
            if (flow.Transport == FlowTransport.Tcp)
            {
                var back = flow.Reverse;
                Add(new(flow.Transport, back.Source, back.SourcePort, back.Destination, back.DestinationPort), new(flow, Reverse: true));
            }
            else if (flow.Transport == FlowTransport.Igmp)
            {
                Add(new(flow.Transport, flow.Source, 0, AllRouters, 0), new(flow, Reverse: false));
            }
        }

        return index;

        void Add(Tuple tuple, FlowMatch match)
        {
            if (!index.TryGetValue(tuple, out List<FlowMatch>? matches)) index[tuple] = matches = new(1);
            matches.Add(match);
        }
    }

    private readonly record struct Tuple(FlowTransport Transport, IPAddress Source, int SourcePort, IPAddress Destination, int DestinationPort);
}
