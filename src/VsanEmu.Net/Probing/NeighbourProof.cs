using System.Net;
using System.Net.NetworkInformation;
using VsanEmu.Core.Probing;
using VsanEmu.Net.Interfaces;

namespace VsanEmu.Net.Probing;

/// <summary>
/// Whether somebody in the segment answers ARP, or neighbour solicitations, for an address, and for that one alone: who answers for others too is a proxy (RFC 1027,
/// RFC 4389), which answers whether or not anybody is there. Blocks its thread; needs CAP_NET_RAW.
/// </summary>
/// <param name="source">Who asks.</param>
/// <param name="target">The address.</param>
/// <param name="patience">How long to wait for an answer to each request.</param>
internal sealed class NeighbourProof(ProbeSource source, IPAddress target, TimeSpan patience)
{
    // Linux's proxy lets up to 0.8 s pass before it answers (proxy_delay of arp(7)).
    private static readonly TimeSpan ProxyPatience = TimeSpan.FromSeconds(1);

    /// <summary>What the segment says; null when nobody answers.</summary>
    internal Presence? Find() => target.GetAddressBytes().Length == 4 ? ByArp() : ByDiscovery();

    private Presence? ByArp()
    {
        if (ArpRequest.Ask(source, target, patience) is not { } by) return null;
        IReadOnlyList<(IPAddress Address, PhysicalAddress By)> known = source.Namespace.Run(() => KnownNeighbours.At(source.Interface));
        IPAddress? other = known.Where(k => k.By.Equals(by) && !k.Address.Equals(target)).Select(k => k.Address).FirstOrDefault()
            ?? ArpRequest.AlsoAnswersFor(source, by, Unused([.. known.Select(k => k.Address)]), ProxyPatience);
        string mac = LinkEndPoint.Text(by.GetAddressBytes());
        return Told("ARP", mac, other, $"it answers ARP, as {mac}");
    }

    // A host has several addresses of IPv6: that it is known by another one too is no sign of a proxy.
    private Presence? ByDiscovery()
    {
        if (Icmpv6Question.Neighbour(source, target, patience) is not { } by) return null;
        IPAddress? other = Unused([]).FirstOrDefault(u => Icmpv6Question.Neighbour(source, u, ProxyPatience, requests: 2) == by);
        return Told("neighbour discovery", by, other, "it answers neighbour solicitations");
    }

    private static Presence Told(string question, string by, IPAddress? other, string proof) => other is null
        ? new(PresenceProof.Neighbour, proof)
        : new(PresenceProof.None, $"{question} is answered by {by}, which answers for other addresses too, as {other}: a proxy");

    // Only in the interface's own subnet.
    private IReadOnlyList<IPAddress> Unused(IReadOnlyList<IPAddress> taken)
    {
        if (source.Namespace.Run(() => LocalInterface.PrefixOf(source.Interface, source.Address)) is not { } prefix) return [];
        return UnusedAddresses.Of(target, source.Address, prefix, taken, Random.Shared);
    }
}
