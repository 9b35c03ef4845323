using System.Net.Sockets;
using System.Runtime.InteropServices;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Udp;

/// <summary>
/// One thread that receives for any number of UDP sockets, of any namespaces: it waits for all of them at once (epoll) and takes what each has in
/// one call (recvmmsg) into buffers made once. A multicast datagram makes all its receivers on this machine ready at the same moment, so one
/// wake-up serves them all.
/// </summary>
public sealed class ReceiveLoop
{
    /// <summary>Longest datagram that is handed over whole, bytes; beyond <c>WireLimits.MaxDatagram</c>, so that a longer one is seen to be too long.</summary>
    public const int MaxDatagram = 2048;

    private const int Batch = 32;
    private const int Ready = 256;

    private static readonly Lazy<ReceiveLoop> Process = new(() => new ReceiveLoop());

    private readonly Lock _gate = new();
    private readonly int _epoll;
    private readonly List<Entry?> _entries = [];
    private readonly Stack<int> _free = [];

    /// <summary>Starts a loop of its own; it lives as long as the process.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public ReceiveLoop()
    {
        _epoll = Libc.EpollCreate();
        if (_epoll < 0) throw new IOException($"cannot make an epoll instance: {Marshal.GetLastPInvokeErrorMessage()}");
        new Thread(Run) { IsBackground = true, Name = "udp-receive" }.Start();
    }

    /// <summary>The loop that all nodes of this process share.</summary>
    public static ReceiveLoop Shared => Process.Value;

    internal void Add(DatagramSocket socket, IDatagramHandler handler)
    {
        lock (_gate)
        {
            if (!_free.TryPop(out int index))
            {
                index = _entries.Count;
                _entries.Add(null);
            }

            _entries[index] = new Entry(socket, handler);
            if (Libc.EpollControl(_epoll, Libc.EpollAdd, (int)socket.Receiver.Handle, Libc.EpollIn, index) == 0) return;
            _entries[index] = null;
            _free.Push(index);
            throw new IOException($"cannot wait for a socket: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    internal void Remove(DatagramSocket socket)
    {
        lock (_gate)
        {
            int index = _entries.FindIndex(e => e?.Socket == socket);
            if (index < 0) return;
            Libc.EpollControl(_epoll, Libc.EpollDelete, (int)socket.Receiver.Handle, 0, 0);
            _entries[index] = null;
            _free.Push(index);
        }
    }

    private unsafe void Run()
    {
        var batch = new ReceiveBatch(Batch, MaxDatagram);
        byte* events = (byte*)NativeMemory.Alloc(Ready, (nuint)Libc.EpollEventSize);
        var ready = new List<Entry>(Ready);
        while (true)
        {
            int count = Libc.EpollWait(_epoll, events, Ready, timeoutMs: -1);
            if (count < 0) continue; // EINTR: a signal; nothing else can happen to a valid instance.
            lock (_gate)
            {
                for (int i = 0; i < count; i++)
                    if (_entries[Libc.EpollData(events, i)] is { } entry) ready.Add(entry);
            }

            foreach (Entry entry in ready) Receive(entry, batch);
            ready.Clear();
        }
    }

    private static void Receive(Entry entry, ReceiveBatch batch)
    {
        SafeSocketHandle handle = entry.Socket.Receiver.SafeHandle;
        bool held = false;
        try
        {
            // Holds the descriptor: were it closed now, its number could already belong to another socket.
            handle.DangerousAddRef(ref held);
            int count = batch.Receive((int)handle.DangerousGetHandle());
            if (count < 0)
            {
                entry.Socket.CountReceiveError();
                return;
            }

            entry.Socket.CountReceived(count);
            for (int i = 0; i < count; i++) entry.Handler.OnDatagram(entry.Socket, batch.Source(i), batch.Datagram(i));
        }
        catch (ObjectDisposedException)
        {
            // Closed between the wake-up and now: there is nothing more to receive.
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private sealed record Entry(DatagramSocket Socket, IDatagramHandler Handler);
}
