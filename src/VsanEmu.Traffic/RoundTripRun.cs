using VsanEmu.Core.Load;

namespace VsanEmu.Traffic;

/// <summary>Ping-pong by UDP between two members: the next datagram leaves when the last one's answer has come, as in a request and its reply.</summary>
/// <param name="stage">With whom.</param>
/// <param name="options">Time and code point; with <see cref="LoadOptions.PacketsPerSecond"/> each question counts from when it was due, so that what an answer kept waiting is not left out.</param>
public sealed class RoundTripRun(LoadStage stage, LoadOptions options)
{
    /// <summary>What may be left unanswered, percent; null for anything but all. Default what the options say, or <see cref="LossBound.DefaultPercent"/>: questions that wait for their answers overrun nothing.</summary>
    public double? Bound { get; init; } = options.MaxLossPercent ?? LossBound.DefaultPercent;

    /// <summary>Measures.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="to">Who answers.</param>
    /// <param name="payload">Payload of a datagram, bytes.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<RoundTripResult> RunAsync(string from, string to, int payload, CancellationToken cancellation)
    {
        LoadCourse<LoadPart.OfRoundTrips> course = await CourseAsync([from], to, payload, cancellation);
        RoundTripResult result = course.Parts.Values.SelectMany(p => p.All).Single().Result;
        return result with { Verdict = RoundTripJudge.Verdict(result, Bound, course.Completed) };
    }

    /// <summary>Has many ask one at a time; what each counted, by name.</summary>
    internal async Task<IReadOnlyDictionary<string, RoundTripCounts>> AskAsync(IReadOnlyList<string> from, string to, int payload, CancellationToken cancellation) =>
        (await CourseAsync(from, to, payload, cancellation)).Parts.Values.SelectMany(p => p.All).ToDictionary(c => c.Result.From);

    private Task<LoadCourse<LoadPart.OfRoundTrips>> CourseAsync(IReadOnlyList<string> from, string to, int payload, CancellationToken cancellation) =>
        new LoadSession(stage, new LoadWork.RoundTrips(options, from, to, payload), leadIn: TimeSpan.Zero, settling: TimeSpan.Zero).RunAsync<LoadPart.OfRoundTrips>(null, cancellation);
}
