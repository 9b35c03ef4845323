using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Native;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Net.Trials;

/// <summary>
/// A paced stream of small segments to another member's listener, and what both kernels say of it (P3; Wire/README.md, "Measurement"). It sends from a thread
/// of its own, which ends with it.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="patience">How long the stream may take longer than its own length, and how long the listener's word is waited for.</param>
/// <param name="nowNs">Nanoseconds since the run began.</param>
internal sealed class TcpStreamTrial(ClusterSpec cluster, TimeSpan patience, Func<long> nowNs)
{
    // What was missed is sent at once up to this lateness; beyond it the rest comes later, so that a stall makes no burst.
    private const long MaxLateNs = 20_000_000;

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
        (Socket? socket, string why) = await OpenAsync(from, new IPEndPoint(to.Address, cluster.Channels.ReliablePort), cancellation).ConfigureAwait(false);
        if (socket is null) return blank with { EndNs = nowNs(), Error = why };
        using (socket)
        {
            var done = new TaskCompletionSource<TcpStreamObservation>(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() => done.SetResult(Send(socket, order, self, to, blank with { Opened = true }, cancellation))) { IsBackground = true, Name = "stream" }.Start();
            TcpStreamObservation seen = await done.Task.ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return seen;
        }
    }

    private async Task<(Socket? Socket, string Why)> OpenAsync(ProbeSource from, IPEndPoint to, CancellationToken cancellation)
    {
        Socket socket = await from.Namespace.RunAsync(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, cancellation).ConfigureAwait(false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(cluster.Timers.TcpConnect);
        try
        {
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
        ProbeReport? report = null;
        string error = "";
        try
        {
            Use(socket);
            Pace(socket, order, self, cancellation);
            report = Answer(socket, to, order, cancellation);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            error = e.Message;
        }

        TcpFigures figures = TcpFigures.Of(socket);
        return seen with
        {
            Segments = figures.DataSegmentsOut,
            Retransmitted = figures.Retransmitted,
            Needless = figures.DsackDuplicates,
            OutOfOrder = (long)(report?.OutOfOrder ?? 0),
            Delivered = report is { } told ? (long)told.Frames : -1,
            EndNs = nowNs(),
            Error = error.Length > 0 || report is not null ? error : "no answer",
        };
    }

    private static void Use(Socket socket)
    {
        socket.Blocking = true;
        socket.SendTimeout = socket.ReceiveTimeout = (int)SendStep.TotalMilliseconds;
    }

    private void Pace(Socket socket, TcpStream order, MemberSpec self, CancellationToken cancellation)
    {
        byte[] frame = new byte[order.Bytes];
        long interval = (long)order.Interval.TotalNanoseconds, due = Stopwatch.GetTimestamp(), end = due + (long)(order.Length + patience).TotalNanoseconds;
        for (uint number = 0; number < order.Segments; number++)
        {
            int payload = order.Bytes - MessageHeader.Overhead;
            new Probe(1, number, (uint)order.Segments).Write(frame.AsSpan(MessageHeader.Size), payload);
            new MessageHeader(MessageKind.Probe, cluster.ClusterId, self.Id, number + 1, 0).Seal(frame, payload);
            Whole(socket, frame, end, cancellation);
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

    private ProbeReport? Answer(Socket socket, MemberSpec to, TcpStream order, CancellationToken cancellation)
    {
        byte[] answer = new byte[MessageHeader.Overhead + ProbeReport.Size];
        long end = Stopwatch.GetTimestamp() + (long)patience.TotalNanoseconds;
        for (int have = 0; have < answer.Length;)
        {
            int read = socket.Receive(answer.AsSpan(have), SocketFlags.None, out SocketError error);
            if (error is SocketError.WouldBlock or SocketError.TimedOut)
            {
                GiveUp(end, "no answer", cancellation);
                continue;
            }

            if (error != SocketError.Success) throw new SocketException((int)error);
            if (read == 0) return null;
            have += read;
        }

        return MessageHeader.TryOpen(answer, out MessageHeader header, out ReadOnlySpan<byte> payload) == WireStatus.Ok
            && header.Kind == MessageKind.Probe && header.Cluster == cluster.ClusterId && header.Sender == to.Id
            && ProbeReport.TryParse(payload, out Probe last, out ProbeReport report) && last.Total == order.Segments
            ? report : null;
    }

    private static void GiveUp(long end, string why, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested || Stopwatch.GetTimestamp() > end) throw new TimeoutException(why);
    }
}
