using System.Buffers.Binary;
using System.Net.Sockets;

namespace VsanEmu.Net.Tcp;

/// <summary>What the kernel counts of one TCP connection (tcp(7), TCP_INFO; struct tcp_info in linux/tcp.h). A figure that this kernel does not know is 0.</summary>
/// <param name="Retransmitted">Segments sent again, so far.</param>
/// <param name="RoundTripUs">Smoothed round trip, µs.</param>
/// <param name="DataSegmentsOut">Segments with data that were sent, those sent again included.</param>
/// <param name="Unacknowledged">Segments sent and not yet acknowledged.</param>
/// <param name="DsackDuplicates">Segments sent again that the peer said it had already (RFC 2883).</param>
/// <param name="OutOfOrder">Segments that came ahead of an earlier one.</param>
/// <param name="BytesAcknowledged">Bytes that the peer's kernel acknowledged, the SYN's one included; it stays when the connection is reset.</param>
public readonly record struct TcpFigures(long Retransmitted, long RoundTripUs, long DataSegmentsOut, long Unacknowledged, long DsackDuplicates, long OutOfOrder, long BytesAcknowledged)
{
    private const int LevelTcp = 6;
    private const int TcpInformation = 11;

    // Offsets in struct tcp_info.
    private const int UnackedAt = 24;
    private const int RoundTripAt = 68;
    private const int RetransmitsAt = 100;
    private const int BytesAcknowledgedAt = 120;
    private const int DataSegmentsOutAt = 156;
    private const int DsackDuplicatesAt = 216;
    private const int OutOfOrderAt = 224;
    private const int Bytes = 232;

    /// <summary>Reads them; all 0 when the socket is gone.</summary>
    public static TcpFigures Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[Bytes];
        info.Clear();
        try
        {
            int length = socket.GetRawSocketOption(LevelTcp, TcpInformation, info);
            info[length..].Clear();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return default;
        }

        return new(At(info, RetransmitsAt), At(info, RoundTripAt), At(info, DataSegmentsOutAt), At(info, UnackedAt), At(info, DsackDuplicatesAt), At(info, OutOfOrderAt),
            BinaryPrimitives.ReadInt64LittleEndian(info[BytesAcknowledgedAt..]));
    }

    private static long At(ReadOnlySpan<byte> info, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(info[offset..]);
}
