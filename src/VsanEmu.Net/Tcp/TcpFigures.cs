using System.Net.Sockets;

namespace VsanEmu.Net.Tcp;

/// <summary>What the kernel counts of one TCP connection (<see cref="TcpInfo"/>). A figure that this kernel does not know is 0.</summary>
/// <param name="Retransmitted">Segments sent again, so far.</param>
/// <param name="RoundTripUs">Smoothed round trip, µs.</param>
/// <param name="DataSegmentsOut">Segments with data that were sent, those sent again included.</param>
/// <param name="DsackDuplicates">Segments sent again that the peer said it had already (RFC 2883).</param>
/// <param name="OutOfOrder">Segments that came ahead of an earlier one.</param>
/// <param name="BytesAcknowledged">Bytes that the peer's kernel acknowledged, the SYN's one included; it stays when the connection is reset.</param>
public readonly record struct TcpFigures(long Retransmitted, long RoundTripUs, long DataSegmentsOut, long DsackDuplicates, long OutOfOrder, long BytesAcknowledged)
{
    /// <summary>Reads them; all 0 when the socket is gone.</summary>
    public static TcpFigures Of(Socket socket)
    {
        Span<byte> info = stackalloc byte[TcpInfo.Bytes];
        try
        {
            TcpInfo.Read(socket, info);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return default;
        }

        return new(
            TcpInfo.At(info, TcpInfo.RetransmitsAt), TcpInfo.At(info, TcpInfo.RoundTripAt), TcpInfo.At(info, TcpInfo.DataSegmentsOutAt),
            TcpInfo.At(info, TcpInfo.DsackDuplicatesAt), TcpInfo.At(info, TcpInfo.OutOfOrderAt), TcpInfo.Wide(info, TcpInfo.AckedAt));
    }
}
