using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Bulk;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Ping-pong by UDP between two ends: the next datagram leaves when the last one's answer has come, as in a request and its reply.</summary>
public static class RoundTrips
{
    /// <summary>Measures.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="to">Who answers.</param>
    /// <param name="payload">Payload of a datagram, bytes.</param>
    /// <param name="duration">How long.</param>
    /// <param name="dscp">Differentiated services code point.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <param name="perSecond">Questions per second: each counts from when it was due, so that what an answer kept waiting is not left out of the figures. 0 for the next one at once.</param>
    /// <exception cref="SocketException">A socket cannot be opened.</exception>
    public static async Task<RoundTripResult> RunAsync(ProbeSource from, ProbeSource to, int payload, TimeSpan duration, int dscp, CancellationToken cancellation, double perSecond = 0)
    {
        using Socket asks = LoadSockets.Sender(from, new IPEndPoint(to.Address, LoadPlan.UnicastPort), group: false, ttl: 64, dscp);
        using Socket answers = LoadSockets.Receiver(to, LoadPlan.UnicastPort);
        answers.Connect(asks.LocalEndPoint!);
        uint run = (uint)Random.Shared.Next();
        var stopped = new Flag();
        await using CancellationTokenRegistration ended = cancellation.Register(stopped.Set);

        Task echo = LongRunning(() => Echo(answers, stopped));
        RoundTripResult result = await LongRunning(() => Ask(asks, from.Name, to.Name, payload, run, duration, perSecond, stopped));
        stopped.Set();
        await echo;
        return result;
    }

    private static RoundTripResult Ask(Socket socket, string from, string to, int payload, uint run, TimeSpan duration, double perSecond, Flag stopped)
    {
        var delays = new Delays();
        byte[] question = new byte[payload], answer = new byte[payload];
        long sequence = 0, lost = 0, begin = Stopwatch.GetTimestamp(), until = begin + LoadClock.Ticks(duration);
        while (!stopped.IsSet)
        {
            long now = Stopwatch.GetTimestamp(), due = perSecond > 0 ? begin + (long)(sequence * Stopwatch.Frequency / perSecond) : now;
            if (now >= until || due >= until) break;
            if (due > now) ThreadTime.SleepUntil(due);
            new LoadDatagram(run, 1, sequence, LoadClock.Nanoseconds(now)).Write(question);
            if (!ConnectedDatagrams.TrySend(socket, question)) continue;
            sequence++;
            // A late answer to an earlier question is none to this one.
            int length;
            LoadDatagram got;
            do length = ConnectedDatagrams.Receive(socket, answer);
            while (length > 0 && LoadDatagram.TryParse(answer.AsSpan(0, length), out got) && got.Sequence < sequence - 1);
            if (length < 0) lost++;
            else delays.Take(LoadClock.Nanoseconds(Stopwatch.GetTimestamp() - due), 1);
        }

        long forgone = perSecond > 0 && !stopped.IsSet ? Math.Max(0, (long)Math.Ceiling(duration.TotalSeconds * perSecond) - sequence) : 0;
        return new RoundTripResult { From = from, To = to, Payload = payload, Sent = sequence, Lost = lost, Forgone = forgone, RoundTrip = delays.Summary() };
    }

    private static void Echo(Socket socket, Flag stopped)
    {
        byte[] datagram = new byte[LoadOptions.MaxPayload];
        while (!stopped.IsSet)
        {
            int length = ConnectedDatagrams.Receive(socket, datagram);
            if (length > 0) ConnectedDatagrams.TrySend(socket, datagram.AsSpan(0, length));
        }
    }

    private static Task<T> LongRunning<T>(Func<T> work) => Task.Factory.StartNew(work, TaskCreationOptions.LongRunning);

    private static Task LongRunning(Action work) => Task.Factory.StartNew(work, TaskCreationOptions.LongRunning);

    private sealed class Flag
    {
        private volatile bool _set;

        public bool IsSet => _set;

        public void Set() => _set = true;
    }
}
