using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>How datagrams get into the kernel.</summary>
public enum BatchMethod : byte
{
    /// <summary>A call for each.</summary>
    OneByOne,

    /// <summary>Many in one call: sendmmsg(2).</summary>
    Many,

    /// <summary>Many in one call, cut by the kernel from a few large ones: UDP_SEGMENT.</summary>
    Segments,
}

/// <summary>
/// Sends many datagrams of one length: by the method that is asked for, or by the next simpler one where the kernel, or the interface on the way, does not do it. That may show
/// only when something is sent: a datagram that does not fit into a packet cannot be cut from a larger one. The datagrams lie side by side in memory of its own, and keep what
/// was written there. For one thread.
/// </summary>
public sealed unsafe class BatchSender : IDisposable
{
    /// <summary>Datagrams that the kernel cuts one message into, at most (UDP_MAX_SEGMENTS of older kernels).</summary>
    private const int MostSegments = 64;

    // Of an IPv4 packet's 65535 bytes, without the headers.
    private const int MostBytes = 65_507;

    // struct sockaddr_in.
    private const int NameBytes = 16;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly int _length;
    private readonly byte* _data;
    private readonly Libc.MultiMessage* _messages;
    private readonly Libc.IoVector* _vectors;
    private readonly byte* _names;
    private readonly int _namesCount;
    private int _nextName;
    private int _perMessage = 1;

    /// <summary>Makes one on a socket that is connected, or for <paramref name="destinations"/>.</summary>
    /// <param name="socket">The socket; the caller's to close.</param>
    /// <param name="length">Bytes of one datagram's payload.</param>
    /// <param name="capacity">Datagrams at a time, at most.</param>
    /// <param name="method">How they are to be sent, where it can be done.</param>
    /// <param name="destinations">Where they go, one after the other, over all calls; none for where the socket is connected to. With several, the kernel does not cut.</param>
    public BatchSender(Socket socket, int length, int capacity, BatchMethod method, params IReadOnlyList<IPEndPoint> destinations)
    {
        _socket = socket;
        _fd = (int)socket.Handle;
        _length = length;
        Capacity = capacity;
        Method = method == BatchMethod.Segments && (destinations.Count > 0 || !TrySegment(socket, length)) ? BatchMethod.Many : method;
        _namesCount = destinations.Count;
        _names = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(1, _namesCount), NameBytes);
        for (int i = 0; i < _namesCount; i++) destinations[i].Serialize().Buffer.Span[..NameBytes].CopyTo(new Span<byte>(_names + (i * NameBytes), NameBytes));
        _data = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)length);
        _vectors = (Libc.IoVector*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(Libc.IoVector));
        _messages = (Libc.MultiMessage*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(Libc.MultiMessage));
        Arrange();
    }

    /// <summary>Datagrams at a time, at most.</summary>
    public int Capacity { get; }

    /// <summary>How they are sent.</summary>
    public BatchMethod Method { get; private set; }

    /// <summary>Datagrams of the last call, after those that it took, that a packet filter of this host refused. What follows them was not tried.</summary>
    public int Refused { get; private set; }

    /// <summary>A datagram's bytes.</summary>
    public Span<byte> this[int index] => new(_data + ((long)index * _length), _length);

    /// <summary>
    /// Sends the first <paramref name="count"/> of them. How many were taken, from the first on: fewer when the socket's time limit was reached, or when some were <see cref="Refused"/>.
    /// </summary>
    /// <exception cref="SocketException">They cannot be sent: no route, no buffer, or too long.</exception>
    public int Send(int count)
    {
        int sent = 0;
        Refused = 0;
        while (sent < count)
        {
            int done = Method == BatchMethod.OneByOne ? SendOne(sent) : SendMany(sent, count - sent);
            sent += Math.Max(0, done);
            if (done > 0) continue;
            SocketError error = Errors.OfLast();
            // What the kernel could not queue at this moment was not sent; the caller counts, and may try again.
            if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.Interrupted or SocketError.ConnectionRefused) break;
            if (error == SocketError.AccessDenied)
            {
                Refused = Math.Min(count - sent, _perMessage);
                // The next one is for the next group, which may be let out.
                if (_namesCount > 0) _nextName = (_nextName + 1) % _namesCount;
                break;
            }

            if (!TrySimpler(error)) throw new SocketException((int)error);
        }

        return sent;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.KeepAlive(_socket);
        NativeMemory.Free(_data);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_names);
    }

    // Datagrams from one on; how many were sent, or -1.
    private int SendMany(int first, int count)
    {
        // After a part was sent, its last message may have been a short one: what follows lies elsewhere.
        int messages = 0;
        for (int left = count, at = first; left > 0; left -= _perMessage, at += _perMessage, messages++)
        {
            _vectors[messages].Base = _data + ((long)at * _length);
            _vectors[messages].Length = (nuint)(Math.Min(left, _perMessage) * _length);
            if (_namesCount == 0) continue;
            _messages[messages].Header.Name = _names + ((_nextName + messages) % _namesCount * NameBytes);
            _messages[messages].Header.NameLength = NameBytes;
        }

        int sent = Libc.SendMany(_fd, _messages, (uint)messages, 0);
        if (sent <= 0) return -1;
        if (_namesCount > 0) _nextName = (_nextName + sent) % _namesCount;
        return Math.Min(count, sent * _perMessage);
    }

    private int SendOne(int index)
    {
        byte* name = _namesCount > 0 ? _names + (_nextName * NameBytes) : null;
        if (Libc.SendTo(_fd, _data + ((long)index * _length), (nuint)_length, Libc.MsgNoSignal, name, name == null ? 0u : NameBytes) < 0) return -1;
        if (_namesCount > 0) _nextName = (_nextName + 1) % _namesCount;
        return 1;
    }

    private bool TrySimpler(SocketError error)
    {
        // Cutting fails where a datagram is longer than a packet may be, and where the interface cannot make checksums of the parts.
        if (Method == BatchMethod.Segments && error is SocketError.InvalidArgument or SocketError.MessageSize or SocketError.OperationNotSupported or SocketError.SocketError)
        {
            _socket.SetRawSocketOption(Libc.LevelUdp, Libc.UdpSegment, BitConverter.GetBytes(0));
            Method = BatchMethod.Many;
        }
        else if (Method == BatchMethod.Many && error == SocketError.OperationNotSupported)
        {
            Method = BatchMethod.OneByOne;
        }
        else
        {
            return false;
        }

        Arrange();
        return true;
    }

    private void Arrange()
    {
        _perMessage = Method == BatchMethod.Segments ? Math.Clamp(MostBytes / _length, 1, MostSegments) : 1;
        for (int i = 0; i < Capacity; i++) _messages[i].Header = new Libc.MessageHeader { Vectors = _vectors + i, VectorCount = 1 };
    }

    private static bool TrySegment(Socket socket, int length)
    {
        try
        {
            socket.SetRawSocketOption(Libc.LevelUdp, Libc.UdpSegment, BitConverter.GetBytes(length));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
