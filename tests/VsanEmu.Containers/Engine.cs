using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace VsanEmu.Containers;

/// <summary>
/// A Docker engine, and the images on it: one that is reachable, or, for root, one of the tests' own with its own data folder and network, which ends with them. No registry is
/// ever asked.
/// </summary>
public sealed class Engine : IAsyncLifetime
{
    public const string Image = "vsanemu:tests";
    public const string Redis = "vsanemu-redis:tests";

    private static readonly TimeSpan StartLimit = 2 * Eventually.Limit;
    private static readonly TimeSpan StopLimit = 2 * Eventually.Limit;

    // Standard input is the tests' hand on it: however they end, it closes, and then the engine ends, and what it had is removed.
    private const string Script = """
        dockerd --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" --host "unix://$0/docker.sock" --bip 198.19.255.1/24 --default-address-pool base=198.19.0.0/17,size=24 \
          </dev/null >"$0/log" 2>&1 &
        read -r _
        kill $!
        wait
        grep -o " $0/[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
        rm -rf "$0"
        """;

    private static int _network;

    private Process? _daemon;

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
        _daemon.StandardInput.Close();
        await _daemon.WaitForExitAsync().WaitAsync(StopLimit);
        _daemon.Dispose();
    }

    /// <summary>docker, with an engine that is there.</summary>
    public static Task<string> DockerAsync(params string[] arguments) => Shell.MustAsync("docker", arguments);

    /// <summary>A command line that works on the network where the engine's bridges are.</summary>
    public static string[] OnItsNetwork(params string[] command) => _network == 0 ? command : ["nsenter", $"--net=/proc/{_network}/ns/net", .. command];

    /// <summary>ip, there.</summary>
    public static Task<string> IpAsync(params string[] arguments)
    {
        string[] command = OnItsNetwork(["ip", .. arguments]);
        return Shell.MustAsync(command[0], command[1..]);
    }

    private static async Task<bool> ReachableAsync() => (await Shell.RunAsync("docker", ["info"])).Exit == 0;

    private async Task StartAsync()
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("no Docker engine is reachable, and only root may start one: start it, or let tests/run ask for root");
        string folder = Directory.CreateTempSubdirectory("vsanemu-docker-").FullName;
        // A network namespace of its own: bridges, rules and a swarm that no other engine on this machine meets, no way out to any wire, and yet the firewall rules and the
        // bridge settings of an engine as everybody has it.
        _daemon = Process.Start(new ProcessStartInfo("unshare", ["--net", "bash", "-c", $"ip link set lo up\n{Script}", folder]) { RedirectStandardInput = true })!;
        _network = _daemon.Id;
        Environment.SetEnvironmentVariable("DOCKER_HOST", $"unix://{folder}/docker.sock");
        long start = Stopwatch.GetTimestamp();
        while (!await ReachableAsync())
        {
            if (_daemon.HasExited || Stopwatch.GetElapsedTime(start) > StartLimit)
                throw new InvalidOperationException($"the Docker engine does not start:\n{string.Join('\n', File.ReadLines($"{folder}/log").TakeLast(10))}");
            await Task.Delay(200);
        }
    }

    private static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
