using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Udp;

namespace VsanEmu.Net.Tcp;

/// <summary>Accepts TCP connections on one address and port. Make it inside its namespace.</summary>
public sealed class FrameListener : IDisposable
{
    // After an error that will not go away by itself (no descriptor left): long enough not to spin, short enough not to be noticed.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private long _errors;

    /// <summary>Binds and listens: from here on the kernel completes handshakes, also while nobody accepts.</summary>
    /// <exception cref="BindException">The port is taken, or the address is not here.</exception>
    public FrameListener(IPEndPoint local, StreamLimits limits, TimeProvider time)
    {
        _time = time;
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(local);
            _socket.Listen(limits.Backlog);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new BindException(local, e);
        }
    }

    /// <summary>Accepts that failed.</summary>
    public long Errors => Volatile.Read(ref _errors);

    /// <summary>Accepts until disposed of; each connected socket becomes <paramref name="accepted"/>'s.</summary>
    public void Start(Action<Socket, IPEndPoint> accepted) =>
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Item1.Accept(state.accepted), (this, accepted), preferLocal: false);

    /// <summary>Stops listening.</summary>
    public void Dispose() => _socket.Dispose();

    // async void, so that a bug in the callback ends the process instead of vanishing with a task that nobody awaits.
    private async void Accept(Action<Socket, IPEndPoint> accepted)
    {
        while (true)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync().ConfigureAwait(false);
                if (socket.RemoteEndPoint is IPEndPoint remote) accepted(socket, remote);
                else socket.Dispose();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.NotSocket)
            {
                return;
            }
            catch (SocketException)
            {
                Interlocked.Increment(ref _errors);
                await Task.Delay(Pause, _time).ConfigureAwait(false);
            }
        }
    }
}
