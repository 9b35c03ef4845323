using VsanEmu.Control.Redis;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Bench.Control;

/// <summary>Hosts that do nothing but tell their presence once a second and, five times a second, a view such as a member of a cluster of 16 has.</summary>
internal sealed class SimulatedHosts(RedisLine line, Space space, int count)
{
    private const ulong Run = 1;
    private const int ViewsPerSecond = 5;
    private const int Peers = 16;

    /// <summary>Tells for so long; how many views.</summary>
    public async Task<long> TellAsync(TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        long sent = 0;
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            // Not all at once: hosts begin when they do.
            await Task.Delay(TimeSpan.FromMilliseconds(1000.0 * i / count));
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / ViewsPerSecond));
            for (long n = 0; !end.IsCancellationRequested && await timer.WaitForNextTickAsync(); n++)
            {
                if (n % ViewsPerSecond == 0) await VsanEmu.Control.Redis.Presence.TellAsync(line, space, Presence(i));
                await HostServer.TellAsync(line, space, new Telemetry(Name(i), Run, n, [View(i, n)]));
                Interlocked.Increment(ref sent);
            }
        }));
        return sent;
    }

    /// <summary>Has a controller take what these hosts tell.</summary>
    public void Watch(Controller controller) => controller.Watch(Run, [.. Enumerable.Range(0, count).Select(Name)]);

    private static string Name(int host) => $"host{host:0000}";

    private static HostPresence Presence(int host) => new() { Name = Name(host), Life = Guid.NewGuid(), Version = "bench", Machine = Name(host) };

    private static MemberView View(int host, long n) => new()
    {
        Member = Name(host),
        Id = new((ushort)((host % Peers) + 1)),
        Role = Role.Agent,
        Master = new(1),
        Backup = new(2),
        Members = [.. Enumerable.Range(1, Peers).Select(i => new MemberId((ushort)i))],
        Term = 3,
        Entries = 40,
        Digest = (ulong)n,
        Opened = [new(1)],
        Accepted = [new(1)],
        AtRest = true,
        Sent = n * 17,
        Received = n * 19,
    };
}
