using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Net.Bulk;

namespace VsanEmu.Net.Tests.Bulk;

/// <summary>Datagrams over loopback, by each way into the kernel.</summary>
public sealed class BatchSenderTests
{
    private const int Length = 300;
    private const int Count = 200;

    [Theory]
    [InlineData(BatchMethod.OneByOne)]
    [InlineData(BatchMethod.Many)]
    [InlineData(BatchMethod.Segments)]
    public void Each_method_sends_the_same_datagrams(BatchMethod method)
    {
        using Socket receiver = Receiver();
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver.LocalEndPoint!);
        using var batch = new BatchSender(sender, Length, Count, method);
        Number(batch);
        // Not a multiple of what one message is cut into.
        Assert.Equal(Count - 1, batch.Send(Count - 1));
        Assert.Equal(method, batch.Method);
        Assert.Equal(Enumerable.Range(0, Count - 1), Received(receiver, Count - 1));
    }

    [Theory]
    [InlineData(BatchMethod.OneByOne)]
    [InlineData(BatchMethod.Many)]
    [InlineData(BatchMethod.Segments)]
    public void Several_destinations_are_served_by_turns_over_all_calls(BatchMethod method)
    {
        Socket[] receivers = [Receiver(), Receiver(), Receiver()];
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var batch = new BatchSender(sender, Length, Count, method, [.. receivers.Select(r => (IPEndPoint)r.LocalEndPoint!)]);
        Number(batch);
        Assert.Equal(4, batch.Send(4));
        Assert.Equal(2, batch.Send(2));
        Assert.NotEqual(BatchMethod.Segments, batch.Method);
        Assert.Equal([0, 3], Received(receivers[0], 2));
        Assert.Equal([1, 0], Received(receivers[1], 2));
        Assert.Equal([2, 1], Received(receivers[2], 2));
        foreach (Socket receiver in receivers) receiver.Dispose();
    }

    private static void Number(BatchSender batch)
    {
        for (int i = 0; i < Count; i++) BinaryPrimitives.WriteInt32LittleEndian(batch[i], i);
    }

    private static Socket Receiver()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, ReceiveTimeout = (int)Eventually.Limit.TotalMilliseconds };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int[] Received(Socket socket, int count)
    {
        byte[] datagram = new byte[2048];
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Length, socket.Receive(datagram));
            numbers[i] = BinaryPrimitives.ReadInt32LittleEndian(datagram);
        }

        return numbers;
    }
}
