using System.Net;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Addresses;
using VsanEmu.Core.Observations;

namespace VsanEmu.Cli.Hosts;

/// <summary>What a host says of itself, as far as it can be: whoever may write to the server may have said it.</summary>
/// <param name="Name">Its name, of what a key may have.</param>
/// <param name="Kind">Member, observer or outsider.</param>
/// <param name="Address">Its IPv4 address; null for none.</param>
/// <param name="Subnet">The network of the address.</param>
/// <param name="Interface">Its interface, not checked; empty for none.</param>
internal sealed record Said(string Name, PortKind Kind, IPAddress? Address, IPNetwork Subnet, string Interface)
{
    private const int MostShown = 63;

    // A /31 or /32 is no network of several hosts.
    private const int MostPrefix = 30;

    /// <summary>Reads it.</summary>
    /// <exception cref="HostException">It cannot be; the message names the host.</exception>
    public static Said Of(HostPresence host)
    {
        try
        {
            Space.CheckName("it", host.Name);
        }
        catch (FormatException)
        {
            throw Nonsense(host, "that is no host's name");
        }

        if (host.Kind is not (PortKind.Member or PortKind.Observer or PortKind.Outsider)) throw Nonsense(host, $"it is a {Shown($"{host.Kind}".ToLowerInvariant())}");
        if (host.Address.Length == 0) return new(host.Name, host.Kind, null, default, host.Interface);
        if (AddressText.ReadPrefix(host.Address) is not { Length: > 0 and <= MostPrefix } own)
            throw Nonsense(host, $"its address is '{Shown(host.Address)}', no IPv4 address with the length of its prefix");
        return new(host.Name, host.Kind, own.Address, Network(own.Address, own.Length), host.Interface);
    }

    /// <summary>What others wrote, fit to be shown: of bounded length, and nothing in it that a terminal would obey.</summary>
    public static string Shown(string text, int most = MostShown)
    {
        string plain = string.Concat(text.Take(most).Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= most ? plain : $"{plain}...";
    }

    private static HostException Nonsense(HostPresence host, string what) => new($"host '{Shown(host.Name)}' says of itself what cannot be: {what}");

    private static IPNetwork Network(IPAddress address, int prefix)
    {
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        for (int bit = prefix; bit < 32; bit++) octets[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(octets), prefix);
    }
}
