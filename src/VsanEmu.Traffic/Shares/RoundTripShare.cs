using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic.Shares;

/// <summary>Questions of members that are here, and answers where the one is here whom they ask.</summary>
internal sealed class RoundTripShare : ILoadShare
{
    private readonly ShareSetup _setup;
    private readonly LoadWork.RoundTrips _work;
    private readonly string[] _from;
    private readonly Socket[] _answers;
    private Socket[] _asks = [];
    private LoadThread[] _asking = [];
    private LoadThread[] _answering = [];
    private RoundTripCounts[] _counts = [];
    private LoadClock? _clock;
    private Baseline? _baseline;

    /// <summary>Opens what answers, each socket to one who asks and to nobody else.</summary>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public RoundTripShare(ShareSetup setup, LoadWork.RoundTrips work)
    {
        (_setup, _work) = (setup, work);
        _from = [.. work.From.Where(setup.Ends.ContainsKey)];
        _answers = setup.Ends.ContainsKey(work.To) ? [.. work.From.Select(Answers)] : [];
    }

    /// <inheritdoc/>
    public Task ConnectAsync(CancellationToken cancellation)
    {
        var to = new IPEndPoint(_setup.Address(_work.To), LoadPlan.UnicastPort);
        _asks = [.. _from.Select(f => LoadSockets.Sender(_setup.Ends[f], to, group: false, ttl: 64, _work.Options.Dscp, LoadPlan.QuestionPort))];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Begin(long atNs)
    {
        LoadClock clock = _clock = _setup.Clock(_work.Options, TimeSpan.Zero, atNs);
        _counts = new RoundTripCounts[_from.Length];
        _answering = LoadThreads.Started(_answers.Select(a => (Action)(() => Answer(a, clock))), clock);
        _asking = LoadThreads.Started(_asks.Select((a, i) => (Action)(() => _counts[i] = Ask(a, _from[i], clock))), clock);
        _baseline = new Baseline(clock, () => { });
    }

    /// <inheritdoc/>
    public PartCounts Count()
    {
        LoadThreads.Check(_asking, _answering);
        return new(0, 0, 0, 0, null, Sends: _asking.Any(t => t.IsAlive));
    }

    /// <inheritdoc/>
    public void Stop() => _clock?.StopSenders();

    /// <inheritdoc/>
    public async Task<LoadPart> EndAsync(CancellationToken cancellation)
    {
        await LoadThreads.EndedAsync(_asking, cancellation);
        double processors = _baseline!.End();
        _clock!.StopReceivers();
        await LoadThreads.EndedAsync(_answering, cancellation);
        return new LoadPart.OfRoundTrips(_counts, processors, Environment.ProcessorCount);
    }

    /// <summary>Ends everything at once.</summary>
    public void Dispose()
    {
        _clock?.StopSenders();
        _clock?.StopReceivers();
        foreach (LoadThread thread in _asking.Concat(_answering)) thread.Join();
        foreach (Socket socket in _asks.Concat(_answers)) socket.Dispose();
    }

    private Socket Answers(string to)
    {
        Socket socket = LoadSockets.Receiver(_setup.Ends[_work.To], LoadPlan.UnicastPort);
        socket.Connect(new IPEndPoint(_setup.Address(to), LoadPlan.QuestionPort));
        return socket;
    }

    private RoundTripCounts Ask(Socket socket, string from, LoadClock clock)
    {
        var delays = new Delays();
        byte[] question = new byte[_work.Payload], answer = new byte[_work.Payload];
        double perSecond = _work.Options.PacketsPerSecond ?? 0;
        long sequence = 0, lost = 0, begin = clock.StartAt, until = clock.EndAt, ahead = 0, error = long.MaxValue;
        clock.SleepUntilStart();
        while (!clock.SendersStopped)
        {
            long now = Stopwatch.GetTimestamp(), due = perSecond > 0 ? begin + (long)(sequence * Stopwatch.Frequency / perSecond) : now;
            if (now >= until || due >= until) break;
            if (due > now) clock.SleepUntil(now, due);
            if (clock.SendersStopped) break;
            long sent = Stopwatch.GetTimestamp();
            new LoadDatagram(_setup.Run, 1, sequence, LoadClock.Nanoseconds(sent - clock.Origin)).Write(question);
            if (!ConnectedDatagrams.TrySend(socket, question)) continue;
            sequence++;
            // A late answer to an earlier question is none to this one, and none to a question that was not asked.
            int length;
            LoadDatagram got = default;
            do length = ConnectedDatagrams.Receive(socket, answer);
            while (length >= 0 && (!LoadDatagram.TryParse(answer.AsSpan(0, length), out got) || got.Run != _setup.Run || got.Sequence != sequence - 1));
            if (length < 0)
            {
                lost++;
                continue;
            }

            long came = Stopwatch.GetTimestamp(), half = LoadClock.Nanoseconds(came - sent) / 2;
            delays.Take(LoadClock.Nanoseconds(came - due), 1);
            if (half < error) (ahead, error) = (got.SentNs - LoadClock.Nanoseconds(sent - clock.Origin) - half, half);
        }

        long forgone = perSecond > 0 && !clock.SendersStopped ? Math.Max(0, (long)Math.Ceiling(_work.Options.Duration.TotalSeconds * perSecond) - sequence) : 0;
        var result = new RoundTripResult { From = from, To = _work.To, Payload = _work.Payload, Sent = sequence, Lost = lost, Forgone = forgone, RoundTrip = delays.Summary(), Fragments = LoadPlan.Fragments(_work.Payload, SendingInterface.Of(_setup, from).Mtu) };
        return new(result, ahead, error);
    }

    // An answer is the question with the time at which it is given.
    private static void Answer(Socket socket, LoadClock clock)
    {
        byte[] datagram = new byte[LoadOptions.MaxPayload];
        while (!clock.ReceiversStopped)
        {
            int length = ConnectedDatagrams.Receive(socket, datagram);
            if (length < 0 || !LoadDatagram.TryParse(datagram.AsSpan(0, length), out LoadDatagram asked)) continue;
            LoadDatagram.Stamp(datagram, asked.Sequence, LoadClock.Nanoseconds(Stopwatch.GetTimestamp() - clock.Origin));
            ConnectedDatagrams.TrySend(socket, datagram.AsSpan(0, length));
        }
    }
}
