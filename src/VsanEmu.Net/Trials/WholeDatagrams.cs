using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Trials;

/// <summary>
/// A socket that hears one other endpoint's marked datagrams on the Agent Group's port, whole, as any program would get them: the kernel has put fragments together
/// (RFC 791). It is connected, so that it shares the port with whoever else is bound to it, and takes nobody else's.
/// </summary>
internal sealed class WholeDatagrams : IDisposable
{
    private const int Room = 2 << 20;
    private const int MostDatagrams = 4096;

    private readonly Socket _socket;

    /// <exception cref="SocketException">The port is taken by a socket that does not share it.</exception>
    internal WholeDatagrams(ProbeSource at, IPAddress from, int port) => _socket = at.Namespace.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            SocketRoom.Receive(socket, Room);
            socket.Bind(new IPEndPoint(at.Address, port));
            socket.Connect(from, port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>How many different datagrams of a trial have come, each of this length.</summary>
    internal int Count(ulong run, int trial, int length)
    {
        byte[] datagram = new byte[ushort.MaxValue];
        var heard = new HashSet<int>();
        for (int i = 0; i < MostDatagrams && Next(datagram) is >= 0 and int got; i++)
        {
            if (got == length && TrialDatagram.TryParse(datagram.AsSpan(0, got), out TrialDatagram mark) && (mark.Run, mark.Trial) == (run, trial)) heard.Add(mark.Index);
        }

        return heard.Count;
    }

    public void Dispose() => _socket.Dispose();

    // -1 when there are no more. A port that nobody listened to may have refused an earlier one (ICMP 3/3): that is told once, and is none.
    private int Next(byte[] datagram)
    {
        for (int tries = 0; tries < 2; tries++)
        {
            int got = _socket.Receive(datagram, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success) return got;
            if (error == SocketError.WouldBlock) return -1;
        }

        return -1;
    }
}
