using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Core.Load;
using VsanEmu.Net.Bulk;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Opens the sockets of a load, each in its end's namespace.</summary>
internal static class LoadSockets
{
    /// <summary>How long a call waits at most, so that a thread sees that it is to end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    // Room for what comes while a receiver is not scheduled.
    private const int DatagramRoom = 16 << 20;

    private const string Reno = "reno";
    private const int LevelTcp = 6;
    private const int CongestionOption = 13; // TCP_CONGESTION

    private const int LevelSocket = 1;      // SOL_SOCKET
    private const int ReceiveTimeout = 20;  // SO_RCVTIMEO
    private const int SendTimeout = 21;     // SO_SNDTIMEO
    private const int SendRoomForce = 32;   // SO_SNDBUFFORCE
    private const int ReceiveRoomForce = 33; // SO_RCVBUFFORCE

    /// <summary>A socket that sends datagrams to one address, which may be a group.</summary>
    public static Socket Sender(ProbeSource from, IPEndPoint to, bool group, byte ttl, int dscp) => from.Namespace.Run(() => Made(SocketType.Dgram, ProtocolType.Udp, socket =>
    {
        if (group)
        {
            int index = LocalInterface.Find(from.Interface, from.Address).Index;
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, ttl);
            socket.MulticastLoopback = false;
        }

        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, dscp << 2);
        SetRoom(socket, SendRoomForce, SocketOptionName.SendBuffer, DatagramRoom / 4);
        SetPatience(socket);
        socket.Bind(new IPEndPoint(from.Address, 0));
        socket.Connect(to);
    }));

    /// <summary>A socket that receives datagrams at a port: of a group, which it joins, or of its own address.</summary>
    public static Socket Receiver(ProbeSource at, int port, IPAddress? group) => at.Namespace.Run(() => Made(SocketType.Dgram, ProtocolType.Udp, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        SetRoom(socket, ReceiveRoomForce, SocketOptionName.ReceiveBuffer, DatagramRoom);
        SetPatience(socket);
        socket.Bind(new IPEndPoint(group ?? at.Address, port));
        if (group is null) return;
        int index = LocalInterface.Find(at.Interface, at.Address).Index;
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, index));
    }));

    /// <summary>A listening socket.</summary>
    public static Socket Listener(ProbeSource at, int port, int backlog) => at.Namespace.Run(() => Made(SocketType.Stream, ProtocolType.Tcp, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(at.Address, port));
        socket.Listen(backlog);
    }));

    /// <summary>A TCP socket at an end, not connected, in the calling thread's namespace, which must be the end's.</summary>
    public static Socket StreamHere(ProbeSource at, LoadOptions options) => Made(SocketType.Stream, ProtocolType.Tcp, socket =>
    {
        if (!TryCongestion(socket, options.Congestion)) TryCongestion(socket, Reno);
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, options.Dscp << 2);
        socket.Bind(new IPEndPoint(at.Address, 0));
    });

    /// <summary>Makes system calls on a socket wait, whatever .NET has made of it.</summary>
    public static void SetBlocking(Socket socket) => Descriptor.SetBlocking(socket, true);

    /// <summary>Lets each call wait no longer than <see cref="Patience"/>; .NET's own timeouts do not reach system calls that are not its own.</summary>
    public static void SetPatience(Socket socket)
    {
        Span<byte> time = stackalloc byte[16]; // struct timeval
        BinaryPrimitives.WriteInt64LittleEndian(time[8..], (long)Patience.TotalMicroseconds);
        socket.SetRawSocketOption(LevelSocket, ReceiveTimeout, time);
        socket.SetRawSocketOption(LevelSocket, SendTimeout, time);
    }

    private static Socket Made(SocketType type, ProtocolType protocol, Action<Socket> prepare)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        try
        {
            prepare(socket);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool TryCongestion(Socket socket, string name)
    {
        try
        {
            socket.SetRawSocketOption(LevelTcp, CongestionOption, Encoding.ASCII.GetBytes(name));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // More than net.core.rmem_max with CAP_NET_ADMIN; what is allowed without.
    private static void SetRoom(Socket socket, int force, SocketOptionName option, int bytes)
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
