using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Wire;

namespace VsanEmu.Net.Tcp;

/// <summary>
/// A TCP connection cut into frames. It holds its peer to <see cref="StreamLimits"/>: who sends garbage, too long a frame, nothing, or reads nothing
/// is cut off, with a reason. Sending never waits.
/// </summary>
public sealed class FrameConnection
{
    private readonly Lock _gate = new();
    private readonly SocketPipes _pipes;
    private readonly StreamLimits _limits;
    private readonly TimeProvider _time;
    private readonly IFrameHandler _handler;
    private readonly ITimer _watch;

    private long _lastFrame;
    private long _announcedTicks;
    private long _frames;
    private long _queued;
    private bool _closing;
    private CutReason _reason;
    private WireStatus _status;

    /// <summary>Takes over a connected socket; call <see cref="Start"/> to receive.</summary>
    /// <param name="id">The number that its owner gives it.</param>
    /// <param name="socket">The socket; from now on this object's.</param>
    /// <param name="limits">What the peer may do.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Who is told.</param>
    public FrameConnection(int id, Socket socket, StreamLimits limits, TimeProvider time, IFrameHandler handler)
    {
        Id = id;
        Remote = socket.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        _limits = limits;
        _time = time;
        _handler = handler;
        _lastFrame = time.GetTimestamp();
        _pipes = new SocketPipes(socket);
        _watch = time.CreateTimer(static state => ((FrameConnection)state!).Watch(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The number that its owner gave it.</summary>
    public int Id { get; }

    /// <summary>The peer.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Whole frames received so far.</summary>
    public long Frames => Volatile.Read(ref _frames);

    /// <summary>What the kernel counts of it.</summary>
    public TcpFigures Figures => _pipes.Figures;

    /// <summary>Starts to receive and to watch the peer's silence.</summary>
    public void Start()
    {
        _watch.Change(_limits.Idle, Timeout.InfiniteTimeSpan);
        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Receive(), this, preferLocal: false);
    }

    /// <summary>The peer may be silent for this long, and <see cref="StreamLimits.Idle"/> besides, from its last frame on; replaces what was allowed before.</summary>
    public void AllowSilence(TimeSpan announced) => Volatile.Write(ref _announcedTicks, announced.Ticks);

    /// <summary>Queues a frame. False when the connection is ending, or ends now because too much was queued already.</summary>
    public bool TrySend(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_closing || _reason != CutReason.None) return false;
            if (_queued - _pipes.BytesSent + frame.Length > _limits.MaxQueuedBytes)
            {
                Cut(CutReason.SendQueueFull);
                return false;
            }

            try
            {
                _pipes.Output.Write(frame);
#pragma warning disable RS0030 // Completes at once: this pipe has no threshold to wait at.
                _ = _pipes.Output.FlushAsync().GetAwaiter().GetResult();
#pragma warning restore RS0030
                _queued += frame.Length;
                return true;
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or SocketException)
            {
                return false; // The sending side has ended already; the receiving side tells why.
            }
        }
    }

    /// <summary>Closes in order: what is queued is still sent, then FIN. After <see cref="StreamLimits.Close"/> it is cut off.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closing || _reason != CutReason.None) return;
            _closing = true;
            _pipes.Output.Complete();
            _watch.Change(_limits.Close, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cuts the connection off at once.</summary>
    /// <param name="reason">Why; what <see cref="IFrameHandler.OnClosed"/> will be told, unless there was a reason before.</param>
    /// <param name="status">What was wrong with the peer's bytes, if that is the reason.</param>
    public void Cut(CutReason reason, WireStatus status = WireStatus.Ok)
    {
        lock (_gate)
        {
            if (_reason != CutReason.None) return;
            _reason = reason;
            _status = status;
        }

        _pipes.Abort();
    }

    // async void, so that a bug in a handler ends the process instead of vanishing with a task that nobody awaits.
    private async void Receive()
    {
        (CutReason reason, WireStatus status) = await ReadFramesAsync().ConfigureAwait(false);
        _watch.Dispose();
        lock (_gate)
        {
            if (_reason == CutReason.None) (_reason, _status) = (_closing ? CutReason.Closed : reason, status);
            (reason, status) = (_reason, _status);
        }

        if (reason is CutReason.PeerClosed or CutReason.PeerClosedInFrame or CutReason.Closed) _pipes.Dispose();
        else _pipes.Abort();
        _pipes.Complete();
        _handler.OnClosed(this, reason, status);
    }

    private async Task<(CutReason Reason, WireStatus Status)> ReadFramesAsync()
    {
        try
        {
            while (true)
            {
                ReadResult read = await _pipes.Input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                WireStatus status = Deliver(ref rest);
                bool inFrame = !rest.IsEmpty;
                _pipes.Input.AdvanceTo(rest.Start, rest.End);
                if (status == WireStatus.BadMagic || status == WireStatus.BadVersion) return (CutReason.Garbage, status);
                if (status != WireStatus.NeedMore) return (CutReason.BadLength, status);
                if (read.IsCompleted || read.IsCanceled) return (inFrame ? CutReason.PeerClosedInFrame : CutReason.PeerClosed, WireStatus.Ok);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            return (CutReason.Reset, WireStatus.Ok);
        }
    }

    // Hands over every whole frame and leaves the rest; returns why it stopped.
    private WireStatus Deliver(ref ReadOnlySequence<byte> rest)
    {
        Span<byte> prefix = stackalloc byte[MessageHeader.Prefix];
        while (true)
        {
            ReadOnlySequence<byte> head = rest.Slice(0, Math.Min(rest.Length, prefix.Length));
            head.CopyTo(prefix);
            WireStatus status = MessageHeader.TryFrameLength(prefix[..(int)head.Length], WireLimits.MaxFrame, out int length);
            if (status != WireStatus.Ok) return status;
            if (rest.Length < length) return WireStatus.NeedMore;
            Deliver(rest.Slice(0, length), length);
            rest = rest.Slice(length);
        }
    }

    private void Deliver(ReadOnlySequence<byte> frame, int length)
    {
        Volatile.Write(ref _lastFrame, _time.GetTimestamp());
        Volatile.Write(ref _frames, _frames + 1);
        lock (_gate)
        {
            if (_closing || _reason != CutReason.None) return;
        }

        if (frame.IsSingleSegment)
        {
            _handler.OnFrame(this, frame.FirstSpan);
            return;
        }

        byte[] whole = ArrayPool<byte>.Shared.Rent(length);
        frame.CopyTo(whole);
        _handler.OnFrame(this, whole.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(whole);
    }

    private void Watch()
    {
        CutReason reason;
        lock (_gate)
        {
            if (_closing)
            {
                reason = CutReason.Closed;
            }
            else
            {
                TimeSpan left = _limits.Idle + TimeSpan.FromTicks(Volatile.Read(ref _announcedTicks)) - _time.GetElapsedTime(Volatile.Read(ref _lastFrame));
                if (left > TimeSpan.Zero)
                {
                    // Rounded up: a timer that fires a moment early must not spin.
                    _watch.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                    return;
                }

                reason = Frames == 0 ? CutReason.NoHello : CutReason.Idle;
            }
        }

        Cut(reason);
    }
}
