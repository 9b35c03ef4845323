using System.Net.Sockets;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Tcp;

namespace VsanEmu.Net.Tests.Tcp;

/// <summary>Frames over real TCP on loopback, and what happens to a peer that does not behave.</summary>
public sealed class FrameConnectionTests
{
    // Of a peer that is not to be cut off: a busy machine may let it wait.
    private static readonly StreamLimits Limits = new()
    {
        Idle = 2 * Eventually.Limit,
        Close = Eventually.Limit,
        MaxQueuedBytes = 1 << 20,
    };

    private static readonly StreamLimits Strict = Limits with { Idle = TimeSpan.FromMilliseconds(400), Close = TimeSpan.FromMilliseconds(300) };

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    [InlineData(WireLimits.MaxFrame - MessageHeader.Overhead)]
    public async Task A_frame_arrives_as_it_was_sent(int payload)
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        byte[] frame = Frame(payload);
        Assert.True(pair.A.TrySend(frame));
        Assert.True(pair.A.TrySend(Frame(7)));
        Assert.Equal(frame, await pair.AtB.NextFrameAsync());
        Assert.Equal(Frame(7), await pair.AtB.NextFrameAsync());
    }

    [Fact]
    public async Task A_frame_that_comes_byte_by_byte_is_one_frame()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        byte[] frame = Frame(20);
        foreach (byte b in frame) await pair.RawA.SendAsync(new[] { b });
        Assert.Equal(frame, await pair.AtB.NextFrameAsync());
    }

    [Fact]
    public async Task Garbage_is_cut_off_at_its_first_bytes()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        await pair.RawA.SendAsync("GE"u8.ToArray());
        Assert.Equal((CutReason.Garbage, WireStatus.BadMagic), await pair.AtB.ClosedAsync());
        Assert.Equal(CutReason.Reset, (await pair.AtA.ClosedAsync()).Reason);
    }

    [Fact]
    public async Task Another_version_is_garbage_too()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        byte[] frame = Frame(0);
        frame[4]++;
        await pair.RawA.SendAsync(frame);
        Assert.Equal((CutReason.Garbage, WireStatus.BadVersion), await pair.AtB.ClosedAsync());
    }

    [Theory]
    [InlineData(WireLimits.MaxFrame + 1, WireStatus.TooLong)]
    [InlineData(int.MaxValue, WireStatus.TooLong)]
    [InlineData(-1, WireStatus.TooLong)]
    [InlineData(MessageHeader.Overhead - 1, WireStatus.Truncated)]
    public async Task A_length_beyond_the_limits_is_cut_off_before_the_rest_arrives(int length, WireStatus status)
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        byte[] prefix = Frame(0)[..MessageHeader.Prefix];
        BitConverter.TryWriteBytes(prefix.AsSpan(6), length);
        await pair.RawA.SendAsync(prefix);
        Assert.Equal((CutReason.BadLength, status), await pair.AtB.ClosedAsync());
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_cut_off()
    {
        await using Pair pair = await Pair.OpenAsync(Strict);
        Assert.Equal((CutReason.NoHello, WireStatus.Ok), await pair.AtB.ClosedAsync());
    }

    [Fact]
    public async Task A_peer_that_trickles_is_cut_off_as_if_it_were_silent()
    {
        await using Pair pair = await Pair.OpenAsync(Limits with { Idle = TimeSpan.FromSeconds(2) });
        await pair.RawA.SendAsync(Frame(0));
        await pair.AtB.NextFrameAsync();
        byte[] frame = Frame(10_000);
        Task<(CutReason, WireStatus)> closed = pair.AtB.ClosedAsync();
        for (int i = 0; !closed.IsCompleted && i < frame.Length; i++)
        {
            try
            {
                await pair.RawA.SendAsync(frame.AsMemory(i, 1));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                break;
            }

            await Task.Delay(20);
        }

        Assert.Equal((CutReason.Idle, WireStatus.Ok), await closed);
    }

    [Fact]
    public async Task A_peer_that_talks_stays()
    {
        // Talks for longer than a silence may last, and is never silent for nearly as long.
        var idle = TimeSpan.FromSeconds(2);
        await using Pair pair = await Pair.OpenAsync(Limits with { Idle = idle });
        long started = TimeProvider.System.GetTimestamp();
        for (int i = 0; TimeProvider.System.GetElapsedTime(started) < 1.5 * idle; i++)
        {
            Assert.True(pair.A.TrySend(Frame(i)));
            Assert.True(pair.B.TrySend(Frame(i)));
            await pair.AtB.NextFrameAsync();
            await Task.Delay(80);
        }

        Assert.False(pair.AtB.ClosedAsync().IsCompleted);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_is_cut_off_and_sending_never_waits()
    {
        await using Pair pair = await Pair.OpenAsync(Limits, readB: false);
        byte[] frame = Frame(100_000);
        int sent = 0;
        // One that waited would wait for ever.
        await Task.Run(() =>
        {
            while (pair.A.TrySend(frame)) Assert.True(++sent < 1000, "the queue has no limit");
        }).WaitAsync(Eventually.Limit);
        Assert.Equal((CutReason.SendQueueFull, WireStatus.Ok), await pair.AtA.ClosedAsync());
        Assert.False(pair.A.TrySend(frame));
    }

    [Fact]
    public async Task An_orderly_close_delivers_what_was_queued()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        for (int i = 0; i < 5; i++) pair.A.TrySend(Frame(60_000 + i));
        pair.A.Close();
        Assert.False(pair.A.TrySend(Frame(1)));
        for (int i = 0; i < 5; i++) Assert.Equal(Frame(60_000 + i), await pair.AtB.NextFrameAsync());
        Assert.Equal((CutReason.PeerClosed, WireStatus.Ok), await pair.AtB.ClosedAsync());
        Assert.Equal((CutReason.Closed, WireStatus.Ok), await pair.AtA.ClosedAsync());
    }

    [Fact]
    public async Task An_orderly_close_ends_even_if_the_peer_does_nothing()
    {
        await using Pair pair = await Pair.OpenAsync(Strict with { Idle = Limits.Idle }, readB: false);
        pair.A.Close();
        Assert.Equal((CutReason.Closed, WireStatus.Ok), await pair.AtA.ClosedAsync());
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_frame_is_told_from_one_that_ends_between_two()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        await pair.RawA.SendAsync(Frame(100).AsMemory(0, 60));
        pair.RawA.Shutdown(SocketShutdown.Send);
        Assert.Equal((CutReason.PeerClosedInFrame, WireStatus.Ok), await pair.AtB.ClosedAsync());
    }

    [Fact]
    public async Task A_reset_is_a_reason()
    {
        await using Pair pair = await Pair.OpenAsync(Limits);
        pair.RawA.Close(0);
        Assert.Equal((CutReason.Reset, WireStatus.Ok), await pair.AtB.ClosedAsync());
    }

    private static byte[] Frame(int payload)
    {
        byte[] frame = new byte[payload + MessageHeader.Overhead];
        for (int i = 0; i < payload; i++) frame[MessageHeader.Size + i] = (byte)i;
        new MessageHeader(MessageKind.KeepAlive, Guid.AllBitsSet, new MemberId(1), 1, 1).Seal(frame, payload);
        return frame;
    }
}
