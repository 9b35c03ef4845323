using System.Net;
using System.Text.Json;
using VsanEmu.Core.Addresses;
using VsanEmu.Net.Tools;

namespace VsanEmu.Net.Attachments;

/// <summary>An interface that is there, as far as an endpoint's is looked for among several.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Up">Whether it is up.</param>
/// <param name="Loopback">Whether it leads nowhere.</param>
/// <param name="Master">The bridge or bond that it belongs to; empty for none.</param>
/// <param name="Addresses">Its IPv4 addresses.</param>
internal sealed record FoundLink(string Name, bool Up, bool Loopback, string Master, IReadOnlyList<IPAddress> Addresses)
{
    // Enough to see what is meant; the message is one line.
    private const int MostTold = 12;

    /// <summary>All of the calling thread's namespace.</summary>
    /// <exception cref="ToolException">ip is missing or failed.</exception>
    public static IReadOnlyList<FoundLink> All() =>
    [
        .. (JsonSerializer.Deserialize(Tool.Run("ip", ["-j", "addr", "show"]), LinkContext.Default.LinkArray) ?? []).Select(l => new FoundLink(
            l.Name, l.Flags.Contains("UP"), l.Flags.Contains("LOOPBACK"), l.Master, [.. l.Addresses.Where(a => a.Local.Length > 0 && !a.Local.Contains(':')).Select(a => AddressText.Parse(a.Local))])),
    ];

    /// <summary>
    /// The one that an endpoint means that names none: which has its address; else which has one of its subnet; else, where no address tells, the only one that is up
    /// and may have addresses (a bridge's ports do not).
    /// </summary>
    /// <param name="all">What is there.</param>
    /// <param name="address">The endpoint's address, or null for none.</param>
    /// <param name="subnet">The subnet that it is in, or null.</param>
    /// <param name="why">What is unclear, in words, when there is none or more than one.</param>
    public static string? Choose(IReadOnlyList<FoundLink> all, IPAddress? address, IPNetwork? subnet, out string why)
    {
        why = "";
        FoundLink[] own = [.. all.Where(l => !l.Loopback)];
        (FoundLink[] Found, string Which)[] ways =
        [
            ([.. own.Where(l => address is not null && l.Addresses.Contains(address))], $"have {address}"),
            ([.. own.Where(l => subnet is { } net && l.Addresses.Any(net.Contains))], $"have an address of {subnet}"),
            ([.. own.Where(l => l.Up && l.Master.Length == 0)], "are up"),
        ];
        (FoundLink[] found, string which) = ways.FirstOrDefault(w => w.Found.Length > 0, ([], ""));
        if (found.Length == 1) return found[0].Name;
        string unclear = found.Length == 0 ? "none is up" : $"{found.Length} {which}";
        why = $"no interface is named, and which one is meant is not clear: {(own.Length == 0 ? "there is none but loopback" : $"of {Told(all)} {unclear}")}";
        return null;
    }

    /// <summary>Interfaces with what they have: <c>eth0 (198.18.0.11), ens3 (no address, down)</c>. Loopback is left out.</summary>
    public static string Told(IReadOnlyList<FoundLink> links)
    {
        string[] told = [.. links.Where(l => !l.Loopback).Select(l => $"{l.Name} ({Told(l.Addresses)}{(l.Up ? "" : ", down")})")];
        return told.Length == 0 ? "no interface but loopback" : string.Join(", ", told.Take(MostTold)) + (told.Length > MostTold ? $" and {told.Length - MostTold} more" : "");
    }

    /// <summary>Addresses in words.</summary>
    public static string Told(IReadOnlyList<IPAddress> addresses) => addresses.Count == 0 ? "no address" : string.Join(", ", addresses.Take(MostTold));
}
