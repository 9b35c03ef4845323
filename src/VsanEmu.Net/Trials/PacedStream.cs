using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Native;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Trials;

/// <summary>One stream on its way: its socket, and how far it is. Used by the pacer's thread alone, once it was made.</summary>
internal sealed class PacedStream : IDisposable
{
    internal const int HeaderBytes = 28; // IPv4 and UDP

    // ip(7), linux/in.h: set don't-fragment, and do not let what is known of the path's MTU refuse a datagram.
    private const int MtuDiscover = 10;
    private const int DiscoverByProbing = 3;

    // No don't-fragment: the kernel cuts what is longer than the interface's MTU.
    private const int DiscoverNot = 0;

    private readonly TrialStream _order;
    private readonly ulong _run;
    private readonly Socket _socket;
    private readonly byte[] _to;
    private readonly byte[] _datagram;
    private readonly TaskCompletionSource<StreamSent> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _next;
    private int _sent;
    private int _refused;
    private int _error;
    private long _startNs;
    private long _endNs;

    /// <exception cref="SocketException">The port is taken by a socket that does not share it.</exception>
    /// <exception cref="LocalInterfaceException">The interface lacks its address, or is down.</exception>
    internal PacedStream(TrialStream order, ulong run, ProbeSource from)
    {
        int most = order.MayBeCut ? TrialStream.MaxCutBytes : TrialStream.MaxBytes;
        if (order.Bytes < TrialStream.MinBytes || order.Bytes > most)
            throw new ArgumentOutOfRangeException(nameof(order), order.Bytes, $"a trial's datagrams have {TrialStream.MinBytes} to {most} bytes");
        _order = order;
        _run = run;
        _datagram = new byte[order.Bytes - HeaderBytes];
        SocketAddress to = new IPEndPoint(order.To, order.Port).Serialize();
        _to = to.Buffer[..to.Size].ToArray();
        IntervalNs = (long)(order.Interval.TotalMicroseconds * 1000);
        _socket = from.Namespace.Run(() => Open(order, from));
    }

    internal long IntervalNs { get; }

    internal Task<StreamSent> Done => _done.Task;

    /// <summary>Sends the next datagram. False when it was the last. What the kernel refuses is not sent, and counted; the stream goes on.</summary>
    internal bool SendNext(long nowNs)
    {
        new TrialDatagram(_run, _order.Trial, _next++, _order.Count).Write(_datagram);
        int error = Send();
        if (_sent == 0) _startNs = nowNs;
        if (error == 0)
        {
            _sent++;
            _endNs = nowNs;
        }
        else if (_refused++ == 0)
        {
            _error = error;
        }

        return _next < _order.Count;
    }

    internal void Finish() =>
        _done.TrySetResult(new StreamSent(_sent, _startNs, Math.Max(_startNs, _endNs), _refused == 0 ? "" : SendRefusal.Words(_error), _refused));

    public void Dispose()
    {
        _socket.Dispose();
        _done.TrySetCanceled();
    }

    private static Socket Open(TrialStream order, ProbeSource from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false, MulticastLoopback = false };
        try
        {
            // A member's own sockets have the port, too, and share it.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            if (IsGroup(order.To))
            {
                int index = LocalInterface.Find(from.Interface, from.Address).Index;
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(index));
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, order.Ttl);
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.IpTimeToLive, order.Ttl);
                socket.SetRawSocketOption((int)SocketOptionLevel.IP, MtuDiscover, [order.MayBeCut ? (byte)DiscoverNot : (byte)DiscoverByProbing, 0, 0, 0]);
            }

            socket.Bind(new IPEndPoint(from.Address, order.Port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsGroup(IPAddress address) => address.GetAddressBytes()[0] is >= 224 and < 240;

    // Not connected: an ICMP error about one datagram is no reason to refuse the next. By the system call, since a firewall may refuse thousands a second, each a costly exception else.
    private unsafe int Send()
    {
        fixed (byte* data = _datagram, to = _to)
            return Libc.SendTo((int)_socket.Handle, data, (nuint)_datagram.Length, Libc.MsgNoSignal, to, (uint)_to.Length) >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }
}
