using System.Diagnostics;
using VsanEmu.Core.Load;
using VsanEmu.Core.Spec;

namespace VsanEmu.Traffic.Tests;

/// <summary>The course of a load with hosts that do nothing, and with some that do not answer.</summary>
public sealed class LoadSessionTests
{
    private static readonly TimeSpan Enough = Eventually.Limit;

    [Fact]
    public async Task Told_to_stop_it_waits_for_a_dead_host_no_longer_than_it_may()
    {
        CancellationToken test = TestContext.Current.CancellationToken;
        ScriptedHost good = new("good"), dead = new("dead");
        using var cancellation = new CancellationTokenSource();
        Task<LoadResult> load = Load(TimeSpan.FromSeconds(0.5), good, dead).RunAsync(null, cancellation.Token);
        await dead.Counted.WaitAsync(Enough, test);
        dead.Dies();
        long told = Stopwatch.GetTimestamp();
        await cancellation.CancelAsync();
        string said = (await Assert.ThrowsAsync<LoadFailedException>(() => load.WaitAsync(Enough, test))).Message;
        Assert.Equal("interrupted, and dead did not say within 0.5 s what was counted", said);
        Assert.True(Stopwatch.GetElapsedTime(told) >= TimeSpan.FromSeconds(0.4));
        Assert.Equal((true, true), (good.Stopped, dead.Stopped));
    }

    [Fact]
    public async Task What_fails_at_one_host_stops_at_the_others()
    {
        CancellationToken test = TestContext.Current.CancellationToken;
        ScriptedHost good = new("good"), bad = new("bad");
        Task<LoadResult> load = Load(Enough, good, bad).RunAsync(null, CancellationToken.None);
        await bad.Counted.WaitAsync(Enough, test);
        bad.Fails();
        Assert.Equal("it broke", (await Assert.ThrowsAsync<LoadFailedException>(() => load.WaitAsync(Enough, test))).Message);
        Assert.True(good.Stopped);
    }

    private static LoadRun Load(TimeSpan stopTime, params ScriptedHost[] hosts)
    {
        long origin = Stopwatch.GetTimestamp();
        var stage = new LoadStage(LabSpec.Create(2), hosts, () => (long)Stopwatch.GetElapsedTime(origin).TotalNanoseconds, "test") { StopTime = stopTime };
        return new LoadRun(stage, new LoadOptions { Profile = LoadProfile.Ring, Duration = TimeSpan.FromMinutes(10) });
    }

    // Sends until it is stopped, or for ever when it is dead: then it answers nothing, whatever it is told.
    private sealed class ScriptedHost(string name) : ILoadHost
    {
        private readonly TaskCompletionSource _counted = new();
        private readonly TaskCompletionSource<PartCounts> _never = new();
        private volatile bool _dead;
        private volatile bool _broken;

        public string Name => name;

        public bool Stopped { get; private set; }

        public Task Counted => _counted.Task;

        public void Dies() => _dead = true;

        public void Fails() => _broken = true;

        public Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation) => Task.CompletedTask;

        public Task ConnectAsync(uint run, CancellationToken cancellation) => Task.CompletedTask;

        public Task BeginAsync(uint run, long atNs, CancellationToken cancellation) => Task.CompletedTask;

        public Task<PartCounts> CountAsync(uint run, CancellationToken cancellation)
        {
            _counted.TrySetResult();
            if (_broken) throw new LoadFailedException("it broke");
            return _dead ? _never.Task : Task.FromResult(new PartCounts(0, 0, 0, 0, 0, Sends: !Stopped));
        }

        public Task StopAsync(uint run, CancellationToken cancellation)
        {
            Stopped = true;
            return _dead ? _never.Task : Task.CompletedTask;
        }

        public Task<LoadPart> EndAsync(uint run, CancellationToken cancellation) => Task.FromResult<LoadPart>(new LoadPart.OfFlows([], [], false, 0, 1));
    }
}
