using System.Text.Json;
using StackExchange.Redis;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Redis;

/// <summary>
/// A host's side of control: it says that it is there, waits for a controller, takes part in its run, and lets go of everything when that controller is not heard of any
/// more. It dials out; nothing listens here.
/// </summary>
/// <param name="line">The connection.</param>
/// <param name="space">Whose keys.</param>
/// <param name="self">What is told of this host.</param>
/// <param name="open">Opens a run's ends here.</param>
/// <param name="log">Told in a sentence what happens.</param>
public sealed class HostServer(
    RedisLine line, Space space, HostPresence self, Func<HostServer, HostOrder.Open, CancellationToken, Task<IHost>> open, Action<string> log) : IAsyncDisposable
{
    /// <summary>How long a host that is not heard of is still listed.</summary>
    public static readonly TimeSpan PresenceLife = TimeSpan.FromSeconds(6);

    /// <summary>How long what a controller began goes on when that controller is not heard of any more.</summary>
    public static TimeSpan LeaderPatience => Post.Patience;

    private const string TelemetryField = "telemetry";
    private const int MostTelemetry = 20_000;

    private static readonly TimeSpan PresenceStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TelemetryStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TelemetryAtLeast = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1);
    private Post? _post;
    private OpenRun? _run;

    /// <summary>What it does, in words.</summary>
    public string State => _run is { } run ? $"in a run of {run.Order.Cluster.Name}" : self.State;

    /// <summary>Why control does not work at this moment; null when it does.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Serves until it is told to stop. What was open is closed then.</summary>
    /// <exception cref="ControlException">Another host has this name.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await TakeNameAsync(cancellation);
        _post = new Post(line, space, self.Name) { Handler = HandleAsync };
        await _post.StartAsync();
        log($"{self.Name} waits for a controller at {line.Address}, space {space.Name}");
        Task[] loops = [PresentAsync(cancellation), TellAsync(cancellation)];
        try
        {
            await await Task.WhenAny(loops);
        }
        finally
        {
            await CloseAsync("this host stops");
            await LeaveAsync();
        }
    }

    /// <summary>Asks another host of the run.</summary>
    /// <exception cref="HostException">It is gone, or could not.</exception>
    public Task<HostAnswer> AskAsync(string host, HostOrder order, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        // Whether another host lives, the controller knows; for this one no answer is answer enough.
        return _post!.AskAsync(host, order, () => TimeProvider.System.GetElapsedTime(start), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_post is not null) await _post.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>Says that a host is there.</summary>
    internal static async Task PresentAsync(RedisLine line, Space space, HostPresence presence)
    {
        await line.Database.StringSetAsync(space.Host(presence.Name), JsonSerializer.SerializeToUtf8Bytes(presence, ControlContext.Default.HostPresence), PresenceLife);
        await line.Database.SortedSetAddAsync(space.Hosts, presence.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    /// <summary>Tells views.</summary>
    internal static Task TellAsync(RedisLine line, Space space, Telemetry telemetry) => line.Database.StreamAddAsync(
        space.Telemetry, TelemetryField, JsonSerializer.SerializeToUtf8Bytes(telemetry, ControlContext.Default.Telemetry), maxLength: MostTelemetry, useApproximateMaxLength: true);

    // A host that was restarted may find its former life's presence, which ends soon.
    private async Task TakeNameAsync(CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (await ReadAsync() is { } other)
        {
            if (TimeProvider.System.GetElapsedTime(start) > PresenceLife * 1.5)
                throw new ControlException($"there is a host {self.Name} already, on {other.Machine}: each needs a name of its own (--name)", lasting: true);
            await Task.Delay(PresenceStep / 4, cancellation);
        }

        async Task<HostPresence?> ReadAsync()
        {
            try
            {
                RedisValue json = await line.Database.StringGetAsync(space.Host(self.Name));
                return json.IsNull ? null : Written.Read(json, ControlContext.Default.HostPresence) ?? HostPresence.Unreadable(self.Name);
            }
            catch (Exception e) when (RedisLine.IsFailure(e))
            {
                throw line.Explain(e);
            }
        }
    }

    private async Task<HostAnswer> HandleAsync(HostOrder order, CancellationToken cancellation)
    {
        switch (order)
        {
            case HostOrder.Clock:
                return new HostAnswer.Time(TimeProvider.System.GetTimestamp());
            case HostOrder.Open opening:
                await CloseAsync("another run begins");
                return await OpenAsync(opening, cancellation);
            case HostOrder.Close:
                await CloseAsync("its controller says so");
                return new HostAnswer.Done();
            default:
                if (_run is not { } run) return new HostAnswer.Failed($"host {self.Name} takes part in no run: it was restarted, or had let go of it");
                return await run.Host.AskAsync(order, cancellation);
        }
    }

    private async Task<HostAnswer> OpenAsync(HostOrder.Open opening, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            IHost host = await open(this, opening, cancellation);
            _run = new OpenRun(opening, host);
            log($"{self.Name} takes part in a run of cluster {opening.Cluster.Name} with {string.Join(", ", opening.Ends)}");
            return new HostAnswer.Opened(host.Ends);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task CloseAsync(string why)
    {
        await _gate.WaitAsync();
        try
        {
            if (_run is not { } run) return;
            _run = null;
            await run.Host.DisposeAsync();
            log($"{self.Name} has let go of its run: {why}");
        }
        finally
        {
            _gate.Release();
        }
    }

    // Says that it is here, and sees whether its controller is.
    private async Task PresentAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await PresentAsync(line, space, self with { State = State });
                await WatchLeaderAsync();
                if (Trouble is not null) log("control works again");
                Trouble = null;
            }
            catch (Exception e) when (RedisLine.IsFailure(e))
            {
                string why = line.Explain(e).Message;
                if (why != Trouble) log(why);
                Trouble = why;
            }

            if (_run is { } open && TimeProvider.System.GetElapsedTime(open.LeaderHeard) > LeaderPatience)
                await CloseAsync($"its controller has not been heard of for {LeaderPatience.TotalSeconds:0} s");
            await Task.Delay(PresenceStep, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchLeaderAsync()
    {
        if (_run is not { } run) return;
        if (Written.Read(await line.Database.StringGetAsync(space.Leader), ControlContext.Default.Leader) is not { } leader) return;
        if (leader.Id == run.Order.Controller) run.LeaderHeard = TimeProvider.System.GetTimestamp();
        else await CloseAsync($"another controller leads now: {leader.Name}");
    }

    // Views of the members, when they changed, and now and then.
    private async Task TellAsync(CancellationToken cancellation)
    {
        IReadOnlyList<MemberView> told = [];
        long toldAt = 0;
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(TelemetryStep, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_run is not { } run) continue;
            try
            {
                IReadOnlyList<MemberView> now = [.. run.Host.Ends.Where(e => e.Kind == PortKind.Member).Select(e => run.Host.View(e.Name))];
                if (now.Count == 0 || (now.SequenceEqual(told, ReferenceEqualityComparer.Instance) && TimeProvider.System.GetElapsedTime(toldAt) < TelemetryAtLeast)) continue;
                await TellAsync(line, space, new Telemetry(self.Name, run.Order.Run, run.NowNs, now));
                (told, toldAt) = (now, TimeProvider.System.GetTimestamp());
            }
            catch (Exception e) when (RedisLine.IsFailure(e))
            {
                // The next view is told instead; PresentAsync says what is wrong.
            }
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            await line.Database.KeyDeleteAsync(space.Host(self.Name));
            await line.Database.SortedSetRemoveAsync(space.Hosts, self.Name);
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            // It expires by itself.
        }
    }

    private sealed class OpenRun(HostOrder.Open order, IHost host)
    {
        public HostOrder.Open Order => order;

        public IHost Host => host;

        public long LeaderHeard { get; set; } = TimeProvider.System.GetTimestamp();

        // The monotonic clock's ticks are nanoseconds on Linux.
        public long NowNs => TimeProvider.System.GetTimestamp() - order.OriginNs;
    }
}
