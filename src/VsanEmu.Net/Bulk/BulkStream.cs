using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Core.Load;
using VsanEmu.Net.Native;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Net.Bulk;

/// <summary>A TCP connection's bytes in bulk, without looking at them. For one thread in each direction.</summary>
public static unsafe class BulkStream
{
    // Up to what was sent again, which Linux tells from 4.19 on.
    private const int FactsBytes = TcpInfo.AgainAt + sizeof(long);

    private const uint CloseOnExec = 1; // MFD_CLOEXEC

    // Zeros, in a file of memory: sendfile(2) hands its pages on as they are, where send(2) would copy them. What is sent is never looked at.
    private static readonly int ZeroFile = MakeZeroFile();

    // Where there is no such file.
    private static readonly byte* Zeros = ZeroFile < 0 ? (byte*)NativeMemory.AllocZeroed(MostBytes) : null;

    /// <summary>Bytes of one call, at most.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>Sends up to <paramref name="count"/> bytes. How many were taken; 0 when the socket's time limit was reached or there is no room.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public static int Send(Socket socket, int count)
    {
        int fd = (int)socket.Handle;
        nuint length = (nuint)Math.Min(count, MostBytes);
        long offset = 0;
        return Moved(ZeroFile >= 0 ? Libc.SendFile(fd, ZeroFile, ref offset, length) : Libc.Send(fd, Zeros, length, Libc.MsgNoSignal));
    }

    /// <summary>Sends bytes of the caller's. How many were taken; 0 when there is no room now.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public static int Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes) return Moved(Libc.Send((int)socket.Handle, data, (nuint)bytes.Length, Libc.MsgNoSignal));
    }

    /// <summary>Reads what has come. How many bytes; 0 when there are none now; -1 at the end of the stream.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public static int Receive(Socket socket, Span<byte> buffer)
    {
        fixed (byte* data = buffer)
        {
            nint count = Libc.Receive((int)socket.Handle, data, (nuint)buffer.Length, 0);
            return count == 0 ? -1 : Moved(count);
        }
    }

    /// <summary>Takes what has come, without a copy. How many bytes; 0 when there were none in time; -1 at the end of the stream.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public static int Discard(Socket socket, int most = MostBytes)
    {
        nint count = Libc.Receive((int)socket.Handle, null, (nuint)most, Libc.MsgTruncate);
        return count == 0 ? -1 : Moved(count);
    }

    /// <summary>Segments sent again, and the smoothed round trip in microseconds.</summary>
    public static (long Retransmits, long RoundTripUs) Information(Socket socket)
    {
        TcpFigures figures = TcpFigures.Of(socket);
        return (figures.Retransmitted, figures.RoundTripUs);
    }

    /// <summary>How long a connection was busy, and with what (tcp(7), TCP_INFO); null where the kernel does not say.</summary>
    /// <exception cref="SocketException">It is closed.</exception>
    public static TcpFacts? Facts(Socket socket)
    {
        Span<byte> info = stackalloc byte[FactsBytes];
        return TcpInfo.Read(socket, info) < FactsBytes ? null : new(
            TcpInfo.Wide(info, TcpInfo.BusyAt), TcpInfo.Wide(info, TcpInfo.PeerWindowAt), TcpInfo.Wide(info, TcpInfo.SendBufferAt), TcpInfo.Wide(info, TcpInfo.SentAt),
            TcpInfo.Wide(info, TcpInfo.AckedAt), TcpInfo.Wide(info, TcpInfo.AgainAt), (int)TcpInfo.At(info, TcpInfo.SegmentAt));
    }

    private static int MakeZeroFile()
    {
        int file = Libc.MemoryFile("zeros", CloseOnExec);
        return file >= 0 && Libc.Truncate(file, MostBytes) == 0 ? file : -1;
    }

    private static int Moved(nint count)
    {
        if (count >= 0) return (int)count;
        SocketError error = Errors.OfLast();
        return error is SocketError.WouldBlock or SocketError.Interrupted ? 0 : throw new SocketException((int)error);
    }
}
