using System.Collections.Concurrent;
using StackExchange.Redis;
using VsanEmu.Control.Hosts;

namespace VsanEmu.Control.Redis;

/// <summary>
/// Orders and answers through inboxes, one stream for each party. An order is repeated until it is answered and carried out once: a server that is restarted, or
/// unreachable for a while, costs time and nothing else.
/// </summary>
internal sealed class Post : IAsyncDisposable
{
    /// <summary>How long a party may be silent before it counts as gone.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const string Field = "letter";

    // An inbox that nobody reads any more.
    private static readonly TimeSpan InboxLife = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Repeat = TimeSpan.FromSeconds(2);

    // Bells may be missed, and a server may not let this user ring.
    private static readonly TimeSpan WithoutBell = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(200);
    private const int AtOnce = 256;
    private const int MostLetters = 10_000;

    private readonly RedisLine _line;
    private readonly Space _space;
    private readonly string _name;
    private readonly SemaphoreSlim _bell = new(0);
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<HostAnswer>> _asked = [];
    private readonly Errands? _errands;
    private readonly CancellationTokenSource _end = new();
    private long _lastWell = TimeProvider.System.GetTimestamp();
    private Task _reading = Task.CompletedTask;

    /// <param name="line">The connection.</param>
    /// <param name="space">Whose keys.</param>
    /// <param name="name">The owner of the inbox.</param>
    /// <param name="handler">Carries out what others ask, by the run that it is part of; null when nobody may.</param>
    public Post(RedisLine line, Space space, string name, Func<ulong, HostOrder, CancellationToken, Task<HostAnswer>>? handler = null)
    {
        (_line, _space, _name) = (line, space, name);
        if (handler is not null) _errands = new Errands(name, handler);
    }

    /// <summary>Why nothing can be sent at this moment; null when all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>When the server answered last, by <see cref="TimeProvider.GetTimestamp"/>: trouble began then, for it is noticed only after a while.</summary>
    public long LastWell => Volatile.Read(ref _lastWell);

    /// <summary>Begins to read. What was in the inbox before is forgotten: it was meant for an earlier life.</summary>
    public async Task StartAsync()
    {
        try
        {
            await _line.Database.KeyDeleteAsync(_space.Inbox(_name));
            await _line.Subscriber.SubscribeAsync(_space.Bell(_name), (_, _) => Ring());
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            throw _line.Explain(e);
        }

        _reading = Task.Run(ReadAsync);
    }

    /// <summary>Has a party carry an order out.</summary>
    /// <param name="to">Who.</param>
    /// <param name="order">What.</param>
    /// <param name="run">The run that it is part of; 0 for none. Who has let go of that run does not do it.</param>
    /// <param name="silence">For how long the party has not been heard of; null when it is well.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="HostException">The party is gone, control has failed for longer than <see cref="Patience"/>, or the order is too long.</exception>
    public async Task<HostAnswer> AskAsync(string to, HostOrder order, ulong run, Func<TimeSpan?> silence, CancellationToken cancellation)
    {
        var letter = new Letter { Id = Guid.NewGuid(), From = _name, Run = run, Order = order };
        var answer = new TaskCompletionSource<HostAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[letter.Id] = answer;
        long? failing = null;
        try
        {
            while (true)
            {
                ControlException? failure = await TrySendAsync(to, letter);
                failing = failure is null ? null : failing ?? TimeProvider.System.GetTimestamp();
                if (failing is { } since && TimeProvider.System.GetElapsedTime(since) > Patience) throw new HostException($"{failure!.Message} (for {Patience.TotalSeconds:0} s)", failure);
                if (silence() is { } quiet && quiet > Patience) throw new HostException(failure?.Message ?? $"host {to} is gone: not heard of for {quiet.TotalSeconds:0} s", failure);
                Task waited = await Task.WhenAny(answer.Task, Task.Delay(failure is null ? Repeat : AfterFailure, cancellation));
                if (waited == answer.Task) return await answer.Task;
                cancellation.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _asked.TryRemove(letter.Id, out _);
        }
    }

    /// <summary>Stops reading.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        // It expires by itself, and so it does where the server does not answer: whoever ends waits for nothing more.
        if (Trouble is not null) return;
        try
        {
            await _line.Subscriber.UnsubscribeAsync(_space.Bell(_name));
            await _line.Database.KeyDeleteAsync(_space.Inbox(_name));
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            // It went just now.
        }
    }

    private void Ring()
    {
        if (_bell.CurrentCount == 0) _bell.Release();
    }

    private async Task ReadAsync()
    {
        RedisValue last = StreamPosition.Beginning;
        int atOnce = AtOnce;
        while (!_end.IsCancellationRequested)
        {
            try
            {
                long asked = TimeProvider.System.GetTimestamp();
                StreamEntry[] entries = await _line.Database.StreamReadAsync(_space.Inbox(_name), last, atOnce);
                Volatile.Write(ref _lastWell, asked);
                Trouble = null;
                atOnce = Math.Min(atOnce * 2, AtOnce);
                foreach (StreamEntry entry in entries)
                {
                    last = entry.Id;
                    Take(entry[Field]);
                }

                if (entries.Length > 0) await _line.Database.StreamDeleteAsync(_space.Inbox(_name), [.. entries.Select(e => e.Id)]);
                else await _bell.WaitAsync(WithoutBell, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // Nothing that anybody wrote may make this host deaf.
                Trouble = RedisLine.IsFailure(e) ? _line.Explain(e).Message : e.Message;
                // A server that was restarted without its data numbers entries anew, and what was read of it comes only once anyway.
                last = StreamPosition.Beginning;
                // It may have been too much for a slow way within a command's time.
                atOnce = 1;
                await Task.Delay(AfterFailure, CancellationToken.None);
            }
        }
    }

    // What another version wrote fails, rather than being waited for; what is no letter at all is nobody's.
    private void Take(RedisValue body)
    {
        if (Written.Read(body, ControlContext.Default.Letter, out string why) is { } letter)
        {
            if (letter.Answer is { } answer) Told(letter.Id, answer);
            else if (letter.Order is { } order) _ = AnswerAsync(letter, order);
        }
        else if (why.Length > 0 && Written.Read(body, ControlContext.Default.Envelope) is { } envelope)
        {
            var failed = new HostAnswer.Failed($"{_name} cannot read what {envelope.From} wrote; are both of one version? ({why})");
            if (envelope.Order is null) Told(envelope.Id, failed);
            else _ = TrySendAsync(envelope.From, new Letter { Id = envelope.Id, From = _name, Answer = failed });
        }
    }

    private void Told(Guid order, HostAnswer answer)
    {
        if (_asked.TryGetValue(order, out TaskCompletionSource<HostAnswer>? waiting)) waiting.TrySetResult(answer);
    }

    // Asked again after it was done, it only says again what came of it; asked again meanwhile, it will say so in time.
    private async Task AnswerAsync(Letter letter, HostOrder order)
    {
        if (_errands is null || await _errands.DoAsync(letter, order, _end.Token) is not { } done) return;
        var answer = new Letter { Id = letter.Id, From = _name, Answer = done };
        try
        {
            await TrySendAsync(letter.From, answer);
        }
        catch (HostException e)
        {
            await TrySendAsync(letter.From, answer with { Answer = new HostAnswer.Failed($"host {_name}: {e.Message}") });
        }
    }

    /// <exception cref="HostException">The letter is longer than its reader would take.</exception>
    private async Task<ControlException?> TrySendAsync(string to, Letter letter)
    {
        try
        {
            byte[] body = Written.Of(letter, ControlContext.Default.Letter);
            RedisKey inbox = _space.Inbox(to);
            await _line.Database.StreamAddAsync(inbox, Field, body, maxLength: MostLetters, useApproximateMaxLength: true);
            await _line.Database.KeyExpireAsync(inbox, InboxLife, flags: CommandFlags.FireAndForget);
            await _line.Subscriber.PublishAsync(_space.Bell(to), "", CommandFlags.FireAndForget);
            return null;
        }
        catch (FormatException e)
        {
            throw new HostException(e.Message, e);
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            ControlException why = _line.Explain(e);
            Trouble = why.Message;
            return why;
        }
    }
}
