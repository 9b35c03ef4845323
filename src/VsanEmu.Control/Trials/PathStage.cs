using VsanEmu.Core.Checks.Plan;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Trials;

/// <summary>Tries what paths between members make of datagrams that must be cut (P1) and of TCP (P3), in the directions of <see cref="Pairs.Streams"/>.</summary>
/// <param name="trials">Who sends datagrams.</param>
/// <param name="paths">Who listens, and sends TCP.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="options">What is asked for.</param>
/// <param name="time">The clock for waiting.</param>
internal sealed class PathStage(ITrials trials, IPathTrials paths, ClusterSpec cluster, ConductorOptions options, TimeProvider time)
{
    /// <summary>Segments of one stream: at 2 % lost, 5 or fewer are lost once in 15,000 streams, and each port has four.</summary>
    public const int Segments = 1000;

    /// <summary>Bytes of one: with headers less than any path's MTU that P1 lets pass, so that a write is a segment.</summary>
    public const int SegmentBytes = 1200;

    /// <summary>Streams at a time: 8,000 segments a second are nothing to a fabric, and bearable for one machine that has all its ports.</summary>
    public const int StreamsAtATime = 8;

    // 2 % of fragments lost make 4 % of datagrams; that none arrives is no chance.
    private const int CutCount = 10;

    // Longer than any plan's trials have numbers.
    private const int FirstCutTrial = 1 << 20;

    private const string Phase = Phases.Trials;

    private static readonly TimeSpan SegmentInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan CutInterval = TimeSpan.FromMilliseconds(5);

    // From the last datagram until it has arrived, amply.
    private static readonly TimeSpan Arrival = TimeSpan.FromMilliseconds(200);

    /// <summary>Carries out both.</summary>
    /// <param name="members">The members that take part, by name.</param>
    /// <param name="mtus">MTU of each one's interface, where it is known.</param>
    /// <param name="findings">Where what comes of it goes.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task RunAsync(IReadOnlyList<string> members, IReadOnlyDictionary<string, int> mtus, TrialFindings findings, CancellationToken cancellation)
    {
        IReadOnlyList<(string From, string To)> ways = Pairs.Streams(members, cluster.Trials.Pairs);
        if (options.Wants("P1")) findings.Fragments.AddRange(await CutAsync(ways, mtus, cancellation));
        if (options.Wants("P3")) findings.TcpStreams.AddRange(await TcpAsync(ways, cancellation));
    }

    private async Task<FragmentObservation[]> CutAsync(IReadOnlyList<(string From, string To)> ways, IReadOnlyDictionary<string, int> mtus, CancellationToken cancellation)
    {
        TrialStream[] streams = [.. ways.Select((w, i) => Cut(w, FirstCutTrial + i, mtus.GetValueOrDefault(w.From, TrialSpec.UsualMtu)))];
        string[] deaf = await Task.WhenAll(ways.Select(w => paths.ListenAsync(w.To, w.From, cancellation)));
        StreamSent[] sent = await Task.WhenAll(streams.Select(s => trials.StreamAsync(s, cancellation)));
        await Task.Delay(Arrival, time, cancellation);
        int[] heard = await Task.WhenAll(ways.Zip(streams, (w, s) => paths.HeardAsync(w.To, w.From, s.Trial, s.Bytes, cancellation)));
        return
        [
            .. ways.Select((w, i) => new FragmentObservation
            {
                Phase = Phase,
                From = w.From,
                To = w.To,
                Bytes = streams[i].Bytes,
                Sent = sent[i].Sent,
                Received = heard[i],
                Error = deaf[i].Length > 0 ? $"{w.To} cannot listen: {deaf[i]}" : sent[i].Error,
            }),
        ];
    }

    // Half as long again as the sender's interface takes: two fragments.
    private TrialStream Cut((string From, string To) way, int trial, int mtu) => new()
    {
        Trial = trial,
        Sender = way.From,
        To = cluster.Members.First(m => m.Name == way.To).Address,
        Port = cluster.Channels.AgentPort,
        Count = CutCount,
        Interval = CutInterval,
        Bytes = Math.Min(mtu + (mtu / 2), TrialStream.MaxCutBytes),
        Ttl = TrialPlan.UnicastTtl,
        MayBeCut = true,
    };

    private async Task<TcpStreamObservation[]> TcpAsync(IReadOnlyList<(string From, string To)> ways, CancellationToken cancellation)
    {
        using var room = new SemaphoreSlim(StreamsAtATime);
        return await Task.WhenAll(ways.Select(async way =>
        {
            await room.WaitAsync(cancellation);
            try
            {
                return await paths.TcpAsync(Phase, new TcpStream(way.From, way.To, Segments, SegmentBytes, SegmentInterval), cancellation);
            }
            finally
            {
                room.Release();
            }
        }));
    }
}
