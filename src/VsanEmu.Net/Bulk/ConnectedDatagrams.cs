using System.Net.Sockets;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>One datagram at a time on a connected socket, by the shortest way into the kernel.</summary>
public static unsafe class ConnectedDatagrams
{
    /// <summary>Sends one. False when it could not be sent now.</summary>
    public static bool TrySend(Socket socket, ReadOnlySpan<byte> datagram)
    {
        fixed (byte* data = datagram) return Libc.Send((int)socket.Handle, data, (nuint)datagram.Length, Libc.MsgNoSignal) == datagram.Length;
    }

    /// <summary>Waits for one, as long as the socket's timeout. Its length; -1 when none came.</summary>
    public static int Receive(Socket socket, Span<byte> datagram)
    {
        fixed (byte* data = datagram) return (int)Libc.Receive((int)socket.Handle, data, (nuint)datagram.Length, 0);
    }
}
