using System.IO.Pipelines;
using System.Net.Sockets;
using Pipelines.Sockets.Unofficial;
using VsanEmu.Core.Wire;

namespace VsanEmu.Net.Tcp;

/// <summary>A connected socket as two pipes. The one file that knows Pipelines.Sockets.Unofficial.</summary>
internal sealed class SocketPipes : IDisposable
{
    // Input: a whole frame must fit, or the two ends would wait for each other. Output: never waits; the connection counts what is queued itself.
    private static readonly PipeOptions InputOptions = new(
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: 2 * WireLimits.MaxFrame,
        resumeWriterThreshold: WireLimits.MaxFrame,
        minimumSegmentSize: 16 * 1024,
        useSynchronizationContext: false);

    private static readonly PipeOptions OutputOptions = new(
        readerScheduler: PipeScheduler.ThreadPool,
        writerScheduler: PipeScheduler.ThreadPool,
        pauseWriterThreshold: 0,
        resumeWriterThreshold: 0,
        useSynchronizationContext: false);

    private readonly SocketConnection _connection;

    internal SocketPipes(Socket socket)
    {
        socket.NoDelay = true;
        _connection = SocketConnection.Create(socket, OutputOptions, InputOptions, SocketConnectionOptions.None);
    }

    /// <summary>What arrives.</summary>
    internal PipeReader Input => _connection.Input;

    /// <summary>What is to be sent. Completing it sends the rest, then FIN.</summary>
    internal PipeWriter Output => _connection.Output;

    /// <summary>Bytes given to the kernel so far.</summary>
    internal long BytesSent => _connection.BytesSent;

    /// <summary>What the kernel counts of it.</summary>
    internal TcpFigures Figures => TcpFigures.Of(_connection.Socket);

    /// <summary>Ends the connection at once: RST, and both pipes end.</summary>
    internal void Abort()
    {
        _connection.Socket.Close(timeout: 0);
        _connection.Dispose();
    }

    /// <summary>Gives the pipes' memory back; nothing may be read or written afterwards.</summary>
    internal void Complete()
    {
        Input.Complete();
        Output.Complete();
    }

    /// <summary>Frees the socket; FIN if none was sent yet.</summary>
    public void Dispose() => _connection.Dispose();
}
