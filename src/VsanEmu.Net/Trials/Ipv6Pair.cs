using System.Net;

namespace VsanEmu.Net.Trials;

/// <summary>The IPv6 addresses by which one end can try another: global ones where both have one, else, in one segment, link-local ones.</summary>
/// <param name="From">The first one's address.</param>
/// <param name="To">The other's; a link-local one has the first one's interface as its scope.</param>
internal sealed record Ipv6Pair(IPAddress From, IPAddress To)
{
    /// <summary>The addresses; null when there are none by which it could be tried.</summary>
    /// <param name="own">The first one's.</param>
    /// <param name="others">The other's.</param>
    /// <param name="oneSegment">Whether both are in one segment.</param>
    internal static Ipv6Pair? Find(IReadOnlyList<IPAddress> own, IReadOnlyList<IPAddress> others, bool oneSegment)
    {
        if (Global(own) is { } source && Global(others) is { } target) return new(source, target);
        if (!oneSegment || LinkLocal(own) is not { } near || LinkLocal(others) is not { } far) return null;
        return new(near, new IPAddress(far.GetAddressBytes(), near.ScopeId));
    }

    private static IPAddress? Global(IReadOnlyList<IPAddress> addresses) => addresses.FirstOrDefault(a => !a.IsIPv6LinkLocal);

    private static IPAddress? LinkLocal(IReadOnlyList<IPAddress> addresses) => addresses.FirstOrDefault(a => a.IsIPv6LinkLocal);
}
