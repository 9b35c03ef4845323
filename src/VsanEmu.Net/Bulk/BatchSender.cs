using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>
/// Sends many datagrams of one length in one call: cut by the kernel from a few large ones where it can (UDP_SEGMENT), else by sendmmsg(2). The datagrams lie side by side in
/// memory of its own, and keep what was written there. For one thread.
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
    private readonly int _perMessage;
    private readonly byte* _data;
    private readonly Libc.MultiMessage* _messages;
    private readonly Libc.IoVector* _vectors;
    private readonly byte* _names;
    private readonly int _namesCount;
    private int _nextName;

    /// <summary>Makes one on a socket that is connected, or for <paramref name="destinations"/>.</summary>
    /// <param name="socket">The socket; the caller's to close.</param>
    /// <param name="length">Bytes of one datagram's payload.</param>
    /// <param name="capacity">Datagrams at a time, at most.</param>
    /// <param name="segment">Whether the kernel is to cut them, where it can.</param>
    /// <param name="destinations">Where they go, one after the other, over all calls; none for where the socket is connected to. With several, the kernel does not cut.</param>
    public BatchSender(Socket socket, int length, int capacity, bool segment, params IReadOnlyList<IPEndPoint> destinations)
    {
        _socket = socket;
        _fd = (int)socket.Handle;
        _length = length;
        Capacity = capacity;
        SegmentsByKernel = segment && destinations.Count == 0 && TrySegment(socket, length);
        _namesCount = destinations.Count;
        _names = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(1, _namesCount), NameBytes);
        for (int i = 0; i < _namesCount; i++) destinations[i].Serialize().Buffer.Span[..NameBytes].CopyTo(new Span<byte>(_names + (i * NameBytes), NameBytes));
        _perMessage = SegmentsByKernel ? Math.Clamp(MostBytes / length, 1, MostSegments) : 1;
        int messages = (capacity + _perMessage - 1) / _perMessage;
        _data = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)length);
        _vectors = (Libc.IoVector*)NativeMemory.AllocZeroed((nuint)messages, (nuint)sizeof(Libc.IoVector));
        _messages = (Libc.MultiMessage*)NativeMemory.AllocZeroed((nuint)messages, (nuint)sizeof(Libc.MultiMessage));
        for (int i = 0; i < messages; i++)
        {
            _vectors[i].Base = _data + ((long)i * _perMessage * length);
            _messages[i].Header = new Libc.MessageHeader { Vectors = _vectors + i, VectorCount = 1 };
        }
    }

    /// <summary>Datagrams at a time, at most.</summary>
    public int Capacity { get; }

    /// <summary>Whether the kernel cuts bursts into datagrams.</summary>
    public bool SegmentsByKernel { get; }

    /// <summary>A datagram's bytes.</summary>
    public Span<byte> this[int index] => new(_data + ((long)index * _length), _length);

    /// <summary>
    /// Sends the first <paramref name="count"/> of them. How many were taken, from the first on: fewer when the socket's time limit was reached.
    /// </summary>
    /// <exception cref="SocketException">They cannot be sent: no route, no buffer, or too long.</exception>
    public int Send(int count)
    {
        int messages = 0;
        for (int left = count; left > 0; left -= _perMessage, messages++) _vectors[messages].Length = (nuint)(Math.Min(left, _perMessage) * _length);
        for (int i = 0; i < messages && _namesCount > 0; i++)
        {
            _messages[i].Header.Name = _names + ((_nextName + i) % _namesCount * NameBytes);
            _messages[i].Header.NameLength = NameBytes;
        }

        int done = 0;
        while (done < messages)
        {
            int sent = Libc.SendMany(_fd, _messages + done, (uint)(messages - done), 0);
            if (sent > 0)
            {
                done += sent;
                continue;
            }

            SocketError error = Errors.OfLast();
            // What the kernel could not queue at this moment was not sent; the caller counts, and may try again.
            if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.Interrupted or SocketError.ConnectionRefused) break;
            throw new SocketException((int)error);
        }

        if (_namesCount > 0) _nextName = (_nextName + done) % _namesCount;
        return Math.Min(count, done * _perMessage);
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
