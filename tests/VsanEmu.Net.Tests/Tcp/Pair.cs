using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Net.Tests.Tcp;

/// <summary>Two ends of one TCP connection on loopback.</summary>
internal sealed class Pair : IAsyncDisposable
{
    public required FrameConnection A { get; init; }

    public required FrameConnection B { get; init; }

    public required Received AtA { get; init; }

    public required Received AtB { get; init; }

    /// <summary>A's socket, for a test that misbehaves as A.</summary>
    public required Socket RawA { get; init; }

    private Socket? Unread { get; init; }

    public static async Task<Pair> OpenAsync(StreamLimits limits, bool readB = true)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var a = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await a.ConnectAsync(listener.LocalEndPoint!);
        Socket b = await listener.AcceptAsync();
        Received atA = new(), atB = new();
        // An end that does not read gets a socket of its own that nobody touches.
        var pair = new Pair
        {
            A = new FrameConnection(1, a, limits with { Idle = 2 * Eventually.Limit }, TimeProvider.System, atA), // B is the one that watches.
            B = new FrameConnection(2, readB ? b : Unused(), limits, TimeProvider.System, atB),
            AtA = atA,
            AtB = atB,
            RawA = a,
            Unread = readB ? null : b,
        };
        pair.A.Start();
        if (readB) pair.B.Start();
        return pair;
    }

    public ValueTask DisposeAsync()
    {
        A.Cut(CutReason.Aborted);
        B.Cut(CutReason.Aborted);
        Unread?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Socket Unused() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}

/// <summary>What an end's handler was told.</summary>
internal sealed class Received : IFrameHandler
{
    private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<(CutReason, WireStatus)> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnFrame(FrameConnection connection, ReadOnlySpan<byte> frame) => _frames.Writer.TryWrite(frame.ToArray());

    public void OnClosed(FrameConnection connection, CutReason reason, WireStatus status) => _closed.SetResult((reason, status));

    public Task<byte[]> NextFrameAsync() => _frames.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Limit);

    public Task<(CutReason Reason, WireStatus Status)> ClosedAsync() => _closed.Task.WaitAsync(Eventually.Limit);
}
