using System.Net.Sockets;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic.Vm;

/// <summary>What the connections of one thread share, since it serves one after the other.</summary>
internal sealed class BlockBuffers
{
    private const int Bytes = 256 * 1024;

    public byte[] Inbound { get; } = new byte[Bytes];

    // Heads are written where they belong; what lies between them goes out as the block, whatever it is.
    public byte[] Outbound { get; } = new byte[Bytes];
}

/// <summary>A connection that carries blocks and what is said about them. It never waits: what has no room stays in its queue. For one thread.</summary>
/// <param name="socket">Non-blocking; the caller's to close.</param>
/// <param name="buffers">Its thread's.</param>
internal sealed class BlockConnection(Socket socket, BlockBuffers buffers)
{
    private readonly Queue<BlockHeader> _out = new();
    private readonly byte[] _head = new byte[BlockHeader.Size];
    private int _sentOfFirst;
    private int _headBytes;
    private BlockHeader _coming;
    private int _left;

    public Socket Socket => socket;

    /// <summary>Whether something waits for room.</summary>
    public bool HasMore => _out.Count > 0;

    /// <summary>Whether the socket's set knows that room is waited for.</summary>
    public bool Watched { get; set; }

    public void Queue(BlockHeader message) => _out.Enqueue(message);

    /// <summary>Sends as much as there is room for.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public void Flush()
    {
        while (_out.Count > 0)
        {
            BlockHeader first = _out.Peek();
            int sent, wanted;
            if (_sentOfFirst >= BlockHeader.Size && Length(first) - _sentOfFirst > buffers.Outbound.Length)
            {
                wanted = Length(first) - _sentOfFirst;
                sent = BulkStream.Send(socket, wanted);
            }
            else
            {
                wanted = Fill();
                sent = BulkStream.Send(socket, buffers.Outbound.AsSpan(0, wanted));
            }

            Forget(sent);
            if (sent < wanted) return;
        }
    }

    /// <summary>Takes what has come.</summary>
    /// <param name="take">Called for each message that is there to its last byte.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="SocketException">The connection has ended, or what comes is no message of a load.</exception>
    public bool Receive(Action<BlockHeader> take)
    {
        while (true)
        {
            // A block is thrown away where it lies, but not for the sake of a few bytes.
            if (_left >= buffers.Inbound.Length)
            {
                int thrown = BulkStream.Discard(socket, _left);
                if (thrown <= 0) return thrown == 0;
                Pass(thrown, take);
                continue;
            }

            int count = BulkStream.Receive(socket, buffers.Inbound);
            if (count <= 0) return count == 0;
            Parse(buffers.Inbound.AsSpan(0, count), take);
            if (count < buffers.Inbound.Length) return true;
        }
    }

    private void Parse(ReadOnlySpan<byte> bytes, Action<BlockHeader> take)
    {
        while (bytes.Length > 0)
        {
            if (_left > 0)
            {
                int block = Math.Min(_left, bytes.Length);
                bytes = bytes[block..];
                Pass(block, take);
                continue;
            }

            int part = Math.Min(BlockHeader.Size - _headBytes, bytes.Length);
            bytes[..part].CopyTo(_head.AsSpan(_headBytes));
            bytes = bytes[part..];
            _headBytes += part;
            if (_headBytes < BlockHeader.Size) return;
            _headBytes = 0;
            if (!BlockHeader.TryParse(_head, out _coming)) throw new SocketException((int)SocketError.MessageSize, "what came is no message of a load");
            _left = _coming.Payload;
            if (_left == 0) take(_coming);
        }
    }

    private void Pass(int bytes, Action<BlockHeader> take)
    {
        _left -= bytes;
        if (_left == 0) take(_coming);
    }

    // Puts as many whole or begun messages side by side as there is room for. How many bytes.
    private int Fill()
    {
        Span<byte> room = buffers.Outbound;
        Span<byte> head = stackalloc byte[BlockHeader.Size];
        int at = 0, from = _sentOfFirst;
        foreach (BlockHeader message in _out)
        {
            if (from < BlockHeader.Size)
            {
                message.Write(head);
                int part = Math.Min(BlockHeader.Size - from, room.Length - at);
                head.Slice(from, part).CopyTo(room[at..]);
            }

            at += Math.Min(Length(message) - from, room.Length - at);
            if (at == room.Length) break;
            from = 0;
        }

        return at;
    }

    private void Forget(int sent)
    {
        while (sent > 0)
        {
            int rest = Length(_out.Peek()) - _sentOfFirst;
            if (sent < rest)
            {
                _sentOfFirst += sent;
                return;
            }

            sent -= rest;
            _sentOfFirst = 0;
            _out.Dequeue();
        }
    }

    private static int Length(BlockHeader message) => BlockHeader.Size + message.Payload;
}
