using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Udp;

/// <summary>Room for a batch of datagrams and their senders' addresses, laid out once for recvmmsg(2). Lives as long as the process.</summary>
internal sealed unsafe class ReceiveBatch
{
    // struct sockaddr_in: family u16, port u16, address u32, both in network order.
    private const int NameSize = 16;
    private const int WouldBlock = 11; // EAGAIN

    private readonly int _count;
    private readonly int _size;
    private readonly byte* _data;
    private readonly byte* _names;
    private readonly Libc.MultiMessage* _messages;

    internal ReceiveBatch(int count, int size)
    {
        _count = count;
        _size = size;
        _data = (byte*)NativeMemory.Alloc((nuint)count, (nuint)size);
        _names = (byte*)NativeMemory.AllocZeroed((nuint)count, NameSize);
        _messages = (Libc.MultiMessage*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(Libc.MultiMessage));
        var vectors = (Libc.IoVector*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(Libc.IoVector));
        for (int i = 0; i < count; i++)
        {
            vectors[i] = new Libc.IoVector { Base = _data + (i * size), Length = (nuint)size };
            _messages[i].Header = new Libc.MessageHeader { Name = _names + (i * NameSize), Vectors = vectors + i, VectorCount = 1 };
        }
    }

    /// <summary>Receives what is there, without waiting. The number of datagrams, 0 when there is none, -1 when the socket has an error to tell.</summary>
    internal int Receive(int fd)
    {
        for (int i = 0; i < _count; i++) _messages[i].Header.NameLength = NameSize;
        int count = Libc.ReceiveMany(fd, _messages, (uint)_count, Libc.MsgDontWait, null);
        return count >= 0 ? count : Marshal.GetLastPInvokeError() == WouldBlock ? 0 : -1;
    }

    internal ReadOnlySpan<byte> Datagram(int index) => new(_data + (index * _size), (int)_messages[index].Length);

    internal Ipv4Endpoint Source(int index)
    {
        var name = new ReadOnlySpan<byte>(_names + (index * NameSize), NameSize);
        return new Ipv4Endpoint(BinaryPrimitives.ReadUInt32BigEndian(name[4..]), BinaryPrimitives.ReadUInt16BigEndian(name[2..]));
    }
}
