using System.Net;

namespace VsanEmu.Core.Probing;

/// <summary>Addresses that hardly anybody has, to ask for: who answers for them too answers for anybody, as a proxy does.</summary>
public static class UnusedAddresses
{
    // A proxy may answer for a part of the subnet only: one address near the target, one farther away, and one from anywhere.
    private static readonly int[] Spans = [4, 6, int.MaxValue];

    // Of a /64 nobody has even a small part.
    private static readonly int[] SpansV6 = [8, int.MaxValue];

    private const int Draws = 32;

    /// <summary>Draws a few of the interface's subnet; none where the target is not in it, or it has no room for anybody else.</summary>
    /// <param name="target">The address that is answered for.</param>
    /// <param name="own">The address of who asks.</param>
    /// <param name="prefixLength">That one's prefix length.</param>
    /// <param name="taken">Addresses that somebody is known to have.</param>
    /// <param name="random">Where they come from.</param>
    public static IReadOnlyList<IPAddress> Of(IPAddress target, IPAddress own, int prefixLength, IReadOnlyCollection<IPAddress> taken, Random random)
    {
        byte[] address = target.GetAddressBytes();
        int hostBits = (address.Length * 8) - prefixLength;
        var chosen = new List<IPAddress>();
        if (!SamePrefix(address, own.GetAddressBytes(), prefixLength)) return chosen;
        foreach (int span in (address.Length == 4 ? Spans : SpansV6).Select(s => Math.Min(s, hostBits)).Where(s => s > 1).Distinct())
            if (Draw(address, span, hostBits, [target, own, .. taken, .. chosen], random) is { } drawn) chosen.Add(drawn);
        return chosen;
    }

    private static bool SamePrefix(byte[] one, byte[] other, int prefixLength) =>
        one.Length == other.Length && Enumerable.Range(0, prefixLength).All(bit => ((one[bit / 8] ^ other[bit / 8]) & (0x80 >> (bit % 8))) == 0);

    private static IPAddress? Draw(byte[] address, int span, int hostBits, IReadOnlyList<IPAddress> taken, Random random)
    {
        for (int i = 0; i < Draws; i++)
        {
            byte[] bytes = Varied(address, span, random);
            var drawn = new IPAddress(bytes);
            if (!IsReserved(bytes, hostBits) && !taken.Any(t => t.GetAddressBytes().AsSpan().SequenceEqual(bytes))) return drawn;
        }

        return null;
    }

    private static byte[] Varied(byte[] address, int span, Random random)
    {
        byte[] bytes = [.. address];
        for (int bit = 0; bit < span; bit++)
            if (random.Next(2) == 1) bytes[^((bit / 8) + 1)] ^= (byte)(1 << (bit % 8));
        return bytes;
    }

    // The subnet's own address, IPv6's for any of its routers, and IPv4's broadcast.
    private static bool IsReserved(byte[] bytes, int hostBits)
    {
        int ones = Enumerable.Range(0, hostBits).Count(bit => (bytes[^((bit / 8) + 1)] & (1 << (bit % 8))) != 0);
        return ones == 0 || (ones == hostBits && bytes.Length == 4);
    }
}
