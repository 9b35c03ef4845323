using System.Globalization;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Interfaces;

/// <summary>What an interface of the calling thread's namespace does with what is sent, and what passed it.</summary>
public static class InterfaceOffload
{
    private const string CutsDatagrams = "tx-udp-segmentation";
    private const string Statistics = "/proc/thread-self/net/dev";
    private const int CameColumn = 0;
    private const int LeftColumn = 8;

    /// <summary>The longest packet that it sends (MTU), bytes; 0 when it is not known.</summary>
    public static int Mtu(string name) => InterfaceRequests.Mtu(name);

    /// <summary>
    /// Whether it takes a burst of datagrams as one, to cut it later or hand it on as it is (<c>ethtool -k</c>: tx-udp-segmentation); when not, the kernel cuts bursts before they leave by it.
    /// Null when neither the kernel nor the interface says.
    /// </summary>
    public static bool? TakesBursts(string name) => InterfaceRequests.FeaturesOn(name)?.Contains(CutsDatagrams);

    /// <summary>Bytes of frames, and frames, that came by it and that left by it since it was made; null when that is not known.</summary>
    public static (long Came, long Left, long CameFrames, long LeftFrames)? Bytes(string name)
    {
        try
        {
            // "  eth0: received bytes, packets and six more; sent bytes, …"
            string? line = File.ReadLines(Statistics).FirstOrDefault(l => l.AsSpan().TrimStart().StartsWith($"{name}:", StringComparison.Ordinal));
            string[]? columns = line?[(line.IndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return columns is { Length: > LeftColumn + 1 } ? (Number(columns[CameColumn]), Number(columns[LeftColumn]), Number(columns[CameColumn + 1]), Number(columns[LeftColumn + 1])) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static long Number(string digits) => long.Parse(digits, CultureInfo.InvariantCulture);
}
