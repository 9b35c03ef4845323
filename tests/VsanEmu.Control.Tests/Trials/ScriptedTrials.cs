using System.Net;
using VsanEmu.Core.Observations;

namespace VsanEmu.Control.Tests.Trials;

/// <summary>Does nothing, and keeps in order what it was asked to; streams take their time on the clock that it is given.</summary>
internal sealed class ScriptedTrials(TimeProvider? time = null) : ITrials
{
    private readonly Lock _gate = new();
    private readonly List<(TimeSpan At, string What)> _asked = [];
    private readonly long _start = (time ?? TimeProvider.System).GetTimestamp();

    public Func<string, GroupAct, string> Refusal { get; init; } = (_, _) => "";

    /// <summary>Datagrams of each stream that the sender's kernel refuses.</summary>
    public Func<TrialStream, int> Refused { get; init; } = _ => 0;

    /// <summary>Echo requests of a size, of those that are sent in one call, to which no answer comes.</summary>
    public Func<string, int, int, int> Unanswered { get; init; } = (_, _, _) => 0;

    public IReadOnlyList<(TimeSpan At, string What)> Asked
    {
        get
        {
            lock (_gate) return [.. _asked];
        }
    }

    private TimeSpan Now => (time ?? TimeProvider.System).GetElapsedTime(_start);

    public Task AskAsync(string from, IReadOnlyList<string> whose, CancellationToken cancellation)
    {
        Note($"{from} asks for {string.Join('+', whose)}");
        return Task.CompletedTask;
    }

    public async Task<StreamSent> StreamAsync(TrialStream stream, CancellationToken cancellation)
    {
        Note($"{stream.Sender} streams {stream.Trial} to {stream.To}");
        long start = (long)Now.TotalNanoseconds;
        await Task.Delay(stream.Length, time ?? TimeProvider.System, cancellation);
        Note($"end of {stream.Trial}");
        int refused = Refused(stream);
        return new StreamSent(stream.Count - refused, start, (long)Now.TotalNanoseconds, refused > 0 ? "Operation not permitted" : "", refused);
    }

    public Task<GroupActDone> ActAsync(string endpoint, GroupAct act, IPAddress group, CancellationToken cancellation)
    {
        Note($"{endpoint} {act} {group}");
        return Task.FromResult(new GroupActDone((long)Now.TotalNanoseconds, 3, Refusal(endpoint, act)));
    }

    public Task<IReadOnlyList<PingObservation>> PingAsync(
        string phase, string from, IReadOnlyList<string> to, IReadOnlyList<int> bytes, int count, CancellationToken cancellation)
    {
        Note($"{from} pings {string.Join('+', to)} {string.Join('+', bytes)}");
        return Task.FromResult<IReadOnlyList<PingObservation>>(
        [
            .. to.SelectMany(_ => bytes, (name, size) =>
                new PingObservation { Phase = phase, From = from, To = name, Bytes = size, Sent = count, Answered = count - Unanswered(name, size, count), MinNs = 1, MedianNs = 1, MaxNs = 1 }),
        ]);
    }

    public Task<IReadOnlyList<ProbeObservation>> AttemptAsync(
        string phase, ProbeMethod method, IReadOnlyList<(string From, string To, string As)> attempts, CancellationToken cancellation)
    {
        Note($"{attempts.Count} {method}");
        return Task.FromResult<IReadOnlyList<ProbeObservation>>([]);
    }

    public Task<IdleObservation> IdleAsync(string from, string to, TimeSpan idle, CancellationToken cancellation)
    {
        Note($"{from} idles to {to} for {idle.TotalSeconds:0} s");
        return Task.FromResult(new IdleObservation { From = from, To = to, IdleNs = (long)idle.TotalNanoseconds, Survived = true, How = "answered" });
    }

    private void Note(string what)
    {
        lock (_gate) _asked.Add((Now, what));
    }
}
