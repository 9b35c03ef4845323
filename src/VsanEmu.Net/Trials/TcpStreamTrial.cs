using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Native;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tcp;
using VsanEmu.Net.Threads;

namespace VsanEmu.Net.Trials;

/// <summary>
/// A paced stream of small segments to another member's listener, of which some come back, and what both kernels say of it (P3; Wire/README.md, "Measurement"). It
/// sends from a thread of its own, which ends with it.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="patience">How long the stream may take longer than its own length, and how long the listener's word is waited for.</param>
/// <param name="nowNs">Nanoseconds since the run began.</param>
internal sealed class TcpStreamTrial(ClusterSpec cluster, TimeSpan patience, Func<long> nowNs)
{
    // What was missed is sent at once up to this lateness; beyond it the rest comes later, so that a stall makes no burst.
    private const long MaxLateNs = 20_000_000;

    // tcp(7); the longest options go with a segment besides (RFC 9293, 3.1).
    private const int MaxSegmentSize = 2, MaxOptions = 40;

    private static readonly TimeSpan SendStep = TimeSpan.FromMilliseconds(200);

    /// <summary>Opens, sends, asks what came.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The order is beyond what <see cref="TcpStream"/> allows.</exception>
    internal async Task<TcpStreamObservation> RunAsync(string phase, TcpStream order, ProbeSource from, MemberSpec self, MemberSpec to, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Segments, TcpStream.MaxSegments);
        ArgumentOutOfRangeException.ThrowIfLessThan(order.Segments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order.Bytes, TcpStream.MaxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(order.Bytes, TcpStream.MinBytes);
        var blank = new TcpStreamObservation
        {
            Phase = phase,
            From = order.From,
            To = order.To,
            Opened = false,
            Planned = order.Segments,
            Segments = 0,
            Retransmitted = 0,
            Needless = 0,
            OutOfOrder = 0,
            Delivered = -1,
            StartNs = nowNs(),
            EndNs = nowNs(),
        };
        (Socket? socket, string why) = await OpenAsync(order.Bytes, from, new IPEndPoint(to.Address, cluster.Channels.ReliablePort), cancellation).ConfigureAwait(false);
        if (socket is null) return blank with { EndNs = nowNs(), Error = why };
        using (socket)
        {
            TcpStreamObservation Send() => this.Send(socket, order, self, to, blank with { Opened = true }, cancellation);
            TcpStreamObservation seen = await OwnThread.RunAsync(Send, cancellation, "stream").ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return seen;
        }
    }

    private async Task<(Socket? Socket, string Why)> OpenAsync(int bytes, ProbeSource from, IPEndPoint to, CancellationToken cancellation)
    {
        Socket socket = await from.Namespace.RunAsync(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, cancellation).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(cluster.Timers.TcpConnect);
        try
        {
            // What waits behind a lost segment would be sent together, in either direction, and meet what only long packets meet: that is P1's matter.
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, MaxSegmentSize, BitConverter.GetBytes(bytes + MaxOptions));
            socket.Bind(new IPEndPoint(from.Address, 0));
            await socket.ConnectAsync(to, limit.Token).ConfigureAwait(false);
            return (socket, "");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            return (null, e is SocketException ? e.Message : "never opened");
        }
    }

    private TcpStreamObservation Send(Socket socket, TcpStream order, MemberSpec self, MemberSpec to, TcpStreamObservation blank, CancellationToken cancellation)
    {
        TcpStreamObservation seen = blank with { StartNs = nowNs() };
        var answers = new Answers(socket, cluster.ClusterId, to.Id, order);
        string error = "";
        try
        {
            Use(socket);
            Pace(socket, order, self, answers, cancellation);
            Await(answers, cancellation);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            error = e.Message;
        }

        TcpFigures figures = TcpFigures.Of(socket);
        ProbeReport? report = answers.Report;
        return seen with
        {
            Segments = figures.DataSegmentsOut,
            Retransmitted = figures.Retransmitted,
            Needless = figures.DsackDuplicates,
            OutOfOrder = (long)(report?.OutOfOrder ?? 0),
            Delivered = report is { } told ? (long)told.Frames : -1,
            Acknowledged = Math.Min(order.Segments, figures.BytesAcknowledged / order.Bytes),
            Returned = answers.Returned,
            EndNs = nowNs(),
            Error = answers.Fault.Length > 0 ? answers.Fault : error.Length > 0 || report is not null ? error : "no answer",
        };
    }

    private static void Use(Socket socket)
    {
        socket.Blocking = true;
        socket.SendTimeout = socket.ReceiveTimeout = (int)SendStep.TotalMilliseconds;
    }

    private void Pace(Socket socket, TcpStream order, MemberSpec self, Answers answers, CancellationToken cancellation)
    {
        byte[] frame = new byte[order.Bytes];
        long interval = (long)order.Interval.TotalNanoseconds, due = Stopwatch.GetTimestamp(), end = due + (long)(order.Length + patience).TotalNanoseconds;
        for (uint number = 0; number < order.Segments; number++)
        {
            int payload = order.Bytes - MessageHeader.Overhead;
            new Probe(1, number, (uint)order.Segments).Write(frame.AsSpan(MessageHeader.Size), payload);
            new MessageHeader(MessageKind.Probe, cluster.ClusterId, self.Id, number + 1, 0).Seal(frame, payload);
            Whole(socket, frame, end, cancellation);
            // What came back must not fill the socket.
            if (socket.Available > 0) answers.Take();
            due += interval;
            long now = Stopwatch.GetTimestamp();
            if (now < due) Libc.SleepUntil(due);
            else if (now - due > MaxLateNs) due = now;
        }
    }

    private static void Whole(Socket socket, ReadOnlySpan<byte> frame, long end, CancellationToken cancellation)
    {
        while (frame.Length > 0)
        {
            int sent = socket.Send(frame, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.WouldBlock or SocketError.TimedOut)) throw new SocketException((int)error);
            frame = frame[Math.Max(0, sent)..];
            if (frame.Length > 0) GiveUp(end, "nothing more could be sent", cancellation);
        }
    }

    private void Await(Answers answers, CancellationToken cancellation)
    {
        long end = Stopwatch.GetTimestamp() + (long)patience.TotalNanoseconds;
        while (!answers.Complete)
            if (!answers.Take()) GiveUp(end, "no answer", cancellation);
    }

    private static void GiveUp(long end, string why, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || Stopwatch.GetTimestamp() > end) throw new TimeoutException(why);
    }

    /// <summary>What the listener sends: some of the segments, and at the end what came.</summary>
    private sealed class Answers(Socket socket, Guid clusterId, MemberId from, TcpStream order)
    {
        // Nothing longer than a segment comes back.
        private readonly int _longest = Math.Max(order.Bytes, MessageHeader.Overhead + ProbeReport.Size);
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _have;
        private bool _ended;

        /// <summary>Segments that came back whole.</summary>
        public int Returned { get; private set; }

        /// <summary>What it says that came; null before.</summary>
        public ProbeReport? Report { get; private set; }

        /// <summary>What is wrong with what came back; empty when nothing is.</summary>
        public string Fault { get; private set; } = "";

        /// <summary>True when nothing more is to come.</summary>
        public bool Complete => Report is not null || _ended;

        /// <summary>Takes what there is, or waits a moment for it; false when nothing came.</summary>
        public bool Take()
        {
            int read = socket.Receive(_buffer.AsSpan(_have), SocketFlags.None, out SocketError error);
            if (error is SocketError.WouldBlock or SocketError.TimedOut) return false;
            if (error != SocketError.Success) throw new SocketException((int)error);
            _ended |= read == 0;
            _have += read;
            int used = 0;
            while (Next(_buffer.AsSpan(used, _have - used), out int length)) used += length;
            _buffer.AsSpan(used, _have - used).CopyTo(_buffer);
            _have -= used;
            return true;
        }

        private bool Next(ReadOnlySpan<byte> bytes, out int length)
        {
            WireStatus status = MessageHeader.TryOpen(bytes, _longest, out MessageHeader header, out ReadOnlySpan<byte> payload, out length);
            if (status == WireStatus.NeedMore || _ended) return false;
            if (status != WireStatus.Ok || header.Kind != MessageKind.Probe || header.Cluster != clusterId || header.Sender != from) return Garbage(status == WireStatus.BadCrc ? "what came back is corrupt" : "what came back is no answer");
            if (ProbeReport.TryParse(payload, out Probe last, out ProbeReport report) && last.Index + 1 == last.Total) Report = last.Total == order.Segments ? report : null;
            else if (Probe.TryParse(payload, out Probe probe) && TcpStream.ComesBack(probe.Index, probe.Total)) Returned++;
            return true;
        }

        // Nothing behind it can be read.
        private bool Garbage(string why)
        {
            (_ended, Fault) = (true, why);
            return false;
        }
    }
}
