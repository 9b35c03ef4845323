using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace VsanEmu.Core.Addresses;

/// <summary>
/// The one reader of addresses as people write them, for specs, options, records and messages: IPv4 as four decimal numbers, IPv6 as RFC 4291 2.2 has it.
/// <see cref="IPAddress.Parse(string)"/> also takes <c>1</c>, <c>0x7f.1</c>, <c>198.18.0.012</c> (in octal) and <c>[::1]:80</c>, which nobody means.
/// </summary>
public static class AddressText
{
    /// <summary>What <see cref="Read"/> takes, for messages.</summary>
    public const string Allowed = "IPv4 as four decimal numbers without leading zeros, or IPv6";

    private const int Groups = 8;

    // The longest of six groups and an IPv4 address.
    private const int LongestV6 = 45;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>An address of either family; null when the text is none. A zone is not allowed.</summary>
    public static IPAddress? Read(string text) => text.Contains(':') ? ReadV6(text) : ReadV4(text);

    /// <summary>An IPv4 address: four decimal numbers up to 255, without leading zeros, with dots between them. Null when the text is none.</summary>
    public static IPAddress? ReadV4(string text)
    {
        string[] parts = text.Split('.', 5);
        if (parts.Length != 4) return null;
        Span<byte> octets = stackalloc byte[4];
        for (int i = 0; i < 4; i++)
            if (!IsPlainNumber(parts[i]) || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out octets[i])) return null;
        return new IPAddress(octets);
    }

    /// <summary>An address that may have a zone behind it, as <c>fe80::1%eth0</c> (RFC 4007 11). The zone is empty when there is none; null when the text is no address.</summary>
    public static (IPAddress Address, string Zone)? ReadZoned(string text)
    {
        int at = text.IndexOf('%');
        if (at < 0) return Read(text) is { } plain ? (plain, "") : null;
        return at < text.Length - 1 && ReadV6(text[..at]) is { } address ? (address, text[(at + 1)..]) : null;
    }

    /// <summary>As a program wrote it: a zone is the interface's number, and becomes <see cref="IPAddress.ScopeId"/>.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static IPAddress Parse(string text)
    {
        if (ReadZoned(text) is not var (address, zone)) throw new FormatException($"'{text}' is not an address");
        if (zone.Length == 0) return address;
        return uint.TryParse(zone, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? new IPAddress(address.GetAddressBytes(), number)
            : throw new FormatException($"'{text}' is not an address: its zone is no number");
    }

    /// <summary>An IPv4 address and the length of a prefix, as <c>198.18.0.7/24</c>. Null when the text is none.</summary>
    public static (IPAddress Address, int Length)? ReadPrefix(string text)
    {
        int slash = text.IndexOf('/');
        if (slash < 0 || ReadV4(text[..slash]) is not { } address || !IsPlainNumber(text[(slash + 1)..])) return null;
        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 32 ? (address, length) : null;
    }

    /// <summary>An IPv4 network: a prefix without bits behind it. Null when the text is none.</summary>
    public static IPNetwork? ReadNetwork(string text)
    {
        if (ReadPrefix(text) is not var (address, length)) return null;
        uint bits = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        return length < 32 && (bits & (uint.MaxValue >> length)) != 0 ? null : new IPNetwork(address, length);
    }

    /// <summary>True for what can only be meant as an IPv4 address, right or wrong, and for no name: no top-level domain is a number.</summary>
    public static bool IsMeantAsV4(string host)
    {
        string last = host.TrimEnd('.').Split('.')[^1];
        return last.Length > 0 && (last.All(char.IsAsciiDigit) || (last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && last.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0));
    }

    private static bool IsPlainNumber(string text) => text.Length is 1 or 2 or 3 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');

    private static IPAddress? ReadV6(string text)
    {
        if (text.Length > LongestV6) return null;
        int gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0) return ReadGroups(text, mayEndInV4: true) is { Count: Groups } whole ? FromGroups(whole, 0, whole.Count) : null;
        // What follows a gap begins with a group, and holds no other gap.
        string tail = text[(gap + 2)..];
        if (tail.StartsWith(':') || ReadGroups(text[..gap], mayEndInV4: false) is not { } before || ReadGroups(tail, mayEndInV4: true) is not { } after) return null;
        // A gap stands for one group at least.
        return before.Count + after.Count < Groups ? FromGroups([.. before, .. after], before.Count, before.Count + after.Count) : null;
    }

    private static List<ushort>? ReadGroups(string text, bool mayEndInV4)
    {
        var groups = new List<ushort>();
        if (text.Length == 0) return groups;
        string[] parts = text.Split(':');
        for (int i = 0; i < parts.Length; i++)
        {
            if (mayEndInV4 && i == parts.Length - 1 && ReadV4(parts[i]) is { } last)
            {
                byte[] octets = last.GetAddressBytes();
                groups.Add((ushort)((octets[0] << 8) | octets[1]));
                groups.Add((ushort)((octets[2] << 8) | octets[3]));
            }
            else if (parts[i].Length is >= 1 and <= 4 && ushort.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort group))
            {
                groups.Add(group);
            }
            else
            {
                return null;
            }
        }

        return groups;
    }

    private static IPAddress FromGroups(List<ushort> groups, int gapAt, int count)
    {
        Span<byte> octets = stackalloc byte[2 * Groups];
        for (int i = 0; i < count; i++)
        {
            int at = i < gapAt || count == Groups ? i : i + Groups - count;
            BinaryPrimitives.WriteUInt16BigEndian(octets[(2 * at)..], groups[i]);
        }

        return new IPAddress(octets);
    }
}
