using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace VsanEmu.Traffic.Tests;

/// <summary>Who connects to a load's port: those that it waits for, and strangers, on loopback.</summary>
public sealed class TcpConnectionsTests : IDisposable
{
    private const uint Run = 42;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];

    public TcpConnectionsTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(TcpConnections.Backlog);
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets) socket.Dispose();
    }

    [Fact]
    public async Task A_stranger_that_resets_is_silent_or_talks_of_something_else_keeps_nobody_out()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Connect();
        Connect(1, 2, 3);
        Reset();
        Say(Run + 2, 1);
        Say(Run, 7);
        var kept = new List<int>();
        bool Keep(int flow, Socket socket)
        {
            lock (kept)
            {
                if (flow > 2 || kept.Contains(flow)) return false;
                kept.Add(flow);
                _sockets.Add(socket);
                return true;
            }
        }

        Task accepting = TcpConnections.AcceptAsync(_listener, 2, Run, Keep, cancellation);
        Say(Run, 1);
        Reset();
        Say(Run, 1);
        Say(Run, 2);
        // Not the limit that a silent one has: nobody waits for it.
        await accepting.WaitAsync(TcpConnections.HelloLimit, cancellation);
        Assert.Equal([1, 2], kept.Order());
    }

    [Fact]
    public async Task Told_to_end_it_waits_for_nobody()
    {
        using var end = new CancellationTokenSource();
        Connect();
        Task accepting = TcpConnections.AcceptAsync(_listener, 1, Run, (_, _) => true, end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken));
    }

    private Socket Connect(params byte[] hello)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        socket.Connect(_listener.LocalEndPoint!);
        if (hello.Length > 0) socket.Send(hello);
        return socket;
    }

    // Closed without a lingering end, a connection is reset.
    private void Reset()
    {
        Socket socket = Connect(1, 2);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private void Say(uint run, int flow)
    {
        byte[] hello = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(hello, run);
        BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), flow);
        Connect(hello);
    }
}
