using StackExchange.Redis;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>A host between controllers that lose the lead and come back, and hosts of its own name. The server is real; what the host carries out is only noted.</summary>
public sealed class HostServerTests(RealServer server) : IClassFixture<RealServer>
{
    private static readonly ClusterSpec Cluster = LabSpec.Create(2);
    private static readonly Dictionary<string, string> Places = new() { ["m01"] = "esx1" };

    private readonly Space _space = new($"hosts-{Guid.NewGuid():N}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_controller_that_lost_the_lead_and_comes_back_leaves_the_next_ones_run_alone()
    {
        await using RedisLine line = await server.OpenAsync(), hosts = await server.OpenAsync(), other = await server.OpenAsync();
        await using var host = new Noted(hosts, _space);
        await host.ThereAsync();
        await using Controller first = await Controller.TakeLeadAsync(line, _space, "first");
        IHost before = (await first.OpenRunAsync(Cluster, Places, 0, force: false, Cancel)).Single().Host;

        // As if the first had not been heard of for as long as a claim lives.
        Controller second = await SecondAsync(other);
        IHost after = (await second.OpenRunAsync(Cluster, Places, 0, force: false, Cancel)).Single().Host;
        Assert.Equal(["open", "close", "open"], host.Done);
        Assert.Contains("is in another run", (await Assert.ThrowsAsync<HostException>(() => before.AskAsync<HostAnswer.Seen>(new HostOrder.Stop("m01"), Cancel))).Message);
        await first.DisposeAsync();
        await after.AskAsync<HostAnswer.Done>(new HostOrder.BeginPhase(Phases.Forming, 0), Cancel);
        Assert.Equal(["open", "close", "open", "BeginPhase"], host.Done);
        await second.DisposeAsync();
        Assert.Equal("close", host.Done[^1]);
    }

    [Fact]
    public async Task A_run_that_is_closed_ends_what_was_begun_for_it_and_is_not_opened_again()
    {
        await using RedisLine line = await server.OpenAsync(), hosts = await server.OpenAsync();
        await using var host = new Noted(hosts, _space);
        await host.ThereAsync();
        await using Post controller = new(line, _space, "controller");
        await controller.StartAsync();
        var open = new HostOrder.Open { Run = 7, Cluster = Cluster, OriginNs = 0, Ends = ["m01"], Places = Places };
        await controller.AskAsync("esx1", open, 7, () => null, Cancel);
        Task<HostAnswer> long_ = controller.AskAsync("esx1", new HostOrder.Start("m01"), 7, () => null, Cancel);
        await Eventually.UntilAsync(() => host.Done.Contains("Start"));
        Assert.Equal(new HostAnswer.Done(), await controller.AskAsync("esx1", new HostOrder.Close(), 7, () => null, Cancel));
        Assert.IsType<HostAnswer.Failed>(await long_.WaitAsync(Eventually.Limit, Cancel));
        Assert.Contains("over", Assert.IsType<HostAnswer.Failed>(await controller.AskAsync("esx1", open, 7, () => null, Cancel)).Why);
        Assert.Equal(["open", "Start", "close"], host.Done);
    }

    [Fact]
    public async Task A_second_host_of_one_name_is_refused_and_one_whose_name_was_taken_lets_go_and_says_so()
    {
        await using RedisLine line = await server.OpenAsync(), hosts = await server.OpenAsync();
        await using var host = new Noted(hosts, _space);
        await host.ThereAsync();
        await using var second = new Noted(line, _space);
        Assert.Contains("there is a host esx1 already, on here: each needs a name of its own", (await Assert.ThrowsAsync<ControlException>(() => second.Running.WaitAsync(Eventually.Limit, Cancel))).Message);
        Assert.False(host.Running.IsCompleted);

        // It was cut off for longer than a presence lasts, and the other was quicker.
        await Presence.TellAsync(line, _space, Noted.Esx1());
        ControlException taken = await Assert.ThrowsAsync<ControlException>(() => host.Running.WaitAsync(Eventually.Limit, Cancel));
        Assert.Contains("there is a host esx1 now, on here", taken.Message);
        Assert.True(taken.Lasting);
        // The name is the other's: it is not given up with this one.
        Assert.Single(await Controller.ListAsync(line, _space), h => h.Name == "esx1");
    }

    private async Task<Controller> SecondAsync(RedisLine line)
    {
        while (true)
        {
            await line.Database.KeyDeleteAsync(_space.Leader);
            try
            {
                return await Controller.TakeLeadAsync(line, _space, "second");
            }
            catch (ControlException)
            {
                // The first renewed its claim in between.
            }
        }
    }

    // A host that notes what it is asked. Only a start takes long: as long as it may.
    private sealed class Noted : IAsyncDisposable
    {
        private readonly RedisLine _line;
        private readonly Space _space;
        private readonly HostServer _server;
        private readonly CancellationTokenSource _end = new();
        private readonly List<string> _done = [];

        public Noted(RedisLine line, Space space)
        {
            (_line, _space) = (line, space);
            _server = new HostServer(line, space, Esx1(), self => self, OpenAsync, _ => { });
            Running = _server.RunAsync(_end.Token);
        }

        public Task Running { get; }

        public IReadOnlyList<string> Done
        {
            get
            {
                lock (_done) return [.. _done];
            }
        }

        public static HostPresence Esx1() => new() { Name = "esx1", Life = Guid.NewGuid(), Version = "test", Machine = "here" };

        public async Task ThereAsync()
        {
            while ((await Controller.ListAsync(_line, _space)).Count == 0) await Task.Delay(20, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _server.DisposeAsync();
            _end.Dispose();
        }

        private void Note(string what)
        {
            lock (_done) _done.Add(what);
        }

        private Task<IHost> OpenAsync(HostServer from, HostOrder.Open order, CancellationToken cancellation)
        {
            Note("open");
            return Task.FromResult<IHost>(new Ends(this, order.Ends));
        }

        private sealed class Ends(Noted noted, IReadOnlyList<string> names) : IHost
        {
            public string Name => "esx1";

            IReadOnlyList<EndInfo> IHost.Ends { get; } = [.. names.Select(n => new EndInfo(n, PortKind.Member, "198.18.0.1", true))];

            public MemberView View(string member) => Views.One(1, 1);

            public async Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation)
            {
                noted.Note(order.GetType().Name);
                if (order is HostOrder.Start) await Task.Delay(Timeout.Infinite, cancellation);
                return new HostAnswer.Done();
            }

            public ValueTask DisposeAsync()
            {
                noted.Note("close");
                return ValueTask.CompletedTask;
            }
        }
    }
}
