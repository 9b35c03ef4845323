using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;

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

    /// <summary>For a test that wants to hold the receiver up: called before each call into the kernel.</summary>
    internal Action? BeforeReceive { get; init; }

    /// <summary>Whether the kernel does.</summary>
    public bool JoinsByKernel { get; private set; }

    /// <summary>Whether it lets datagrams gather.</summary>
    public bool Rests { get; } = flows.Any(f => f?.Flow.BitsPerSecond == 0);

    /// <summary>What ended it early.</summary>
    public string Error { get; private set; } = "";

    public void Run()
    {
        try
        {
            using var batch = new BatchReceiver(socket, Together, LoadOptions.MaxPayload, offload);
            JoinsByKernel = batch.JoinsByKernel;
            while (!clock.ReceiversStopped)
            {
                BeforeReceive?.Invoke();
                int messages = batch.Receive();
                long now = Stopwatch.GetTimestamp();
                for (int i = 0; i < messages; i++) Take(batch.Message(i), batch.SegmentLength(i), now);
                if (Rests && messages is > 0 and < Together) ThreadTime.SleepUntil(now + RestTicks);
            }

            long dropped = LoadSockets.Dropped(socket);
            foreach (FlowAtReceiver? flow in flows)
                if (flow is not null) flow.DroppedAtSocket = dropped;
        }
        catch (SocketException e)
        {
            Error = e.Message;
        }
        finally
        {
            socket.Dispose();
        }
    }

    // Datagrams that left together bear one time and follow each other: they are counted together.
    private void Take(ReadOnlySpan<byte> message, int length, long now)
    {
        long nowNs = LoadClock.Nanoseconds(now - clock.Origin);
        LoadDatagram first = default;
        int count = 0;
        long bytes = 0;
        while (message.Length > 0)
        {
            ReadOnlySpan<byte> datagram = message[..Math.Min(length, message.Length)];
            message = message[datagram.Length..];
            if (!LoadDatagram.TryParse(datagram, out LoadDatagram next) || (next.Run != run && next.Run != run + 1)) continue;
            if (count > 0 && next.Run == first.Run && next.Flow == first.Flow && next.SentNs == first.SentNs && next.Sequence == first.Sequence + count)
            {
                count++;
                bytes += datagram.Length;
                continue;
            }

            if (count > 0) Count(first, count, bytes, now, nowNs);
            (first, count, bytes) = (next, 1, datagram.Length);
        }

        if (count > 0) Count(first, count, bytes, now, nowNs);
    }

    private void Count(in LoadDatagram first, int count, long bytes, long now, long nowNs)
    {
        if ((uint)first.Flow >= (uint)flows.Length || flows[first.Flow] is not { } flow) return;
        flow.Next = first.Sequence + count;
        if (first.Run != run) return;
        flow.Sequence.Take(first.Sequence, count);
        flow.Hear(first.Sequence, count);
        flow.Delays.Take(nowNs - first.SentNs, count);
        if (now > clock.EndAt) flow.Late += count;
        flow.Add(count, bytes, now);
    }
}
