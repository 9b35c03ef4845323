using System.Net.Sockets;

namespace VsanEmu.Net.Udp;

/// <summary>How much a socket keeps while nobody reads or the wire is busy.</summary>
public static class SocketRoom
{
    private const int LevelSocket = 1;   // SOL_SOCKET
    private const int SendForce = 32;    // SO_SNDBUFFORCE
    private const int ReceiveForce = 33; // SO_RCVBUFFORCE

    /// <summary>Sets the receive buffer, bytes: more than net.core.rmem_max with CAP_NET_ADMIN, what is allowed without.</summary>
    public static void Receive(Socket socket, int bytes) => Set(socket, ReceiveForce, SocketOptionName.ReceiveBuffer, bytes);

    /// <summary>Sets the send buffer, bytes: more than net.core.wmem_max with CAP_NET_ADMIN, what is allowed without.</summary>
    public static void Send(Socket socket, int bytes) => Set(socket, SendForce, SocketOptionName.SendBuffer, bytes);

    private static void Set(Socket socket, int force, SocketOptionName option, int bytes)
    {
        try
        {
            socket.SetRawSocketOption(LevelSocket, force, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, option, bytes);
        }
    }
}
