using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Traffic;

/// <summary>Sends one flow's datagrams at its pace, on a thread of its own.</summary>
/// <param name="flow">Where it counts.</param>
/// <param name="receivers">Its receivers in this process, by which a sender without a rate is paced: it must not overrun its own receivers and call that the fabric's loss.</param>
/// <param name="sharers">Flows that come to the busiest of those receivers' sockets, which have room for all of them together.</param>
/// <param name="socket">Connected to where it sends; disposed of at the end.</param>
/// <param name="clock">When it begins and ends.</param>
/// <param name="run">The measured run's number; what warms up bears the next one.</param>
/// <param name="options">Whether the kernel is to cut bursts, and whether it ends after so many datagrams.</param>
internal sealed class UdpSender(FlowAtSender flow, FlowAtReceiver[] receivers, int sharers, Socket socket, LoadClock clock, uint run, LoadOptions options)
{
    // Datagrams at a time: what one message can be cut into, and a few messages.
    private const int MostTogether = 128;
    private const int MostPlain = 64;

    // Under way at most, when nothing else sets the pace: less than a receiver's socket has room for.
    private const int MostUnderWay = 8192;
    private const int MostUnderWayBytes = 6 << 20;

    // After so long without news, what is under way is taken for lost.
    private static readonly long Patience = Stopwatch.Frequency / 200;

    // A moment's rest where the kernel has no room.
    private static readonly long Rest = Stopwatch.Frequency / 20_000;

    /// <summary>For a test that wants order upset: the number that a datagram bears instead of its own.</summary>
    internal Func<long, long>? Renumber { get; init; }

    /// <summary>Who sends.</summary>
    public string From => flow.Flow.From;

    public void Run()
    {
        try
        {
            IPEndPoint[] groups = flow.Flow.Groups.Count > 1 ? [.. flow.Flow.Groups.Select(g => new IPEndPoint(g, flow.Flow.Port))] : [];
            using var batch = new BatchSender(socket, flow.Flow.Payload, options.Offload ? MostTogether : MostPlain, options.Offload ? BatchMethod.Segments : BatchMethod.Many, groups);
            clock.SleepUntilStart();
            if (clock.MeasureAt > clock.StartAt) Send(batch, run + 1, clock.StartAt, clock.MeasureAt, counts: false);
            long used = ThreadTime.Used;
            Send(batch, run, clock.MeasureAt, clock.EndAt, counts: true);
            flow.ThreadNs = ThreadTime.Used - used;
            flow.SegmentsByKernel = batch.Method == BatchMethod.Segments;
        }
        catch (SocketException e)
        {
            (flow.Error, flow.Unreachable) = (e.Message, e.SocketErrorCode is SocketError.HostUnreachable);
        }
        finally
        {
            socket.Dispose();
        }
    }

    private void Send(BatchSender batch, uint number, long from, long until, bool counts)
    {
        for (int i = 0; i < batch.Capacity; i++) new LoadDatagram(number, flow.Flow.Id, 0, 0).Write(batch[i]);
        var pacer = new Pacer(flow.Flow.BitsPerSecond / (8.0 * flow.Flow.Payload), from, TimeSpan.FromMicroseconds(100), counts ? default : clock.Ramp);
        foreach (FlowAtReceiver receiver in receivers) receiver.Next = 0;
        var window = new Window(Math.Max(1, Math.Min(MostUnderWay, MostUnderWayBytes / flow.Flow.Payload) / sharers));
        // What its own host refuses is not sent: its number goes to the next one, and its time is over.
        long sequence = 0, refused = 0, last = options.BurstDatagrams > 0 ? options.BurstDatagrams : long.MaxValue;
        for (long now = Stopwatch.GetTimestamp(); now < until && sequence + refused < last && !clock.SendersStopped; now = Stopwatch.GetTimestamp())
        {
            int due = last < long.MaxValue ? (int)Math.Min(last - sequence - refused, batch.Capacity) : pacer.Unlimited ? window.Room(this, sequence, now, batch.Capacity) : pacer.Due(now, batch.Capacity);
            if (due == 0)
            {
                clock.SleepUntil(now, pacer.Unlimited ? now + Rest : Math.Min(pacer.NextAt(now), until));
                continue;
            }

            long sentNs = LoadClock.Nanoseconds(now - clock.Origin);
            for (int i = 0; i < due; i++) LoadDatagram.Stamp(batch[i], Renumber is null ? sequence + i : Renumber(sequence + i), sentNs);
            int sent = batch.Send(due);
            sequence += sent;
            refused += batch.Refused;
            pacer.Sent(sent + batch.Refused);
            if (counts && sent > 0) flow.Add(sent, (long)sent * flow.Flow.Payload, now);
            if (sent < due) ThreadTime.SleepUntil(now + Rest);
        }

        if (counts) (flow.Forgone, flow.Refused) = (pacer.Forgone, refused);
    }

    private long Slowest()
    {
        long slowest = long.MaxValue;
        foreach (FlowAtReceiver receiver in receivers) slowest = Math.Min(slowest, receiver.Next);
        return slowest;
    }

    // How much may be under way: what the slowest receiver has not seen yet. What is lost on the way must not stop the sender.
    private struct Window(int most)
    {
        private long _seen;
        private long _seenAt;
        private long _givenUp;

        public int Room(UdpSender sender, long sequence, long now, int capacity)
        {
            long slowest = sender.Slowest();
            if (slowest > _seen || _seenAt == 0) (_seen, _seenAt) = (slowest, now);
            // Receivers of other hosts tell nothing while it goes on.
            if (slowest == long.MaxValue) return capacity;
            long from = Math.Max(_seen, _givenUp);
            if (sequence - from >= most && now - _seenAt > Patience)
            {
                // A receiver that is deaf, or all of it lost: go on a window at a time.
                _givenUp = from = sequence;
                _seenAt = now;
            }

            return (int)Math.Clamp(most - (sequence - from), 0, capacity);
        }
    }
}
