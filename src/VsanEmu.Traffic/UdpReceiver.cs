using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;
using VsanEmu.Net.Udp;

namespace VsanEmu.Traffic;

/// <summary>Receives all flows of one port at one end, on a thread of its own.</summary>
/// <param name="flows">Where it counts, by the flow's number; the rest are null.</param>
/// <param name="socket">Bound to the port; disposed of at the end.</param>
/// <param name="clock">When it ends.</param>
/// <param name="run">The measured run's number.</param>
/// <param name="offload">Whether the kernel is to join datagrams.</param>
internal sealed class UdpReceiver(FlowAtReceiver?[] flows, Socket socket, LoadClock clock, uint run, bool offload)
{
    private const int Together = 64;

    /// <summary>How long it rests after it has taken what there was, if it does.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMicroseconds(50);

    // A receiver that waits is woken for each datagram, which its sender pays for: where the sender goes as fast as it can, some are let gather.
    private static readonly long RestTicks = LoadClock.Ticks(Rest);

    // No datagram is under way for longer, and no clock that was compared is further off: ns.
    private const double MostApartNs = 3600e9;

    // Strangers may send for ever.
    private static readonly long LastTicks = 2 * Stopwatch.Frequency;

    private long _foreign;
    private long _droppedBefore;

    /// <summary>For a test that wants to hold the receiver up: called before each call into the kernel.</summary>
    internal Action? BeforeReceive { get; init; }

    /// <summary>Whether the kernel does.</summary>
    public bool JoinsByKernel { get; private set; }

    /// <summary>Whether it lets datagrams gather.</summary>
    public bool Rests { get; } = flows.Any(f => f?.Flow.BitsPerSecond == 0);

    /// <summary>Datagrams of the longest burst that came as one; 1 when each came by itself, 0 when the kernel joins none.</summary>
    public int LongestJoined { get; private set; }

    public void Run()
    {
        try
        {
            Receive();
        }
        catch (SocketException e)
        {
            foreach (FlowAtReceiver flow in flows.OfType<FlowAtReceiver>()) flow.Error = $"the receiver on UDP {flow.Flow.Port} failed: {e.Message}";
        }
        finally
        {
            long dropped = LoadSockets.Dropped(socket) - _droppedBefore;
            foreach (FlowAtReceiver flow in flows.OfType<FlowAtReceiver>()) (flow.DroppedAtSocket, flow.ForeignAtSocket) = (dropped, _foreign);
            socket.Dispose();
        }
    }

    private void Receive()
    {
        using var batch = new BatchReceiver(socket, Together, LoadOptions.MaxPayload, offload);
        JoinsByKernel = batch.JoinsByKernel;
        bool measures = false, ends = false;
        int messages = 0;
        long until = long.MaxValue;
        // What is in its socket when it is to end has come: who had no time to take it before takes it now, and looks once at least.
        for (long now = Stopwatch.GetTimestamp(); !ends || (messages > 0 && now < until);)
        {
            if (!ends && clock.ReceiversStopped) (ends, until) = (true, now + LastTicks);
            BeforeReceive?.Invoke();
            messages = batch.Receive();
            now = Stopwatch.GetTimestamp();
            // What a warm-up overran is not part of the measurement.
            if (!measures && now >= clock.MeasureAt) (measures, _droppedBefore) = (true, clock.MeasureAt > clock.StartAt ? LoadSockets.Dropped(socket) : 0);
            for (int i = 0; i < messages; i++) Take(batch.Message(i), batch.SegmentLength(i), batch.Source(i), now);
            if (Rests && messages is > 0 and < Together) ThreadTime.SleepUntil(now + RestTicks);
        }
    }

    // Datagrams that left together bear one time and follow each other: they are counted together.
    private void Take(ReadOnlySpan<byte> message, int length, Ipv4Endpoint from, long now)
    {
        LoadDatagram first = default;
        int count = 0;
        long bytes = 0;
        if (JoinsByKernel && message.Length > 0) LongestJoined = Math.Max(LongestJoined, (message.Length + length - 1) / length);
        do
        {
            // An empty one is none of ours either.
            ReadOnlySpan<byte> datagram = message[..Math.Min(length, message.Length)];
            message = message[datagram.Length..];
            if (!LoadDatagram.TryParse(datagram, out LoadDatagram next) || (next.Run != run && next.Run != run + 1))
            {
                _foreign++;
                continue;
            }

            if (count > 0 && next.Run == first.Run && next.Flow == first.Flow && next.SentNs == first.SentNs && next.Sequence == first.Sequence + count)
            {
                count++;
                bytes += datagram.Length;
                continue;
            }

            if (count > 0) Count(first, count, bytes, from, now);
            (first, count, bytes) = (next, 1, datagram.Length);
        }
        while (message.Length > 0);

        if (count > 0) Count(first, count, bytes, from, now);
    }

    private void Count(in LoadDatagram first, int count, long bytes, Ipv4Endpoint from, long now)
    {
        if ((uint)first.Flow >= (uint)flows.Length || flows[first.Flow] is not { } flow || !flow.IsFrom(from) || !IsOfNow(first.SentNs, now))
        {
            _foreign += count;
            return;
        }

        if (first.Run != run)
        {
            // Of the warm-up, whose sender is paced by it: not when what is measured has begun.
            if (flow.Came == 0) flow.Next = first.Sequence < long.MaxValue - count ? first.Sequence + count : 0;
            return;
        }

        if (!flow.Believes(first.Sequence, count, (double)(now - clock.MeasureAt) / Stopwatch.Frequency, out (long First, int Count) before))
        {
            _foreign += count;
            return;
        }

        if (before.Count > 0)
        {
            _foreign -= before.Count;
            Add(flow, before.First, before.Count, (long)before.Count * flow.Flow.Payload, now);
        }

        flow.Delays.Take(LoadClock.Nanoseconds(now - clock.Origin) - first.SentNs, count);
        Add(flow, first.Sequence, count, bytes, now);
    }

    private void Add(FlowAtReceiver flow, long first, int count, long bytes, long now)
    {
        // The first of what is measured ends the warm-up's numbers.
        flow.Next = flow.Came == 0 ? first + count : Math.Max(flow.Next, first + count);
        flow.Sequence.Take(first, count);
        flow.Hear(first, count);
        if (now > clock.EndAt) flow.Late += count;
        flow.Add(count, bytes, now);
    }

    // A time that no sender's clock can have shown is not a sender's.
    private bool IsOfNow(long sentNs, long now) => Math.Abs((double)LoadClock.Nanoseconds(now - clock.Origin) - sentNs) < MostApartNs;
}
