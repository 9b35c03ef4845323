using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Bulk;

/// <summary>Many sockets, of which one thread serves those that can take or give something now (epoll(7), level-triggered).</summary>
public sealed unsafe class ReadySet : IDisposable
{
    private const int MostReady = 256;
    private const uint Writable = 0x004; // EPOLLOUT

    private readonly int _epoll;
    private readonly SafeFileHandle _handle;
    private readonly byte[] _events = new byte[MostReady * 16];

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="SocketException">There are too many descriptors.</exception>
    public ReadySet()
    {
        _epoll = Libc.EpollCreate();
        if (_epoll < 0) throw new SocketException((int)Errors.OfLast());
        _handle = new SafeFileHandle(_epoll, ownsHandle: true);
    }

    /// <summary>Adds a socket, which is non-blocking, under a number.</summary>
    /// <param name="socket">The socket; the caller's to close, after <see cref="Remove"/>.</param>
    /// <param name="number">What <see cref="Wait"/> calls it.</param>
    /// <param name="write">True to be told when it can be written to, false when it can be read from.</param>
    public void Add(Socket socket, int number, bool write)
    {
        if (Libc.EpollControl(_epoll, Libc.EpollAdd, (int)socket.Handle, write ? Writable : Libc.EpollIn, number) != 0) throw new SocketException((int)Errors.OfLast());
    }

    /// <summary>Changes what is told of a socket: that it can be read from is always told, that it can be written to only while <paramref name="write"/> is true.</summary>
    public void Watch(Socket socket, int number, bool write) =>
        _ = Libc.EpollControl(_epoll, Libc.EpollChange, (int)socket.Handle, write ? Libc.EpollIn | Writable : Libc.EpollIn, number);

    /// <summary>Takes a socket out.</summary>
    public void Remove(Socket socket) => _ = Libc.EpollControl(_epoll, Libc.EpollDelete, (int)socket.Handle, 0, 0);

    /// <summary>Waits for some; their numbers, as many as there are now.</summary>
    /// <param name="ready">Where to.</param>
    /// <param name="timeoutMs">How long to wait at most.</param>
    public int Wait(Span<int> ready, int timeoutMs)
    {
        fixed (byte* events = _events)
        {
            int count = Libc.EpollWait(_epoll, events, Math.Min(ready.Length, MostReady), timeoutMs);
            for (int i = 0; i < count; i++) ready[i] = Libc.EpollData(events, i);
            return Math.Max(0, count);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
