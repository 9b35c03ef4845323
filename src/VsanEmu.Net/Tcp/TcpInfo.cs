using System.Buffers.Binary;
using System.Net.Sockets;

namespace VsanEmu.Net.Tcp;

/// <summary>What the kernel tells of one TCP connection: struct tcp_info of linux/tcp.h (tcp(7), TCP_INFO), and where its figures are in it.</summary>
internal static class TcpInfo
{
    public const int SegmentAt = 16;
    public const int RoundTripAt = 68;
    public const int RetransmitsAt = 100;
    public const int AckedAt = 120;
    public const int DataSegmentsOutAt = 156;
    public const int BusyAt = 168;
    public const int PeerWindowAt = 176;
    public const int SendBufferAt = 184;
    public const int SentAt = 200;
    public const int AgainAt = 208;
    public const int DsackDuplicatesAt = 216;
    public const int OutOfOrderAt = 224;

    /// <summary>Bytes of it that are looked at.</summary>
    public const int Bytes = 232;

    private const int LevelTcp = 6;
    private const int Option = 11;

    /// <summary>Reads it; how many bytes this kernel knows, the others are 0.</summary>
    /// <exception cref="SocketException">The connection is closed.</exception>
    public static int Read(Socket socket, Span<byte> info)
    {
        int length = socket.GetRawSocketOption(LevelTcp, Option, info);
        info[length..].Clear();
        return length;
    }

    /// <summary>A figure of 32 bits.</summary>
    public static long At(ReadOnlySpan<byte> info, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(info[offset..]);

    /// <summary>A figure of 64 bits.</summary>
    public static long Wide(ReadOnlySpan<byte> info, int offset) => BinaryPrimitives.ReadInt64LittleEndian(info[offset..]);
}
