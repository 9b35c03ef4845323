using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Lab.Building;

/// <summary>Lays out the fabric for a cluster: which endpoints, which addresses, which ports; then lets the faults change it.</summary>
public static class FabricPlanner
{
    /// <summary>The gateway's name as an endpoint.</summary>
    public const string Gateway = "gateway";

    // The kernel keeps these for itself, as interface or as the name of a folder of settings.
    private static readonly string[] ReservedNames = ["lo", "all", "default"];

    // Strangers get a network of this prefix length around their address.
    private const int PrefixBehind = 24;

    /// <summary>Plans the fabric.</summary>
    /// <exception cref="FabricException">The spec asks for what cannot be built, or a fault does not apply to it.</exception>
    public static FabricPlan Plan(ClusterSpec spec, FabricOptions options)
    {
        if (options.Mtu is < 576 or > 9216) throw new FabricException($"MTU {options.Mtu} is not within 576 to 9216");
        var behind = new NetworksBehind(spec);
        List<PlannedEndpoint> endpoints = [.. spec.Members.Select(m => InSegment(spec, m.Name, PortKind.Member, m.Interface, m.Address))];
        if (spec.Observer is { } observer) endpoints.Add(InSegment(spec, observer.Name, PortKind.Observer, observer.Interface, observer.Address));
        endpoints.AddRange(spec.Outsiders.Select(o => o.Place == OutsiderPlace.Segment
            ? InSegment(spec, o.Name, PortKind.Outsider, o.Interface, o.Address)
            : behind.Place(o)));
        if (spec.Gateway is { } gateway) endpoints.Add(InSegment(spec, Gateway, PortKind.Gateway, ClusterSpec.UsualInterface, gateway) with { Router = null });
        CheckNames(endpoints);
        CheckAddresses(endpoints);
        IReadOnlyDictionary<string, string> ports = ShortNames.Of(endpoints.Select(e => e.Name), ShortNames.Interface);
        endpoints = [.. endpoints.Select(e => e.Port is null ? e : e with { Port = ports[e.Name] })];

        IEnumerable<IPAddress> taken = endpoints.Select(e => e.Address).OfType<IPAddress>();
        var healthy = new FabricPlan
        {
            Spec = spec,
            Endpoints = endpoints,
            SwitchAddress = HighestFree(spec.Subnet, taken),
            AddressesBehind = behind.RouterAddresses,
            Mtu = options.Mtu,
            Access = new AccessList
            {
                Members = [.. spec.Members.Select(m => m.Address)],
                Port = spec.Channels.ReliablePort,
                Groups = [.. new[] { spec.Channels.AgentGroup, spec.Channels.MasterGroup }.OfType<IPAddress>().Distinct()],
                StrangerPorts = [.. endpoints.Where(e => e.Kind != PortKind.Member).Select(e => e.Port).OfType<string>()],
            },
        };
        return options.Faults.Aggregate(options.Shape.Plan(healthy), (plan, fault) => fault.Apply(plan));
    }

    /// <summary>Prefix length of the networks behind the gateway.</summary>
    internal static int BehindPrefixLength => PrefixBehind;

    private static PlannedEndpoint InSegment(ClusterSpec spec, string name, PortKind kind, string? link, IPAddress? address) => new()
    {
        Name = name,
        Kind = kind,
        Interface = link ?? ClusterSpec.UsualInterface,
        Address = address is null || spec.Subnet.Contains(address)
            ? address
            : throw new FabricException($"{name} has address {address}, which is not in the segment's subnet {spec.Subnet}"),
        PrefixLength = spec.Subnet.PrefixLength,
        Router = spec.Gateway,
        Port = name,
        Ipv6 = kind is PortKind.Member or PortKind.Outsider,
    };

    private static void CheckNames(List<PlannedEndpoint> endpoints)
    {
        foreach (string name in endpoints.Select(e => e.Name))
            if (HostName.Fault(name) is { Length: > 0 } fault) throw new FabricException($"an endpoint cannot be named so: {fault} (allowed: {HostName.Allowed})");
        foreach (string link in endpoints.Select(e => e.Interface))
            if (link.Length is 0 or > ShortNames.Interface || !link.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')) throw new FabricException($"'{link}' cannot name an interface: 1 to {ShortNames.Interface} letters, digits, '-', '.' or '_'");
        if (endpoints.SelectMany(e => new[] { e.Name, e.Interface }).FirstOrDefault(ReservedNames.Contains) is { } reserved)
            throw new FabricException($"'{reserved}' cannot name an endpoint or interface: the kernel keeps it for itself");
        if (endpoints.CountBy(e => e.Name, HostName.Comparer).FirstOrDefault(n => n.Value > 1) is { Key: { } twice })
            throw new FabricException($"two endpoints are named '{twice}'{(HostName.Comparer.Equals(twice, Gateway) ? ", which is the gateway's name" : "")}");
    }

    private static void CheckAddresses(List<PlannedEndpoint> endpoints)
    {
        if (endpoints.FirstOrDefault(e => e.Address is { AddressFamily: not AddressFamily.InterNetwork }) is { } v6)
            throw new FabricException($"{v6.Name} has address {v6.Address}: the lab's fabric is IPv4 only");
        if (endpoints.Where(e => e.Address is not null).CountBy(e => e.Address!).FirstOrDefault(a => a.Value > 1) is { Key: { } twice })
            throw new FabricException($"two endpoints have address {twice}");
    }

    /// <summary>The highest address of a plan's segment that nobody has.</summary>
    /// <exception cref="FabricException">There is none.</exception>
    internal static IPAddress HighestFree(FabricPlan plan) => HighestFree(plan.Spec.Subnet,
        [.. plan.Endpoints.Select(e => e.Address).Append(plan.SwitchAddress).Append(plan.SecondSwitchAddress).Concat(plan.Hidden.Select(h => h.Address)).OfType<IPAddress>()]);

    private static IPAddress HighestFree(IPNetwork subnet, IEnumerable<IPAddress> taken)
    {
        uint first = Ipv4.Number(subnet.BaseAddress);
        uint last = first | (uint)(0xFFFFFFFFUL >> subnet.PrefixLength);
        for (uint candidate = last - 1; candidate > first; candidate--)
        {
            IPAddress address = Ipv4.Address(candidate);
            if (!taken.Contains(address)) return address;
        }
        throw new FabricException($"no address of {subnet} is left for the switch");
    }

    /// <summary>The networks that strangers beyond the gateway live in, and the gateway's address in each.</summary>
    private sealed class NetworksBehind(ClusterSpec spec)
    {
        private readonly Dictionary<uint, IPAddress> _routers = [];

        public IReadOnlyList<IPAddress> RouterAddresses => [.. _routers.Values];

        public PlannedEndpoint Place(OutsiderSpec outsider)
        {
            if (spec.Gateway is null) throw new FabricException($"outsider {outsider.Name} is beyond the gateway, but the spec has no gateway");
            if (outsider.Address.AddressFamily != AddressFamily.InterNetwork)
                throw new FabricException($"{outsider.Name} has address {outsider.Address}: the lab's fabric is IPv4 only");
            uint network = Ipv4.Number(outsider.Address) & ~(0xFFFFFFFFU >> PrefixBehind);
            if (spec.Subnet.Contains(outsider.Address) || spec.Subnet.Contains(Ipv4.Address(network)) || Ipv4.Network(network, PrefixBehind).Contains(spec.Subnet.BaseAddress))
                throw new FabricException($"outsider {outsider.Name} is beyond the gateway, but {outsider.Address}/{PrefixBehind} overlaps the segment {spec.Subnet}");
            if (!_routers.TryGetValue(network, out IPAddress? router))
            {
                router = Enumerable.Range(1, 254).Select(host => Ipv4.Address(network + (uint)host))
                    .First(a => !spec.Outsiders.Any(o => o.Address.Equals(a)));
                _routers.Add(network, router);
            }
            return new()
            {
                Name = outsider.Name,
                Kind = PortKind.Outsider,
                Interface = outsider.Interface ?? ClusterSpec.UsualInterface,
                Address = outsider.Address,
                PrefixLength = PrefixBehind,
                Router = router,
                Port = null,
            };
        }
    }
}
