using System.Globalization;

namespace VsanEmu.Net.Processes;

/// <summary>
/// What the kernel threw away by itself, before it reached a wire or after it had come from one: frames between ports and receivers, machine-wide; and datagrams of this process's own
/// namespace (a container's, a host's) for which a socket had no room, or that it could not send, as when the machine's ARP table or a queue of its own port was full.
/// </summary>
public static class OwnLosses
{
    private const string SoftnetStatistics = "/proc/net/softnet_stat";
    private const int DroppedColumn = 1;

    // Two lines for each protocol: names, then figures (RFC 4113, and what Linux counts beside it).
    private const string ProtocolStatistics = "/proc/net/snmp";
    private const string Udp = "Udp:";
    private static readonly string[] NoRoom = ["RcvbufErrors", "SndbufErrors"];

    /// <summary>All of it since the machine started.</summary>
    /// <exception cref="IOException">The kernel does not tell; the message says what of it.</exception>
    public static long Count()
    {
        try
        {
            return Frames() + Datagrams(ProtocolStatistics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new IOException($"{SoftnetStatistics} and {ProtocolStatistics} cannot be read here ({e.Message})", e);
        }
    }

    /// <summary>Datagrams for which there was no room, by such a file.</summary>
    internal static long Datagrams(string path)
    {
        string[][] udp = [.. File.ReadLines(path).Where(l => l.StartsWith(Udp, StringComparison.Ordinal)).Select(l => l.Split(' '))];
        return NoRoom.Sum(name => long.Parse(udp[1][Array.IndexOf(udp[0], name)], CultureInfo.InvariantCulture));
    }

    /// <summary>Frames between ports and receivers alone, machine-wide, since the machine started; 0 where the kernel does not say.</summary>
    public static long FramesDropped()
    {
        try
        {
            return Frames();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return 0;
        }
    }

    // One line for each processor, hexadecimal.
    private static long Frames() =>
        File.ReadLines(SoftnetStatistics).Sum(l => long.Parse(l.Split(' ')[DroppedColumn], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
