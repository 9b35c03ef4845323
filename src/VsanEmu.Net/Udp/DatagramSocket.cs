using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Net.Udp;

/// <summary>A UDP socket that a <see cref="ReceiveLoop"/> reads. What goes wrong on the wire is counted or returned, never thrown.</summary>
public abstract class DatagramSocket : IDisposable
{
    /// <summary>Default receive buffer, bytes: some 2 s of 64 members' heartbeats and then a burst. Without CAP_NET_ADMIN the kernel may give less (net.core.rmem_max).</summary>
    public const int DefaultReceiveBuffer = 1 << 20;

    private ReceiveLoop? _loop;
    private long _received;
    private long _receiveErrors;

    /// <summary>Makes a socket of its kind; the derived class binds it.</summary>
    /// <param name="receiveBuffer">Receive buffer asked for, bytes.</param>
    protected DatagramSocket(int receiveBuffer)
    {
        Receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        SocketRoom.Receive(Receiver, receiveBuffer);
    }

    /// <summary>The address and port that it receives on; for a group the group's.</summary>
    public Ipv4Endpoint Local { get; private set; }

    /// <summary>Datagrams received so far.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Receives that failed (interface down, an ICMP error for something sent).</summary>
    public long ReceiveErrors => Volatile.Read(ref _receiveErrors);

    /// <summary>The receiving socket.</summary>
    internal Socket Receiver { get; }

    /// <summary>From now on <paramref name="loop"/> gives what arrives to <paramref name="handler"/>.</summary>
    /// <exception cref="InvalidOperationException">It is being received already.</exception>
    public void StartReceiving(ReceiveLoop loop, IDatagramHandler handler)
    {
        if (Interlocked.CompareExchange(ref _loop, loop, null) is not null) throw new InvalidOperationException("this socket is being received already");
        loop.Add(this, handler);
    }

    /// <summary>Closes the socket. A joined group is left, as far as the interface still carries the message.</summary>
    public void Dispose()
    {
        _loop?.Remove(this);
        Close();
        Receiver.Dispose();
        GC.SuppressFinalize(this);
    }

    internal void CountReceived(int datagrams) => Volatile.Write(ref _received, _received + datagrams);

    internal void CountReceiveError() => Volatile.Write(ref _receiveErrors, _receiveErrors + 1);

    /// <summary>Closes what the derived class opened.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Binds; says in one line what was in the way when it cannot.</summary>
    /// <exception cref="BindException">The address is missing, taken or not permitted.</exception>
    private protected void BindReceiver(IPEndPoint endpoint)
    {
        Bind(Receiver, endpoint);
        Local = new Ipv4Endpoint(Ipv4Endpoint.Number(endpoint.Address), (ushort)endpoint.Port);
    }

    /// <inheritdoc cref="BindReceiver"/>
    private protected static void Bind(Socket socket, IPEndPoint endpoint)
    {
        try
        {
            socket.Bind(endpoint);
        }
        catch (SocketException e)
        {
            throw new BindException(endpoint, e);
        }
    }
}
