using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Addresses;

namespace VsanEmu.Net.Probing;

/// <summary>An address that is to be probed.</summary>
/// <param name="Address">It.</param>
/// <param name="Zone">The interface that stands behind it; empty for none.</param>
/// <param name="Name">The name that resolved to it; empty when the address itself was given.</param>
public sealed record NamedAddress(IPAddress Address, string Zone, string Name);

/// <summary>Reads what a user wants probed: an address, or the name of a host, which DNS or the hosts file knows.</summary>
public static class TargetNames
{
    /// <summary>Addresses of one name that are probed, at most.</summary>
    public const int MostAddresses = 16;

    private const int LongestName = 253;
    private const int LongestLabel = 63;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Why a text is neither an address nor a host's name; null when it is one of them.</summary>
    public static string? Fault(string text)
    {
        if (AddressText.ReadZoned(text) is not null) return null;
        string[] parts = text.Split('.');
        if (AddressText.IsMeantAsV4(text))
            return parts.Any(p => p.Length > 1 && p[0] == '0') || parts.Length != 4 ? $"not an address: {AddressText.Allowed}" : "not an address";
        bool name = text.Length is > 0 and <= LongestName && text.TrimEnd('.').Split('.').All(IsLabel);
        return name ? null : $"not an address ({AddressText.Allowed}), nor a host's name";
    }

    /// <summary>The addresses.</summary>
    /// <param name="text">An address or a name, one that has no <see cref="Fault"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ProbeWayException">The name is not known here.</exception>
    public static async Task<IReadOnlyList<NamedAddress>> ResolveAsync(string text, CancellationToken cancellation)
    {
        if (AddressText.ReadZoned(text) is var (given, zone)) return [new(given, zone, "")];
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(text, cancellation).WaitAsync(Patience, cancellation).ConfigureAwait(false);
            if (found.Length == 0) throw ProbeWayException.NotNow($"the name {text} has no address");
            return [.. found.Distinct().Take(MostAddresses).Select(a => new NamedAddress(new IPAddress(a.GetAddressBytes()), a is { IsIPv6LinkLocal: true, ScopeId: > 0 } ? $"{a.ScopeId}" : "", text))];
        }
        catch (SocketException e)
        {
            throw ProbeWayException.NotNow($"the name {text} does not resolve: {e.Message}");
        }
        catch (TimeoutException)
        {
            throw ProbeWayException.NotNow($"the name {text} does not resolve: no answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && label[0] != '-' && label[^1] != '-';
}
