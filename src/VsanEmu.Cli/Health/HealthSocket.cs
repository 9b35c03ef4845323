using System.Net.Sockets;
using System.Text;

namespace VsanEmu.Cli.Health;

/// <summary>
/// Where a node says how it is: a socket without a file, in the node's own network namespace, so that a container with a read-only root has one, too. Each who connects is told one
/// line, beginning with <c>ok</c> or <c>not ok</c>.
/// </summary>
internal sealed class HealthSocket : IAsyncDisposable
{
    public const string Good = "ok: ";
    public const string Bad = "not ok: ";

    private const string Name = "\0vsanemu-health";
    private const int LongestLine = 1024;

    private readonly Socket? _listener;
    private readonly Func<(bool Good, string What)> _state;
    private readonly Task _serving = Task.CompletedTask;

    /// <summary>Begins to answer. Where another node has the socket, in the same namespace, this one has none.</summary>
    /// <param name="state">How the node is.</param>
    public HealthSocket(Func<(bool Good, string What)> state)
    {
        _state = state;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(Name));
            socket.Listen();
        }
        catch (SocketException)
        {
            socket.Dispose();
            return;
        }

        _listener = socket;
        _serving = ServeAsync(socket);
    }

    /// <summary>Asks the node of this namespace; null when there is none.</summary>
    public static async Task<string?> AskAsync(CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Name), cancellation);
            byte[] line = new byte[LongestLine];
            int length = 0;
            while (length < line.Length && await socket.ReceiveAsync(line.AsMemory(length), cancellation) is > 0 and int read) length += read;
            return Encoding.UTF8.GetString(line, 0, length).TrimEnd();
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Answers no more.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        await _serving;
    }

    private async Task ServeAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                using Socket asker = await listener.AcceptAsync();
                (bool good, string what) = _state();
                await asker.SendAsync(Encoding.UTF8.GetBytes($"{(good ? Good : Bad)}{what}\n"));
                asker.Shutdown(SocketShutdown.Both);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (listener.SafeHandle.IsClosed)
            {
                return;
            }
            catch (SocketException)
            {
                // The asker went away.
            }
        }
    }
}
