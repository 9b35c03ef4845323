using System.Net;
using VsanEmu.Core.Addresses;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Attachments;

/// <summary>What address an interface in an existing namespace has: for specs that leave it out.</summary>
public static class InterfaceAddress
{
    /// <summary>The only IPv4 address of the interface that lies in the subnet.</summary>
    /// <param name="netns">A name under /run/netns, or a path.</param>
    /// <param name="link">The interface.</param>
    /// <param name="subnet">The subnet, or null for any.</param>
    /// <returns>The address, or null and why, in words.</returns>
    public static (IPAddress? Address, string Why) Find(string netns, string link, IPNetwork? subnet)
    {
        try
        {
            using NetworkNamespace place = NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
            if (place.Run(() => LinkFacts.Read(link)) is not { } facts) return (null, $"there is no such interface in {netns}");
            IPAddress[] all = [.. facts.Addresses.Where(a => !a.Contains(':')).Select(a => AddressText.Parse(a[..a.IndexOf('/')]))];
            IPAddress[] fit = [.. all.Where(a => subnet is null || subnet.Value.Contains(a))];
            if (fit.Length == 1) return (fit[0], "");
            string has = all.Length == 0 ? "no address" : string.Join(", ", all.AsEnumerable());
            return (null, $"it has {has}{(subnet is null ? "" : $", where one of {subnet} is needed")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e is FileNotFoundException or DirectoryNotFoundException ? $"there is no namespace {netns}" : e.Message);
        }
    }
}
