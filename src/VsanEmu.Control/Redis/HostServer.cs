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
/// <param name="asNow">The same as it is now: where it is on the fabric may change.</param>
/// <param name="open">Opens a run's ends here.</param>
/// <param name="log">Told in a sentence what happens.</param>
public sealed class HostServer(
    RedisLine line, Space space, HostPresence self, Func<HostPresence, HostPresence> asNow, Func<HostServer, HostOrder.Open, CancellationToken, Task<IHost>> open, Action<string> log) : IAsyncDisposable
{
    /// <summary>How long what a controller began goes on when that controller is not heard of any more.</summary>
    public static TimeSpan LeaderPatience => Post.Patience;

    /// <summary>How long a host that is not heard of is still listed.</summary>
    public static TimeSpan PresenceLife => Presence.Life;

    private const string TelemetryField = "telemetry";
    private const int MostTelemetry = 20_000;

    private static readonly TimeSpan SilenceStep = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TelemetryStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TelemetryAtLeast = TimeSpan.FromSeconds(1);

    private readonly string _name = self.Name;
    private readonly SemaphoreSlim _gate = new(1);
    private Post? _post;
    private OpenRun? _run;
    private OpenRun? _opening;
    private ulong _over;

    /// <summary>What it does, in words.</summary>
    public string State => _run is { } run ? $"in a run of {run.Order.Cluster.Name}" : self.State;

    /// <summary>Why control does not work at this moment; null when it does.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Serves until it is told to stop. What was open is closed then.</summary>
    /// <exception cref="ControlException">Another host has this name, or the server does not work from the beginning.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var presence = new Presence(line, space, self, () => asNow(self) with { State = State });
        await presence.TakeAsync(cancellation);
        _post = new Post(line, space, _name, HandleAsync);
        await _post.StartAsync();
        log($"{_name} waits for a controller at {line.Address}, space {space.Name}");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] loops = [PresentAsync(presence, end.Token), WatchSilenceAsync(end.Token), TellAsync(end.Token)];
        try
        {
            await await Task.WhenAny(loops);
        }
        finally
        {
            await CloseAsync("this host stops");
            await end.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Trouble is null) await LeaveAsync(presence);
        }
    }

    /// <summary>Asks another host of the run.</summary>
    /// <exception cref="HostException">It is gone, or could not.</exception>
    public Task<HostAnswer> AskAsync(string host, ulong run, HostOrder order, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        // Whether another host lives, the controller knows; for this one no answer is answer enough.
        return _post!.AskAsync(host, order, run, () => TimeProvider.System.GetElapsedTime(start), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_post is not null) await _post.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>Tells views.</summary>
    internal static Task TellAsync(RedisLine line, Space space, Telemetry telemetry) => line.Database.StreamAddAsync(
        space.Telemetry, TelemetryField, Written.Of(telemetry, ControlContext.Default.Telemetry), maxLength: MostTelemetry, useApproximateMaxLength: true);

    // A controller that had lost the lead, and finds the server again, must not touch the run of the next: what is not of the open run is not done.
    private async Task<HostAnswer> HandleAsync(ulong run, HostOrder order, CancellationToken cancellation)
    {
        switch (order)
        {
            case HostOrder.Clock:
                return new HostAnswer.Time(TimeProvider.System.GetTimestamp());
            case HostOrder.Open opening:
                return await OpenAsync(opening, cancellation);
            case HostOrder.Close:
                await CloseAsync("its controller says so", run);
                return new HostAnswer.Done();
            default:
                if (_run is not { } open) return new HostAnswer.Failed($"host {_name} takes part in no run: it was restarted, or had let go of it");
                if (open.Order.Run != run) return new HostAnswer.Failed($"host {_name} is in another run: another controller leads it");
                using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, open.Over))
                    return await open.Host.AskAsync(order, either.Token);
        }
    }

    private async Task<HostAnswer> OpenAsync(HostOrder.Open order, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (order.Run == _over) return new HostAnswer.Failed($"host {_name} takes part in no run that is over");
            if (await OtherLeaderAsync(order) is { } other) return new HostAnswer.Failed($"host {_name} follows another controller: {other}");
            await LetGoAsync("another run begins");
            var run = _opening = new OpenRun(order);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, run.Over);
            run.Host = await open(this, order, either.Token);
            _run = run;
            log($"{_name} takes part in a run of cluster {order.Cluster.Name} with {string.Join(", ", order.Ends)}");
            return new HostAnswer.Opened(run.Host.Ends);
        }
        finally
        {
            _opening = null;
            _gate.Release();
        }
    }

    // Whatever is open, or only a certain run.
    private async Task CloseAsync(string why, ulong? only = null)
    {
        if (_opening is { } opening && (only ?? opening.Order.Run) == opening.Order.Run) opening.End();
        await _gate.WaitAsync();
        try
        {
            _over = only ?? _over;
            if (_run is { } run && (only ?? run.Order.Run) == run.Order.Run) await LetGoAsync(why);
        }
        finally
        {
            _gate.Release();
        }
    }

    // Behind the gate.
    private async Task LetGoAsync(string why)
    {
        if (_run is not { } run) return;
        _run = null;
        _over = run.Order.Run;
        run.End();
        await run.Host.DisposeAsync();
        log($"{_name} has let go of its run: {why}");
    }

    // Says that it is here, and sees whether its controller is.
    private async Task PresentAsync(Presence presence, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await presence.RenewAsync();
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

            await Task.Delay(Presence.Step, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchLeaderAsync()
    {
        if (_run is not { } run || await LeaderAsync() is not { } leader) return;
        if (leader.Who.Id == run.Order.Controller) run.LeaderHeard = leader.HeardAt;
        else await CloseAsync($"another controller leads now: {leader.Who.Name}", run.Order.Run);
    }

    // By itself: whatever a command to the server waits for, this does not.
    private async Task WatchSilenceAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (_run is { } run && TimeProvider.System.GetElapsedTime(run.LeaderHeard) > LeaderPatience)
                await CloseAsync($"its controller has not been heard of for {LeaderPatience.TotalSeconds:0} s", run.Order.Run);
            await Task.Delay(SilenceStep, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Who leads, and when it said so last: its claim outlives it, and how much of its life is left tells since when. Null when nobody does.
    private async Task<(Leader Who, long HeardAt)?> LeaderAsync()
    {
        RedisValueWithExpiry claim = await line.Database.StringGetWithExpiryAsync(space.Leader);
        if (Leader.Of(claim.Value) is not { } leader) return null;
        TimeSpan since = Controller.LeadLife - (claim.Expiry ?? TimeSpan.Zero);
        return (leader, TimeProvider.System.GetTimestamp() - (long)(Math.Max(since.TotalSeconds, 0) * TimeProvider.System.TimestampFrequency));
    }

    private async Task<string?> OtherLeaderAsync(HostOrder.Open order)
    {
        try
        {
            return await LeaderAsync() is { } leader && leader.Who.Id != order.Controller ? leader.Who.Name : null;
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            // Nobody knows; it shows within a second of the server's return.
            return null;
        }
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
                await TellAsync(line, space, new Telemetry(_name, run.Order.Run, run.NowNs, now));
                (told, toldAt) = (now, TimeProvider.System.GetTimestamp());
            }
            catch (Exception e) when (RedisLine.IsFailure(e))
            {
                // The next view is told instead; PresentAsync says what is wrong.
            }
        }
    }

    private static async Task LeaveAsync(Presence presence)
    {
        try
        {
            await presence.LeaveAsync();
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            // It expires by itself.
        }
    }

    private sealed class OpenRun(HostOrder.Open order)
    {
        private readonly CancellationTokenSource _over = new();

        public HostOrder.Open Order => order;

        public IHost Host { get; set; } = null!;

        public long LeaderHeard { get; set; } = TimeProvider.System.GetTimestamp();

        /// <summary>Cancelled when this host lets go of it: nothing that was begun for it goes on.</summary>
        public CancellationToken Over => _over.Token;

        // The monotonic clock's ticks are nanoseconds on Linux.
        public long NowNs => TimeProvider.System.GetTimestamp() - order.OriginNs;

        public void End() => _over.Cancel();
    }
}
