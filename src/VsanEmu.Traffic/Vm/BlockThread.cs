using System.Net.Sockets;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic.Vm;

/// <summary>Some connections that one thread serves: what came is taken, what waits is sent as soon as there is room.</summary>
internal sealed class BlockThread : IDisposable
{
    private const int Together = 64;

    private readonly ReadySet _set = new();
    private readonly BlockConnection[] _connections;
    private readonly bool[] _over;
    private readonly Action<int, BlockHeader> _take;
    private readonly Action<BlockHeader>[] _takeFrom;

    /// <param name="sockets">Connected; made non-blocking here, and the caller's to close.</param>
    /// <param name="take">Called for each message, with its connection's number.</param>
    public BlockThread(IReadOnlyList<Socket> sockets, Action<int, BlockHeader> take)
    {
        var buffers = new BlockBuffers();
        _take = take;
        _connections = [.. sockets.Select(s => new BlockConnection(s, buffers))];
        _over = new bool[sockets.Count];
        _takeFrom = [.. sockets.Select((_, i) => (Action<BlockHeader>)(message => _take(i, message)))];
        for (int i = 0; i < sockets.Count; i++)
        {
            Descriptor.SetBlocking(sockets[i], false);
            _set.Add(sockets[i], i, write: false);
        }
    }

    /// <summary>Connections that have not ended.</summary>
    public int Open => _over.Count(o => !o);

    /// <summary>What ended the first that did; empty for a clean end.</summary>
    public string Error { get; private set; } = "";

    public void Queue(int connection, BlockHeader message)
    {
        if (!_over[connection]) _connections[connection].Queue(message);
    }

    /// <summary>Sends what was queued.</summary>
    public void Flush()
    {
        for (int i = 0; i < _connections.Length; i++)
        {
            BlockConnection connection = _connections[i];
            if (_over[i] || (!connection.HasMore && !connection.Watched)) continue;
            Guard(i, () => connection.Flush());
            if (_over[i] || connection.HasMore == connection.Watched) continue;
            _set.Watch(connection.Socket, i, connection.HasMore);
            connection.Watched = connection.HasMore;
        }
    }

    /// <summary>Waits for what comes, or for room, and takes it.</summary>
    /// <param name="timeoutMs">How long at most.</param>
    public void Serve(int timeoutMs)
    {
        Span<int> ready = stackalloc int[Together];
        int count = _set.Wait(ready, timeoutMs);
        for (int i = 0; i < count; i++)
        {
            int number = ready[i];
            if (_over[number]) continue;
            Guard(number, () =>
            {
                if (!_connections[number].Receive(_takeFrom[number])) End(number);
            });
        }

        Flush();
    }

    public void Dispose() => _set.Dispose();

    private void Guard(int number, Action action)
    {
        try
        {
            action();
        }
        catch (SocketException e)
        {
            if (Error.Length == 0) Error = e.Message;
            End(number);
        }
    }

    private void End(int number)
    {
        _over[number] = true;
        _set.Remove(_connections[number].Socket);
    }
}
