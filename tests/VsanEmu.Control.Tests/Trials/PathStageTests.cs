using Microsoft.Extensions.Time.Testing;
using VsanEmu.Control.Trials;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class PathStageTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ClusterSpec _spec = LabSpec.Create(3);

    [Fact]
    public async Task Each_direction_is_listened_to_before_it_is_sent_on_and_told_as_it_was()
    {
        var trials = new ScriptedTrials(_time);
        var paths = new ScriptedPaths { Deaf = (at, _) => at == "m03" ? "Address already in use" : "" };
        TrialFindings found = await RunAsync(trials, paths, new Dictionary<string, int> { ["m01"] = 9000 }, "P1");
        Assert.Equal(6, paths.Asked.Count(a => a.StartsWith("listen")));
        Assert.Equal(6, trials.Asked.Count(a => a.What.Contains("streams")));
        Assert.Equal(6, found.Fragments.Count);
        Assert.Equal([13500, 2250, 2250], found.Fragments.DistinctBy(f => f.From).OrderBy(f => f.From).Select(f => f.Bytes));
        Assert.All(found.Fragments, f => Assert.Equal((10, 9, f.To == "m03" ? "m03 cannot listen: Address already in use" : ""), (f.Sent, f.Received, f.Error)));
        Assert.Empty(found.TcpStreams);
        Assert.DoesNotContain(paths.Asked, a => a.StartsWith("tcp"));
    }

    [Fact]
    public async Task Streams_of_tcp_go_both_ways_round_a_ring_a_few_at_a_time()
    {
        var paths = new ScriptedPaths();
        ClusterSpec spec = LabSpec.Create(64);
        TrialFindings found = await RunAsync(new ScriptedTrials(_time), paths, new Dictionary<string, int>(), "P3", spec);
        Assert.Equal(128, found.TcpStreams.Count);
        Assert.Equal(PathStage.StreamsAtATime, paths.MostAtATime);
        Assert.Empty(found.Fragments);
    }

    [Fact]
    public async Task Large_echo_requests_have_the_size_that_both_interfaces_take_unless_the_spec_says_another()
    {
        Dictionary<string, int> mtus = new() { ["m01"] = 9000, ["m02"] = 9000, ["m03"] = 65535 };
        Assert.Equal(["m01 pings m02+m03 64+9000", "m02 pings m01+m03 64+9000", "m03 pings m01+m02 64+9000"], await PingsAsync(_spec, mtus));
        mtus["m03"] = 1500;
        Assert.Contains("m01 pings m03 64+1500", await PingsAsync(_spec, mtus));
        Assert.All(await PingsAsync(_spec with { Trials = _spec.Trials with { Mtu = 4000 } }, mtus), p => Assert.EndsWith("64+4000", p));
    }

    private async Task<string[]> PingsAsync(ClusterSpec spec, Dictionary<string, int> mtus)
    {
        var trials = new ScriptedTrials(_time);
        var stage = new TrialStage(trials, spec, new ConductorOptions { Only = new HashSet<string> { "P2" } }, _time, new ScriptedPaths());
        await AheadAsync(stage.RunAsync(Views.AtRest(3), new TrialFindings(), TestContext.Current.CancellationToken, mtus));
        return [.. trials.Asked.Select(a => a.What).Where(a => a.Contains("pings")).Order()];
    }

    private async Task<TrialFindings> RunAsync(ScriptedTrials trials, ScriptedPaths paths, Dictionary<string, int> mtus, string only, ClusterSpec? spec = null)
    {
        spec ??= _spec;
        var found = new TrialFindings();
        var stage = new PathStage(trials, paths, spec, new ConductorOptions { Only = new HashSet<string> { only } }, _time);
        await AheadAsync(stage.RunAsync([.. spec.Members.Select(m => m.Name)], mtus, found, TestContext.Current.CancellationToken));
        return found;
    }

    private async Task AheadAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await work;
    }

    private sealed class ScriptedPaths : IPathTrials
    {
        private readonly Lock _gate = new();
        private readonly List<string> _asked = [];
        private int _now;

        public Func<string, string, string> Deaf { get; init; } = (_, _) => "";

        public IReadOnlyList<string> Asked => _asked;

        public int MostAtATime { get; private set; }

        public Task<string> ListenAsync(string at, string from, CancellationToken cancellation)
        {
            lock (_gate) _asked.Add($"listen {at} {from}");
            return Task.FromResult(Deaf(at, from));
        }

        public Task<int> HeardAsync(string at, string from, int trial, int bytes, CancellationToken cancellation) => Task.FromResult(9);

        public async Task<TcpStreamObservation> TcpAsync(string phase, TcpStream stream, CancellationToken cancellation)
        {
            lock (_gate)
            {
                _asked.Add($"tcp {stream.From} {stream.To}");
                MostAtATime = Math.Max(MostAtATime, ++_now);
            }

            await Task.Yield();
            await Task.Delay(2, cancellation);
            lock (_gate) _now--;
            return new TcpStreamObservation
            {
                Phase = phase,
                From = stream.From,
                To = stream.To,
                Opened = true,
                Planned = stream.Segments,
                Segments = stream.Segments,
                Retransmitted = 0,
                Needless = 0,
                OutOfOrder = 0,
                Delivered = stream.Segments,
                StartNs = 0,
                EndNs = 1,
            };
        }
    }
}
