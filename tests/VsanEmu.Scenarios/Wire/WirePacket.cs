using System.Globalization;

namespace VsanEmu.Scenarios.Wire;

/// <summary>One packet as tshark, not this tool, reads it. Ephemeral ports are kept: <see cref="Folded"/> makes them 0.</summary>
internal sealed record WirePacket(
    DateTimeOffset At, string Port, int Protocol, string Source, int SourcePort, string Destination, int DestinationPort,
    bool Syn, bool Ack, int Length, int IgmpType, string IgmpGroup)
{
    public const int Tcp = 6;
    public const int Udp = 17;
    public const int Igmp = 2;

    private static readonly int[] KnownPorts = [2233, 12345, 23451, 12321];

    /// <summary>The fields that tshark is asked for, in the order of <see cref="Parse"/>.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "frame.time_epoch", "frame.interface_name", "ip.proto", "ip.src", "ip.dst", "udp.srcport", "udp.dstport", "tcp.srcport", "tcp.dstport",
        "tcp.flags.syn", "tcp.flags.ack", "udp.length", "tcp.len", "igmp.type", "igmp.maddr",
    ];

    public (int Protocol, string Source, int SourcePort, string Destination, int DestinationPort) Folded =>
        (Protocol, Source, Fold(SourcePort), Destination, Fold(DestinationPort));

    /// <summary>A line of tshark's output, or null for a packet without an IPv4 header.</summary>
    public static WirePacket? Parse(string line)
    {
        string[] f = line.Split('\t');
        if (f.Length != Fields.Count || f[2].Length == 0) return null;
        bool udp = f[5].Length > 0;
        double seconds = double.Parse(f[0], CultureInfo.InvariantCulture);
        return new WirePacket(
            DateTimeOffset.UnixEpoch.AddSeconds(seconds), f[1], Number(f[2]), f[3], Number(udp ? f[5] : f[7]), f[4], Number(udp ? f[6] : f[8]),
            f[9] is "1" or "True", f[10] is "1" or "True", Number(udp ? f[11] : f[12]), Hex(f[13]), f[14]);
    }

    private static int Number(string text) => text.Length == 0 ? 0 : int.Parse(text, CultureInfo.InvariantCulture);

    private static int Hex(string text) => text.Length == 0 ? 0 : Convert.ToInt32(text.Split(',')[0], text.StartsWith("0x", StringComparison.Ordinal) ? 16 : 10);

    private static int Fold(int port) => KnownPorts.Contains(port) ? port : 0;
}
