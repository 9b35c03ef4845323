using System.Collections.Concurrent;
using VsanEmu.Control.Hosts;

namespace VsanEmu.Control.Redis;

/// <summary>
/// Orders that were taken. Each is carried out once, however often it arrives, and what came of it is remembered for as long as it may be asked for again.
/// </summary>
/// <param name="name">Who carries them out.</param>
/// <param name="handler">How, by the run that an order is part of.</param>
internal sealed class Errands(string name, Func<ulong, HostOrder, CancellationToken, Task<HostAnswer>> handler)
{
    // Who asks gives up before that.
    private static readonly TimeSpan Remembered = Post.Patience * 1.5;

    private readonly ConcurrentDictionary<Guid, Errand> _taken = [];
    private long _swept = TimeProvider.System.GetTimestamp();

    /// <summary>How many are under way, or remembered.</summary>
    public int Count => _taken.Count;

    /// <summary>What came of an order, or comes; null where it is under way already: whoever took it first will tell.</summary>
    /// <param name="letter">The order.</param>
    /// <param name="order">The order itself.</param>
    /// <param name="end">Ends it early.</param>
    public async ValueTask<HostAnswer?> DoAsync(Letter letter, HostOrder order, CancellationToken end)
    {
        Sweep();
        if (_taken.TryGetValue(letter.Id, out Errand? known)) return known.Answer;
        var errand = new Errand();
        _taken[letter.Id] = errand;
        errand.Answer = await Task.Run(() => CarryOutAsync(letter.Run, order, end), CancellationToken.None);
        return errand.Answer;
    }

    private async Task<HostAnswer> CarryOutAsync(ulong run, HostOrder order, CancellationToken end)
    {
        try
        {
            return await handler(run, order, end);
        }
        catch (Exception e)
        {
            // Whatever it was, who asked must hear of it.
            return new HostAnswer.Failed($"host {name}: {e.Message}");
        }
    }

    // A captured port's answer has some MB, and a host lives long. What is under way is never forgotten: it would be carried out twice.
    private void Sweep()
    {
        if (TimeProvider.System.GetElapsedTime(_swept) < Remembered / 10) return;
        _swept = TimeProvider.System.GetTimestamp();
        foreach ((Guid id, Errand errand) in _taken)
            if (errand.Answer is not null && TimeProvider.System.GetElapsedTime(errand.DoneAt) > Remembered) _taken.TryRemove(id, out _);
    }

    private sealed class Errand
    {
        private volatile HostAnswer? _answer;

        public long DoneAt { get; private set; }

        public HostAnswer? Answer
        {
            get => _answer;
            set
            {
                DoneAt = TimeProvider.System.GetTimestamp();
                _answer = value;
            }
        }
    }
}
