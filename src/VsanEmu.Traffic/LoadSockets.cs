using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Core.Load;
using VsanEmu.Net.Bulk;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Udp;

namespace VsanEmu.Traffic;

/// <summary>Opens the sockets of a load, each in its end's namespace.</summary>
internal static class LoadSockets
{
    /// <summary>How long a call waits at most, so that a thread sees that it is to end.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    // Room for what comes while a receiver is not scheduled.
    private const int DatagramRoom = 16 << 20;

    private const string Reno = "reno";
    private const string CongestionControls = "/proc/sys/net/ipv4/tcp_available_congestion_control";
    private const int LevelTcp = 6;
    private const int CongestionOption = 13; // TCP_CONGESTION

    private const int LevelSocket = 1;      // SOL_SOCKET
    private const int ReceiveTimeout = 20;  // SO_RCVTIMEO
    private const int SendTimeout = 21;     // SO_SNDTIMEO
    private const int MemoryInformation = 55; // SO_MEMINFO
    private const int DropsAt = 8 * sizeof(uint); // SK_MEMINFO_DROPS
    private const int MostMemberships = 20;

    /// <summary>A socket that sends datagrams, from a port of its own choice unless one is given: connected to one address, which may be a group, or free for several groups.</summary>
    public static Socket Sender(ProbeSource from, IPEndPoint? to, bool group, byte ttl, int dscp, int port = 0) => from.Namespace.Run(() => Made(SocketType.Dgram, ProtocolType.Udp, socket =>
    {
        if (group)
        {
            int index = Index(from);
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, ttl);
            socket.MulticastLoopback = false;
        }

        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService, dscp << 2);
        SocketRoom.Send(socket, DatagramRoom / 4);
        SetPatience(socket);
        socket.Bind(new IPEndPoint(from.Address, port));
        if (to is not null) socket.Connect(to);
    }));

    /// <summary>A socket that receives datagrams at a port: of a group, of many (which <see cref="Members"/> joins), or of its own address.</summary>
    public static Socket Receiver(ProbeSource at, int port, params IReadOnlyList<IPAddress> groups) => at.Namespace.Run(() => Made(SocketType.Dgram, ProtocolType.Udp, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        SocketRoom.Receive(socket, DatagramRoom);
        SetPatience(socket);
        socket.Bind(new IPEndPoint(groups.Count switch { 0 => at.Address, 1 => groups[0], _ => IPAddress.Any }, port));
        if (groups.Count == 1) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(groups[0], Index(at)));
    }));

    /// <summary>Sockets that do nothing but be members of groups: one may be in few only (net.ipv4.igmp_max_memberships). What comes goes to who is bound to any address.</summary>
    public static IReadOnlyList<Socket> Members(ProbeSource at, IReadOnlyList<IPAddress> groups) => at.Namespace.Run(() =>
    {
        int index = Index(at);
        return (Socket[])[.. groups.Chunk(MostMemberships).Select(some => Made(SocketType.Dgram, ProtocolType.Udp, socket =>
        {
            foreach (IPAddress group in some) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, index));
        }))];
    });

    /// <summary>How many of those one receiver of a load has, at most.</summary>
    public static int MembershipSockets(IReadOnlyList<LoadFlow> flows) => flows.Max(f => f.Groups.Count) is > 1 and int groups ? (groups + MostMemberships - 1) / MostMemberships : 0;

    /// <summary>Datagrams for which a socket had no room (SO_MEMINFO); 0 where the kernel does not say.</summary>
    public static long Dropped(Socket socket)
    {
        Span<byte> memory = stackalloc byte[DropsAt + sizeof(uint)];
        try
        {
            return socket.GetRawSocketOption(LevelSocket, MemoryInformation, memory) == memory.Length ? BinaryPrimitives.ReadUInt32LittleEndian(memory[DropsAt..]) : 0;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>A listening socket.</summary>
    public static Socket Listener(ProbeSource at, int port, int backlog) => at.Namespace.Run(() => Made(SocketType.Stream, ProtocolType.Tcp, socket =>
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(at.Address, port));
        socket.Listen(backlog);
    }));

    /// <summary>Sees whether the kernel has a congestion control that was asked for; what is taken by default need not be there.</summary>
    /// <exception cref="LoadException">It does not; the message says what it has.</exception>
    public static void CheckCongestion(LoadOptions options)
    {
        if (options.Congestion == new LoadOptions().Congestion) return;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (!TryCongestion(socket, options.Congestion)) throw new LoadException($"--congestion {options.Congestion}: this kernel has {Available()}");
    }

    private static string Available()
    {
        try
        {
            return string.Join(", ", File.ReadAllText(CongestionControls).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "none of that name";
        }
    }

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

    private static int Index(ProbeSource at) => LocalInterface.Find(at.Interface, at.Address).Index;

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
}
