using System.Globalization;
using System.Net;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Probing;

/// <summary>The way from here, or from another namespace, to an address.</summary>
/// <param name="Source">Where probes leave.</param>
/// <param name="OnLink">Whether the address is in the source's segment, with no router between.</param>
public sealed record ProbeWay(ProbeSource Source, bool OnLink)
{
    /// <summary>Finds it.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="place">The namespace to leave from.</param>
    /// <param name="target">The address.</param>
    /// <param name="zone">The interface that stands behind the address, by name or number; empty for none.</param>
    /// <param name="link">The interface to leave by; null for the kernel's choice.</param>
    /// <param name="from">The source address; null for the kernel's choice.</param>
    /// <exception cref="ProbeWayException">There is none, or the target is no other host's address; the message says which, in words.</exception>
    /// <exception cref="Tools.ToolException">ip is missing.</exception>
    public static ProbeWay Find(string name, NetworkNamespace place, IPAddress target, string zone, string? link, IPAddress? from) =>
        place.Run(() => new Search(name, place, target, from).Run(zone, link));

    /// <summary>The target's address as a socket at the source takes it: a link-local one has the source's interface as its scope.</summary>
    public IPAddress Scoped(IPAddress target) => target.IsIPv6LinkLocal ? new IPAddress(target.GetAddressBytes(), Source.Address.ScopeId) : target;

    /// <summary>What a capture of TCP to this port, and of nothing else, is opened with.</summary>
    public static ChannelSpec Channels(int port) => new() { AgentGroup = null, MasterGroup = null, ReliablePort = port };

    private sealed class Search(string name, NetworkNamespace place, IPAddress target, IPAddress? from)
    {
        private readonly IReadOnlyList<(string Interface, IPAddress Address)> _own = LocalInterface.OwnAddresses();

        public ProbeWay Run(string zone, string? link)
        {
            if (AddressKind.NoHost(target) is { } kind) throw ProbeWayException.Mistake($"{target} is {kind}: there is nobody to probe");
            string? at = _own.Where(o => Same(o.Address, target)).Select(o => o.Interface).FirstOrDefault(i => !target.IsIPv6LinkLocal || Named(zone, link) == i);
            if (at is not null) throw ProbeWayException.Mistake($"{target} is this machine's own address, on {at}: a probe of it would not leave the machine");
            if (from is not null) CheckSource(from);
            ProbeWay way = target.IsIPv6LinkLocal ? InSegment(Named(zone, link)) : Routed(zone, link);
            string through = way.Source.Interface;
            return LinkState.Read(through) switch
            {
                LinkCondition.Running => way,
                LinkCondition.Down => throw ProbeWayException.NotNow($"interface {through}, which leads to {target}, is down"),
                _ => throw ProbeWayException.NotNow($"interface {through}, which leads to {target}, has no carrier"),
            };
        }

        private void CheckSource(IPAddress source)
        {
            if (source.AddressFamily != target.AddressFamily) throw ProbeWayException.Mistake($"{target} cannot be probed from {source}: one is IPv4, the other IPv6");
            if (!_own.Any(o => Same(o.Address, source))) throw ProbeWayException.Mistake($"{source} cannot be a source: no interface has that address here; {Has()}");
        }

        private string Has() => $"there are {string.Join(", ", _own.Where(o => o.Address.AddressFamily == target.AddressFamily && !IPAddress.IsLoopback(o.Address)).Select(o => $"{o.Address} ({o.Interface})"))}";

        // A link-local address says by itself where it is: with its zone (RFC 4007).
        private string? Named(string zone, string? link)
        {
            string? zoned = zone.Length == 0 ? null : NameOf(zone);
            if (zoned is not null && link is not null && zoned != link) throw ProbeWayException.Mistake($"{target} on interface {zoned} cannot be reached through {link}: the two contradict each other");
            return zoned ?? link;
        }

        private string NameOf(string zone) => uint.TryParse(zone, NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
            ? LocalInterface.NameOf(index) ?? throw ProbeWayException.NotNow($"there is no interface number {zone} here")
            : zone;

        private ProbeWay InSegment(string? link)
        {
            if (link is null) throw ProbeWayException.Mistake($"{target} may be in any segment: say which, as {target}%eth0, or with --interface");
            Demand(link);
            IPAddress own = from ?? LocalInterface.Ipv6Addresses(link).FirstOrDefault(a => a.IsIPv6LinkLocal)
                ?? throw ProbeWayException.NotNow($"interface {link} has no link-local IPv6 address to probe from");
            return new(new ProbeSource(name, place, link, Scoped(own, link), OnlyThere: true), OnLink: true);
        }

        private ProbeWay Routed(string zone, string? link)
        {
            if (zone.Length > 0) throw ProbeWayException.Mistake($"{target}%{zone}: only a link-local address has a zone; --interface names the way of any other");
            if (link is not null) Demand(link);
            (Route? route, string why) = RouteTo.Find(target, from, link);
            if (route is null) throw ProbeWayException.NotNow($"there is no route to {target} from here{(link is null ? "" : $" through {link}")}{why}");
            if (route.Type is "broadcast") throw ProbeWayException.Mistake($"{target} is the broadcast address of the segment at {route.Device}: there is nobody to probe");
            if (route.Type is not ("" or "unicast")) throw ProbeWayException.NotNow($"there is no route to {target} from here: its route's type is {route.Type}");
            IPAddress source = from ?? AddressText.Read(route.Source) ?? throw ProbeWayException.NotNow($"there is no address here to probe {target} from");
            return new(new ProbeSource(name, place, route.Device, source, OnlyThere: link is not null), OnLink: route.Gateway.Length == 0 && route.Via is null);
        }

        private static void Demand(string link)
        {
            if (LinkState.Read(link) == LinkCondition.Missing) throw ProbeWayException.NotNow($"there is no interface {link} here");
        }

        private static IPAddress Scoped(IPAddress address, string link) =>
            address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes(), LocalInterface.IndexOf(link)) : address;

        private static bool Same(IPAddress one, IPAddress other) => one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());
    }
}

/// <summary>There is no way to an address; the message says why, in one line.</summary>
public sealed class ProbeWayException : IOException
{
    private ProbeWayException(string message, bool isMistake)
        : base(message) => IsMistake = isMistake;

    /// <summary>True when it could not be on any day: what was asked for is not to be probed. False when it is this machine's state.</summary>
    public bool IsMistake { get; }

    /// <summary>The same, of an address that a name resolved to.</summary>
    public ProbeWayException Of(string name) => new($"{name}: {Message}", IsMistake);

    internal static ProbeWayException Mistake(string message) => new(message, isMistake: true);

    internal static ProbeWayException NotNow(string message) => new(message, isMistake: false);
}
