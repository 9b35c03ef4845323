using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Bulk;

/// <summary>Receives many datagrams in one call: joined by the kernel where it can (UDP_GRO), and by recvmmsg(2) anyway. For one thread.</summary>
public sealed unsafe class BatchReceiver : IDisposable
{
    private const int MostBytes = 65_536;

    // struct cmsghdr and an int, aligned.
    private const int ControlBytes = 32;
    private const int ControlHeader = 16;

    // struct sockaddr_in: family, port and address, both in network order.
    private const int NameBytes = 16;
    private const int PortAt = 2;
    private const int AddressAt = 4;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly int _messagesCount;
    private readonly int _size;
    private readonly byte* _data;
    private readonly byte* _control;
    private readonly byte* _names;
    private readonly Libc.MultiMessage* _messages;
    private readonly Libc.IoVector* _vectors;

    /// <summary>Makes one on a socket that is bound, and has a receive timeout.</summary>
    /// <param name="socket">The socket; the caller's to close.</param>
    /// <param name="messages">Messages at a time, at most.</param>
    /// <param name="length">Bytes of the longest datagram's payload.</param>
    /// <param name="join">Whether the kernel is to join them, where it can.</param>
    public BatchReceiver(Socket socket, int messages, int length, bool join)
    {
        _socket = socket;
        _fd = (int)socket.Handle;
        _messagesCount = messages;
        JoinsByKernel = join && TryJoin(socket);
        _size = JoinsByKernel ? MostBytes : length;
        _data = (byte*)NativeMemory.Alloc((nuint)messages, (nuint)_size);
        _control = (byte*)NativeMemory.AllocZeroed((nuint)messages, ControlBytes);
        _names = (byte*)NativeMemory.AllocZeroed((nuint)messages, NameBytes);
        _vectors = (Libc.IoVector*)NativeMemory.AllocZeroed((nuint)messages, (nuint)sizeof(Libc.IoVector));
        _messages = (Libc.MultiMessage*)NativeMemory.AllocZeroed((nuint)messages, (nuint)sizeof(Libc.MultiMessage));
        for (int i = 0; i < messages; i++)
        {
            _vectors[i] = new Libc.IoVector { Base = _data + ((long)i * _size), Length = (nuint)_size };
            _messages[i].Header = new Libc.MessageHeader { Vectors = _vectors + i, VectorCount = 1, Control = _control + (i * ControlBytes), Name = _names + (i * NameBytes) };
        }
    }

    /// <summary>Whether the kernel joins datagrams.</summary>
    public bool JoinsByKernel { get; }

    /// <summary>Waits for the next datagrams, as long as the socket's timeout. How many messages came; 0 when none did.</summary>
    /// <exception cref="SocketException">The socket is of no use any more.</exception>
    public int Receive()
    {
        for (int i = 0; i < _messagesCount; i++) (_messages[i].Header.ControlLength, _messages[i].Header.NameLength) = (ControlBytes, NameBytes);
        int count = Libc.ReceiveMany(_fd, _messages, (uint)_messagesCount, Libc.MsgWaitForOne, null);
        if (count >= 0) return count;
        SocketError error = Errors.OfLast();
        return error is SocketError.WouldBlock or SocketError.Interrupted or SocketError.ConnectionRefused ? 0 : throw new SocketException((int)error);
    }

    /// <summary>A message's bytes: one datagram, or several of <see cref="SegmentLength"/> bytes each, of which the last may be shorter.</summary>
    public ReadOnlySpan<byte> Message(int index) => new(_data + ((long)index * _size), (int)_messages[index].Length);

    /// <summary>Where a message came from.</summary>
    public Ipv4Endpoint Source(int index)
    {
        var name = new ReadOnlySpan<byte>(_names + (index * NameBytes), NameBytes);
        return new(BinaryPrimitives.ReadUInt32BigEndian(name[AddressAt..]), BinaryPrimitives.ReadUInt16BigEndian(name[PortAt..]));
    }

    /// <summary>Bytes of each datagram in a message.</summary>
    public int SegmentLength(int index)
    {
        if (JoinsByKernel && _messages[index].Header.ControlLength >= ControlHeader + sizeof(int))
        {
            byte* control = _messages[index].Header.Control;
            if (*(int*)(control + 8) == Libc.LevelUdp && *(int*)(control + 12) == Libc.UdpGro) return *(int*)(control + ControlHeader);
        }

        return (int)_messages[index].Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.KeepAlive(_socket);
        NativeMemory.Free(_data);
        NativeMemory.Free(_control);
        NativeMemory.Free(_names);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private static bool TryJoin(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(Libc.LevelUdp, Libc.UdpGro, BitConverter.GetBytes(1));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
