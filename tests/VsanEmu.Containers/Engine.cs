using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace VsanEmu.Containers;

/// <summary>
/// A Docker engine, and the images on it: one that is reachable, or, for root, one of the tests' own with its own data folder, which ends with them. No registry is ever asked.
/// </summary>
public sealed class Engine : IAsyncLifetime
{
    public const string Image = "vsanemu:tests";
    public const string Redis = "vsanemu-redis:tests";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private Process? _daemon;
    private string _folder = "";

    /// <summary>The repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    public async ValueTask InitializeAsync()
    {
        // Containers that the tests leave behind are removed by the tests: there is no helper image to be had.
        Environment.SetEnvironmentVariable("TESTCONTAINERS_RYUK_DISABLED", "true");
        // Debian's engine speaks no later version of the API, and later engines speak this one.
        Environment.SetEnvironmentVariable("DOCKER_API_VERSION", "1.41");
        if (!await ReachableAsync()) await StartAsync();
        await Shell.MustAsync(Path.Combine(Root, "compose", "image"), Image);
        await Shell.MustAsync(Path.Combine(Root, "compose", "image"), "--redis", Redis);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is null) return;
        await Shell.RunAsync("kill", ["-TERM", $"{_daemon.Id}"]);
        using (var limit = new CancellationTokenSource(StopLimit)) await _daemon.WaitForExitAsync(limit.Token);
        _daemon.Dispose();
        await Shell.RunAsync("rm", ["-rf", _folder]);
    }

    /// <summary>docker, with an engine that is there.</summary>
    public static Task<string> DockerAsync(params string[] arguments) => Shell.MustAsync("docker", arguments);

    private static async Task<bool> ReachableAsync() => (await Shell.RunAsync("docker", ["info"])).Exit == 0;

    private async Task StartAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "no Docker engine is reachable, and only root may start one");
        _folder = Directory.CreateTempSubdirectory("vsanemu-docker-").FullName;
        string socket = $"unix://{_folder}/docker.sock";
        // No bridge of its own, no rule in this machine's firewall, no forwarding: what the tests need, they make, in the range for benchmarks.
        string command = $"exec dockerd --data-root {_folder}/data --exec-root {_folder}/exec --pidfile {_folder}/pid --host {socket} --bridge none "
            + $"--default-address-pool base=198.19.0.0/17,size=24 --iptables=false --ip-forward=false --ip-masq=false >{_folder}/log 2>&1";
        _daemon = Process.Start(new ProcessStartInfo("bash", ["-c", command]))!;
        Environment.SetEnvironmentVariable("DOCKER_HOST", socket);
        long start = Stopwatch.GetTimestamp();
        while (!await ReachableAsync())
        {
            if (_daemon.HasExited || Stopwatch.GetElapsedTime(start) > StartLimit)
                throw new InvalidOperationException($"the Docker engine does not start:\n{string.Join('\n', File.ReadLines($"{_folder}/log").TakeLast(10))}");
            await Task.Delay(200);
        }
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
