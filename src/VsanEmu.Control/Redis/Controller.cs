using System.Globalization;
using System.IO.Compression;
using StackExchange.Redis;
using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Redis;

/// <summary>The controller's side of control: one at a time leads the hosts of a space.</summary>
public sealed class Controller : IAsyncDisposable
{
    /// <summary>How long the lead is kept without being renewed: after so long another controller may take it.</summary>
    public static readonly TimeSpan LeadLife = TimeSpan.FromSeconds(5);

    /// <summary>How long before it begins a phase is announced.</summary>
    public static readonly TimeSpan PhaseLead = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchStep = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SilenceTold = Presence.Step * 5;
    private static readonly TimeSpan TelemetryStep = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TelemetryLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RecordLife = TimeSpan.FromDays(7);
    private const int TelemetryAtOnce = 1000;

    private readonly RedisLine _line;
    private readonly Space _space;
    private readonly Leader _self;
    private readonly byte[] _claim;
    private readonly Post _post;
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenSource _ousted = new();
    private IReadOnlyDictionary<string, RemoteHost> _hosts = new Dictionary<string, RemoteHost>();
    private ulong _run;
    private long _viewsTaken;
    private readonly List<(long Since, long Until, string Why)> _outages = [];
    private Task _loops = Task.CompletedTask;

    private Controller(RedisLine line, Space space, Leader self)
    {
        (_line, _space, _self) = (line, space, self);
        _claim = Written.Of(self, ControlContext.Default.Leader);
        _post = new Post(line, space, $"controller-{self.Id:N}");
    }

    /// <summary>Why it leads no more; empty while it does.</summary>
    public string Ousted { get; private set; } = "";

    /// <summary>Views that it took from telemetry so far.</summary>
    public long ViewsTaken => Volatile.Read(ref _viewsTaken);

    /// <summary>Cancelled when it leads no more.</summary>
    public CancellationToken OustedToken => _ousted.Token;

    /// <summary>Takes the lead.</summary>
    /// <param name="line">The connection; its opener's to dispose of.</param>
    /// <param name="space">Whose hosts.</param>
    /// <param name="name">Its name, for whoever comes second.</param>
    /// <exception cref="ControlException">Another controller leads, or the server does not work.</exception>
    public static async Task<Controller> TakeLeadAsync(RedisLine line, Space space, string name)
    {
        var controller = new Controller(line, space, new Leader(name, Guid.NewGuid(), DateTimeOffset.Now.ToString("O", CultureInfo.InvariantCulture)));
        try
        {
            if (await controller.OtherAsync() is { } other)
                throw new ControlException($"{other.Name} leads space {space.Name} at {line.Address} since {other.Since}: one controller at a time (it gives the lead up when it ends, or {LeadLife.TotalSeconds:0} s after it died)", lasting: true);
            await controller._post.StartAsync();
            controller._loops = Task.WhenAll(controller.LeadAsync(), controller.ListenAsync(), controller.WatchAsync());
            return controller;
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            throw line.Explain(e);
        }
    }

    /// <summary>The hosts that are there now and can be led, by name.</summary>
    /// <exception cref="ControlException">The server does not work.</exception>
    public async Task<IReadOnlyList<HostPresence>> HostsAsync() => [.. (await ListAsync(_line, _space)).Where(h => h.IsReadable)];

    /// <summary>All hosts of a space, by name. It takes no lead.</summary>
    /// <exception cref="ControlException">The server does not work.</exception>
    public static async Task<IReadOnlyList<HostPresence>> ListAsync(RedisLine line, Space space)
    {
        try
        {
            RedisValue[] names = await line.Database.SortedSetRangeByRankAsync(space.Hosts);
            RedisValue[] found = await line.Database.StringGetAsync([.. names.Select(n => space.Host(n!))]);
            RedisValue[] gone = [.. names.Where((_, i) => found[i].IsNull)];
            if (gone.Length > 0) await line.Database.SortedSetRemoveAsync(space.Hosts, gone);
            return [.. names.Zip(found).Where(h => !h.Second.IsNull)
                .Select(h => HostPresence.Of(h.First!, h.Second)).OrderBy(h => h.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            throw line.Explain(e);
        }
    }

    /// <summary>Opens a run on hosts.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="places">Host by end.</param>
    /// <param name="originTimestamp">When the run began, as <see cref="TimeProvider.GetTimestamp"/> gave it here.</param>
    /// <param name="force">Whether members start even though traffic is heard that is not this tool's.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The hosts, open, and how well their clocks are known.</returns>
    /// <exception cref="HostException">A host could not; the message names it.</exception>
    public async Task<IReadOnlyList<(IHost Host, HostClock Clock)>> OpenRunAsync(
        ClusterSpec cluster, IReadOnlyDictionary<string, string> places, long originTimestamp, bool force, CancellationToken cancellation)
    {
        _run = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        var order = new HostOrder.Open { Run = _run, Cluster = cluster, OriginNs = 0, Ends = [], Places = places, Controller = _self.Id, Force = force };
        RemoteHost[] hosts = [.. places.Values.Distinct().Order(StringComparer.Ordinal).Select(name => new RemoteHost(name, _run, _post))];
        _hosts = hosts.ToDictionary(h => h.Name);
        await Task.WhenAll(hosts.Select(h => h.OpenAsync(order with { Ends = [.. places.Where(p => p.Value == h.Name).Select(p => p.Key)] }, originTimestamp, cancellation)));
        return [.. hosts.Select(h => ((IHost)h, h.Clock))];
    }

    /// <summary>Why control does not work at this moment, or who is silent; null when all is well.</summary>
    public string? Trouble => _post.Trouble ?? _hosts.Values.Where(h => h.Silence > SilenceTold).MaxBy(h => h.Silence) switch
    {
        { } silent => $"host {silent.Name} has not been heard of for {silent.Silence.TotalSeconds:0} s",
        null => null,
    };

    /// <summary>When hosts could not be told what to do, or one of them was silent: since when, until when, by <see cref="TimeProvider.GetTimestamp"/>, and why.</summary>
    public IReadOnlyList<(long Since, long Until, string Why)> Outages
    {
        get
        {
            lock (_outages) return [.. _outages];
        }
    }

    /// <summary>Keeps a record for whoever wants to read it later, compressed by gzip, for a week.</summary>
    /// <exception cref="ControlException">The server does not work, or is full.</exception>
    public async Task KeepAsync(Action<Stream> record)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) record(gzip);
        try
        {
            await _line.Database.StringSetAsync(_space.Record, packed.ToArray(), RecordLife);
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            throw _line.Explain(e);
        }
    }

    /// <summary>Has the hosts let go, and gives the lead up. With hosts dead or the server gone it does not wait long: hosts let go by themselves, and the lead expires.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await LeaveAsync().WaitAsync(LeaveLimit);
        }
        catch (TimeoutException)
        {
            // Whoever is told to end by Ctrl-C must be gone before the process is cut off.
        }
    }

    private async Task LeaveAsync()
    {
        await Task.WhenAll(_hosts.Values.Select(h => h.DisposeAsync().AsTask()));
        await _end.CancelAsync();
        await Task.WhenAll(_loops, _post.DisposeAsync().AsTask());
        // It expires by itself.
        if (_post.Trouble is not null) return;
        try
        {
            await _line.Database.LockReleaseAsync(_space.Leader, _claim);
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            // The server went just now.
        }
    }

    /// <summary>Takes what these hosts tell of a run, without having opened it there.</summary>
    internal void Watch(ulong run, IReadOnlyList<string> hosts) => (_hosts, _run) = (hosts.ToDictionary(h => h, h => new RemoteHost(h, run, _post)), run);

    // Takes or renews the lead; who has it instead, or null.
    private async Task<Leader?> OtherAsync()
    {
        if (await _line.Database.LockExtendAsync(_space.Leader, _claim, LeadLife) || await _line.Database.LockTakeAsync(_space.Leader, _claim, LeadLife)) return null;
        RedisValue held = await _line.Database.LockQueryAsync(_space.Leader);
        return held.IsNull ? null : Leader.Of(held) ?? new Leader("a controller of another version", Guid.Empty, "an unknown time");
    }

    private async Task LeadAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                if (await OtherAsync() is { } other && other.Id != _self.Id)
                {
                    Ousted = $"{other.Name} has taken the lead of space {_space.Name}: control had been lost for more than {LeadLife.TotalSeconds:0} s";
                    await _ousted.CancelAsync();
                    return;
                }

                await _line.Database.KeyExpireAsync(_space.Telemetry, TelemetryLife);
                foreach (SortedSetEntry present in await _line.Database.SortedSetRangeByRankWithScoresAsync(_space.Hosts))
                    if (_hosts.TryGetValue($"{present.Element}", out RemoteHost? host)) host.HearAt(present.Score);
            }
            catch (Exception e) when (RedisLine.IsFailure(e) || e is ControlException)
            {
                // The post says what is wrong.
            }

            await Task.Delay(Step, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What lasts is one outage, and what is over is kept.
    private async Task WatchAsync()
    {
        bool before = false;
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(WatchStep, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            string? why = Trouble;
            long now = TimeProvider.System.GetTimestamp();
            lock (_outages)
            {
                // It was there before it was noticed.
                if (why is not null && !before) _outages.Add((_post.Trouble is null ? now - TimeProvider.System.TimestampFrequency * (long)SilenceTold.TotalSeconds : _post.LastWell, now, why));
                else if (why is not null) _outages[^1] = _outages[^1] with { Until = now };
            }

            before = why is not null;
        }
    }

    private async Task ListenAsync()
    {
        RedisValue last = StreamPosition.NewMessages;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                // "New" means nothing to a question that does not wait: the last entry's number does.
                if (last == StreamPosition.NewMessages) last = await LastAsync();
                StreamEntry[] entries = await _line.Database.StreamReadAsync(_space.Telemetry, last, TelemetryAtOnce);
                foreach (StreamEntry entry in entries)
                {
                    last = entry.Id;
                    Take(entry);
                }

                if (entries.Length == 0) await Task.Delay(TelemetryStep, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (RedisLine.IsFailure(e))
            {
                last = StreamPosition.Beginning;
                await Task.Delay(Step / 4, CancellationToken.None);
            }
        }
    }

    private async Task<RedisValue> LastAsync()
    {
        StreamEntry[] latest = await _line.Database.StreamRangeAsync(_space.Telemetry, count: 1, messageOrder: Order.Descending);
        return latest.Length == 0 ? StreamPosition.Beginning : latest[0].Id;
    }

    private void Take(StreamEntry entry)
    {
        if (Written.Read(entry.Values[0].Value, ControlContext.Default.Telemetry) is not { } told || told.Run != _run) return;
        if (!_hosts.TryGetValue(told.Host, out RemoteHost? host)) return;
        host.Hear();
        MemberView[] views = [.. told.Views.OfType<MemberView>()];
        foreach (MemberView view in views) host.See(told.AtNs, view);
        Volatile.Write(ref _viewsTaken, _viewsTaken + views.Length);
    }
}
