using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Core.Wire;

namespace VsanEmu.Traffic.Tests;

/// <summary>What a receiver believes, on loopback: its sender's datagrams and nobody else's, whatever those say.</summary>
public sealed class UdpReceiverTests : IDisposable
{
    private const uint Run = 42;
    private const int Sent = 200;

    private readonly Socket _receiver = Bound("127.0.0.1");
    private readonly Socket _sender = Bound("127.0.0.1");
    private readonly Socket _stranger = Bound("127.0.0.1");
    private readonly Socket _elsewhere = Bound("127.0.0.2");
    private readonly LoadClock _clock = new(Stopwatch.GetTimestamp(), TimeSpan.Zero, TimeSpan.FromMinutes(5));
    private readonly FlowAtReceiver _flow;
    private readonly EndPoint _to;

    public UdpReceiverTests()
    {
        _flow = new FlowAtReceiver(new LoadFlow(1, "m01", ["m02"], null, LoadTransport.Udp, 0, LoadDatagram.Size, 1e9), "m02", IPAddress.Loopback);
        _to = _receiver.LocalEndPoint!;
        LoadSockets.SetPatience(_receiver);
    }

    public void Dispose()
    {
        foreach (Socket socket in (Socket[])[_receiver, _sender, _stranger, _elsewhere]) socket.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_others_send_and_what_was_never_sent_is_ignored_and_counted_apart(bool sameProcess)
    {
        if (sameProcess) _flow.Sender = new FlowAtSender(_flow.Flow) { SourcePort = ((IPEndPoint)_sender.LocalEndPoint!).Port };
        int foreign = 0;
        Receive(() =>
        {
            for (int i = 0; i < Sent; i++)
            {
                Send(_sender, Run, 1, i);
                _flow.Sender?.Add(1, LoadDatagram.Size, 1);
                if (i != Sent / 2) continue;
                foreach (long number in (long[])[long.MaxValue, 1L << 62, 1L << 40, long.MinValue]) Forge(_sender, Run, 1, number);
                Forge(_elsewhere, Run, 1, i + 1);
                Forge(_elsewhere, Run + 1, 1, 1L << 62);
                Forge(_sender, Run + 2, 1, i + 1);
                Forge(_sender, Run, 2, i + 1);
                Forge(_sender, Run, -1, i + 1);
                Forge(_sender, Run, 1, i + 1, sentNs: long.MinValue);
                Forge(_sender, Run, 1, i + 1, sentNs: long.MaxValue);
                if (sameProcess) Forge(_stranger, Run, 1, i + 1);
                foreach (byte[] other in (byte[][])[[], [1, 2, 3], new byte[4000]])
                {
                    _sender.SendTo(other, _to);
                    foreign++;
                }
            }
        });
        Assert.Equal("", _flow.Error);
        Assert.Equal((Sent, 0L, 0L, 0L), ((int)_flow.Sequence.Delivered, _flow.Sequence.Duplicates, _flow.Sequence.TooLate, _flow.DroppedAtSocket));
        Assert.Equal(foreign, _flow.ForeignAtSocket);
        Assert.Equal((Sent, 0L), (_flow.Next, _flow.Delays.EarlyNs));

        void Forge(Socket from, uint run, int flow, long number, long? sentNs = null)
        {
            Send(from, run, flow, number, sentNs);
            foreign++;
        }
    }

    [Fact]
    public void A_gap_that_is_real_is_lost_and_what_comes_after_it_is_not()
    {
        long gap = SequenceGate.Leap + 1000L;
        _flow.Sender = new FlowAtSender(_flow.Flow);
        _flow.Sender.Add((int)gap + 200, 0, 1);
        Receive(() =>
        {
            for (int i = 0; i < 100; i++) Send(_sender, Run, 1, i);
            for (int i = 0; i < 100; i++) Send(_sender, Run, 1, gap + i);
        });
        Assert.Equal((200, 0L), ((int)_flow.Sequence.Delivered, _flow.ForeignAtSocket));
    }

    [Fact]
    public void A_receiver_whose_socket_fails_says_so_and_which_it_is()
    {
        Receive(() => { }, () => throw new SocketException((int)SocketError.NotConnected));
        Assert.StartsWith("the receiver on UDP 0 failed: ", _flow.Error);
    }

    private void Receive(Action send, Action? before = null)
    {
        var receiver = new UdpReceiver([null, _flow], _receiver, _clock, Run, offload: true) { BeforeReceive = before };
        var thread = new LoadThread(receiver.Run, _clock);
        send();
        // What is sent on loopback is in the socket at once; what is taken out of it is counted before the thread ends.
        while (thread.IsAlive && (before is not null || Waiting() > 0)) Thread.Sleep(20);
        _clock.StopReceivers();
        thread.Join();
        Assert.Null(thread.Failure);
    }

    private int Waiting()
    {
        try
        {
            return _receiver.Available;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Send(Socket from, uint run, int flow, long number, long? sentNs = null)
    {
        byte[] datagram = new byte[LoadDatagram.Size];
        new LoadDatagram(run, flow, number, sentNs ?? LoadClock.Nanoseconds(Stopwatch.GetTimestamp())).Write(datagram);
        from.SendTo(datagram, _to);
    }

    private static Socket Bound(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return socket;
    }
}
