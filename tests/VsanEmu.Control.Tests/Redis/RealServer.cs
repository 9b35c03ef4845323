using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>A redis-server of a test's own, behind a socket in the file system. It can be killed, and started again empty.</summary>
public sealed class RealServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vsanemu-redis-");
    private Process _process;

    public RealServer() => _process = Start();

    public ControlAddress Address => ControlAddress.Parse($"unix://{Socket}", _ => null);

    private string Socket => Path.Combine(_folder.FullName, "redis.sock");

    public async Task<RedisLine> OpenAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await RedisLine.OpenAsync(Address, CancellationToken.None);
            }
            catch (ControlException) when (TimeProvider.System.GetElapsedTime(start) < Eventually.Limit)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>A folder of the server's own; it keeps its data there, should it keep any.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Has the server carry a command out, and returns what it answers.</summary>
    public async Task<string> DoAsync(params string[] command)
    {
        using Socket socket = await ConnectAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes($"*{command.Length}\r\n{string.Concat(command.Select(w => $"${Encoding.UTF8.GetByteCount(w)}\r\n{w}\r\n"))}"));
        byte[] answer = new byte[64 << 10];
        return Encoding.UTF8.GetString(answer, 0, await socket.ReceiveAsync(answer));
    }

    /// <summary>A connection that says nothing, when the server takes one.</summary>
    public async Task<Socket> ConnectAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(Address.Server);
                return socket;
            }
            catch (SocketException) when (TimeProvider.System.GetElapsedTime(start) < Eventually.Limit)
            {
                socket.Dispose();
                await Task.Delay(20);
            }
        }
    }

    public async Task RestartEmptyAsync(TimeSpan pause)
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        await Task.Delay(pause);
        _process = Start();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private Process Start() => Process.Start(new ProcessStartInfo("redis-server", ["--port", "0", "--unixsocket", Socket, "--save", "", "--dir", _folder.FullName, "--logfile", Path.Combine(_folder.FullName, "log")]))!;
}
