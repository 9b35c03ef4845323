using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic;

/// <summary>A flow's connection, at the end that sends.</summary>
internal sealed record TcpOutgoing(FlowAtSender From, Socket Socket)
{
    // A paced flow writes so often: what is due from one write to the next is less than a pacer lets it be behind, or nothing would ever be sent.
    private const int WritesPerSecond = 500;

    /// <summary>Bytes of one write: of a paced flow what its rate makes due from one to the next, be it a single byte.</summary>
    public int Write { get; } = From.Flow.BitsPerSecond == 0 ? From.Flow.Payload : (int)Math.Clamp(From.Flow.BitsPerSecond / 8 / WritesPerSecond, 1, From.Flow.Payload);

    /// <summary>When it may write.</summary>
    public Pacer Pacer(LoadClock clock) => new(From.Flow.BitsPerSecond / 8, clock.StartAt, TimeSpan.FromMilliseconds(1), clock.Ramp);

    /// <summary>Says no more, and keeps what TCP knows of the connection.</summary>
    public void Finish()
    {
        try
        {
            (From.Retransmits, From.RoundTripUs) = BulkStream.Information(Socket);
            From.Tcp = BulkStream.Facts(Socket);
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e)
        {
            Fail(e);
        }
    }

    public void Fail(SocketException e)
    {
        if (From.Error.Length == 0) From.Error = e.Message;
    }
}

/// <summary>A flow's connection, at the end that receives.</summary>
internal sealed record TcpIncoming(FlowAtReceiver To, Socket Socket);

/// <summary>Sends some flows from one thread: one flow by calls that wait, several by turns.</summary>
internal sealed class TcpSender(IReadOnlyList<TcpOutgoing> flows, LoadClock clock)
{
    private const int Together = 64;

    // A call that takes longer waited for room.
    private static readonly long Waited = Stopwatch.Frequency / 1000;

    private readonly Pacer[] _pacers = [.. flows.Select(f => f.Pacer(clock))];
    private readonly bool[] _over = new bool[flows.Count];

    // When each had room last, and in which turn.
    private readonly (long At, long Turn)[] _roomy = new (long, long)[flows.Count];
    private long _turn;

    public void Run()
    {
        clock.SleepUntilStart();
        if (flows.Count == 1) SendOne();
        else SendByTurns();
        for (int i = 0; i < flows.Count; i++)
        {
            flows[i].From.Forgone = _pacers[i].Forgone;
            flows[i].Finish();
        }

        long used = ThreadTime.Used;
        foreach (TcpOutgoing flow in flows) flow.From.ThreadNs = used / flows.Count;
    }

    private void SendOne()
    {
        for (long now = Stopwatch.GetTimestamp(); Goes(now) && !_over[0]; now = Stopwatch.GetTimestamp())
            if (!SendDue(0, now)) clock.SleepUntil(now, Math.Min(_pacers[0].NextAt(now), clock.EndAt));
    }

    private void SendByTurns()
    {
        using var set = new ReadySet();
        for (int i = 0; i < flows.Count; i++)
        {
            Descriptor.SetBlocking(flows[i].Socket, false);
            set.Add(flows[i].Socket, i, write: true);
        }

        Span<int> ready = stackalloc int[Together];
        for (long now = Stopwatch.GetTimestamp(); Goes(now); now = Stopwatch.GetTimestamp())
        {
            int count = set.Wait(ready, (int)LoadSockets.Patience.TotalMilliseconds);
            bool any = false;
            Note(ready[..count], Stopwatch.GetTimestamp());
            for (int i = 0; i < count; i++) any |= !_over[ready[i]] && SendDue(ready[i], now);
            // All that could be written to have had their share.
            if (count > 0 && !any) ThreadTime.SleepUntil(now + (Stopwatch.Frequency / 2000));
        }

        for (int i = 0; i < flows.Count; i++) Hold(i, Math.Min(Stopwatch.GetTimestamp(), clock.EndAt));
        foreach (TcpOutgoing flow in flows) set.Remove(flow.Socket);
    }

    // Who was left out of a turn in which there was a place had no room.
    private void Note(ReadOnlySpan<int> ready, long now)
    {
        foreach (int i in ready)
        {
            Hold(i, now);
            _roomy[i] = (now, _turn);
        }

        if (ready.Length < Together) _turn++;
    }

    private void Hold(int index, long now)
    {
        (long at, long turn) = _roomy[index];
        if (_turn > turn + 1 && now > clock.MeasureAt) flows[index].From.Held += now - Math.Max(at, clock.MeasureAt);
    }

    private bool Goes(long now) => now < clock.EndAt && !clock.SendersStopped;

    // False when nothing is due.
    private bool SendDue(int index, long now)
    {
        TcpOutgoing flow = flows[index];
        int write = flow.Write;
        int due = _pacers[index].Due(now, write);
        // Whole writes, not byte by byte.
        if (due < write) return false;
        try
        {
            int sent = BulkStream.Send(flow.Socket, due);
            long done = Stopwatch.GetTimestamp();
            _pacers[index].Sent(sent);
            if (done - now > Waited && now >= clock.MeasureAt) flow.From.Held += Math.Min(done, clock.EndAt) - now;
            if (sent > 0) flow.From.Add(1, sent, done);
        }
        catch (SocketException e)
        {
            flow.Fail(e);
            _over[index] = true;
        }

        return true;
    }
}

/// <summary>Receives some flows on one thread.</summary>
internal sealed class TcpReceiver(IReadOnlyList<TcpIncoming> flows, LoadClock clock)
{
    private const int Together = 64;

    private int _open = flows.Count;

    public void Run()
    {
        if (flows.Count == 1)
        {
            while (_open > 0 && !clock.ReceiversStopped) Take(flows[0]);
            return;
        }

        using var set = new ReadySet();
        for (int i = 0; i < flows.Count; i++)
        {
            Descriptor.SetBlocking(flows[i].Socket, false);
            set.Add(flows[i].Socket, i, write: false);
        }

        Span<int> ready = stackalloc int[Together];
        while (_open > 0 && !clock.ReceiversStopped)
        {
            int count = set.Wait(ready, (int)LoadSockets.Patience.TotalMilliseconds);
            for (int i = 0; i < count; i++)
                if (!Take(flows[ready[i]])) set.Remove(flows[ready[i]].Socket);
        }
    }

    // False at the end of the stream.
    private bool Take(TcpIncoming flow)
    {
        try
        {
            int count = BulkStream.Discard(flow.Socket);
            if (count > 0) flow.To.Add(0, count, Stopwatch.GetTimestamp());
            if (count >= 0) return true;
        }
        catch (SocketException e)
        {
            if (flow.To.Error.Length == 0) flow.To.Error = e.Message;
        }

        _open--;
        return false;
    }
}
