using System.Diagnostics;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>A redis-server of a test's own, behind a socket in the file system. It can be killed, and started again empty.</summary>
public sealed class RealServer : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

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
            catch (ControlException) when (TimeProvider.System.GetElapsedTime(start) < Limit)
            {
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
