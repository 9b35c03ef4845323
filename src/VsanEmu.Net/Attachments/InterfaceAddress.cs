using System.Net;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Attachments;

/// <summary>What address an interface in an existing namespace has: for specs that leave it out.</summary>
public static class InterfaceAddress
{
    /// <summary>The only IPv4 address of the interface, or of all of them, that lies in the subnet.</summary>
    /// <param name="netns">A name under /run/netns, or a path.</param>
    /// <param name="link">The interface; null for any but loopback.</param>
    /// <param name="subnet">The subnet, or null for any.</param>
    /// <returns>The address and its interface, or no address and why, in words.</returns>
    public static (IPAddress? Address, string Link, string Why) Find(string netns, string? link, IPNetwork? subnet)
    {
        try
        {
            using NetworkNamespace place = NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
            IReadOnlyList<FoundLink> all = place.Run(FoundLink.All);
            FoundLink[] meant = [.. all.Where(l => link is null ? !l.Loopback : l.Name == link)];
            if (link is not null && meant.Length == 0) return (null, "", $"there is no such interface in {netns}: it has {FoundLink.Told(all)}");
            (IPAddress Address, string Link)[] fit = [.. meant.SelectMany(l => l.Addresses.Where(a => subnet?.Contains(a) ?? true).Select(a => (a, l.Name)))];
            if (fit.Length == 1) return (fit[0].Address, fit[0].Link, "");
            string has = link is null ? FoundLink.Told(all) : FoundLink.Told(meant[0].Addresses), of = subnet is null ? "" : $" of {subnet}";
            return (null, "", fit.Length == 0 ? $"it has {has}, where one{of} is needed" : $"it has {has}, where there may be only one{of}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, "", e is FileNotFoundException or DirectoryNotFoundException ? $"there is no namespace {netns}" : e.Message);
        }
    }
}
