using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Net.Probing;
using VsanEmu.Traffic.Shares;

namespace VsanEmu.Traffic;

/// <summary>Opens the connections of a load's TCP flows. Each begins with the run's and the flow's number, by which its other end is known.</summary>
internal static class TcpConnections
{
    public const int Backlog = 512;

    private const int HelloBytes = 8;

    // Connections at a time that have not said yet whose they are.
    private const int MostUnheard = 512;

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    // A hello follows its connection at once; on a fabric that loses it, it is sent again a few times.
    public static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5);

    /// <summary>Opens those of flows that begin here.</summary>
    /// <exception cref="LoadFailedException">One does not open in time; the message says which.</exception>
    public static async Task<TcpOutgoing[]> OpenAsync(IReadOnlyList<FlowAtSender> flows, ShareSetup setup, LoadOptions options, CancellationToken cancellation)
    {
        var open = new Socket[flows.Count];
        try
        {
            foreach (var from in flows.Index().GroupBy(f => f.Item.Flow.From))
            {
                ProbeSource end = setup.Ends[from.Key];
                // A namespace is entered once for all sockets of an end.
                await end.Namespace.RunAsync(
                    () =>
                    {
                        foreach ((int i, _) in from) open[i] = LoadSockets.StreamHere(end, options);
                    },
                    cancellation);
            }

            await Parallel.ForEachAsync(flows.Index(), cancellation, (f, token) => GreetAsync(open[f.Index], f.Item.Flow, setup.Address(f.Item.Flow.To[0]), setup.Run, token));
            return [.. flows.Select((f, i) => new TcpOutgoing(f, Ready(open[i])))];
        }
        catch
        {
            foreach (Socket? socket in open) socket?.Dispose();
            throw;
        }
    }

    /// <summary>Accepts so many connections of a run, each heard by itself: whoever else connects is let go, and holds up nobody by what it says, or does not say.</summary>
    /// <param name="listener">Where they come.</param>
    /// <param name="count">How many.</param>
    /// <param name="run">The run's number.</param>
    /// <param name="keep">Takes one by its flow's number; false when it is none of ours, or there already.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async Task AcceptAsync(Socket listener, int count, uint run, Func<int, Socket, bool> keep, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var heard = new List<Task>();
        int left = count;
        try
        {
            while (left > 0)
            {
                if (heard.Count >= MostUnheard) await Task.WhenAny(heard);
                heard.RemoveAll(t => t.IsCompleted);
                heard.Add(HearAsync(await listener.AcceptAsync(end.Token)));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The last of them has come.
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(heard);
        }

        async Task HearAsync(Socket socket)
        {
            if (!await IsOursAsync(socket, run, keep, end.Token)) socket.Dispose();
            else if (Interlocked.Decrement(ref left) == 0) await end.CancelAsync();
        }
    }

    // .NET makes a socket non-blocking for good once it was used asynchronously, and emulates the rest: system calls of our own need it as it was.
    public static Socket Ready(Socket socket)
    {
        LoadSockets.SetBlocking(socket);
        LoadSockets.SetPatience(socket);
        return socket;
    }

    private static async Task<bool> IsOursAsync(Socket socket, uint run, Func<int, Socket, bool> keep, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HelloLimit);
        byte[] hello = new byte[HelloBytes];
        int got = 0;
        try
        {
            while (got < HelloBytes && await socket.ReceiveAsync(hello.AsMemory(got), limit.Token) is > 0 and int more) got += more;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A stranger that resets its connection, or says nothing.
            return false;
        }

        return got == HelloBytes && BinaryPrimitives.ReadUInt32LittleEndian(hello) == run && keep(BinaryPrimitives.ReadInt32LittleEndian(hello.AsSpan(4)), socket);
    }

    private static async ValueTask GreetAsync(Socket socket, LoadFlow flow, IPAddress to, uint run, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(to, flow.Port), limit.Token);
            byte[] hello = new byte[HelloBytes];
            BinaryPrimitives.WriteUInt32LittleEndian(hello, run);
            BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), flow.Id);
            await socket.SendAsync(hello, limit.Token);
        }
        catch (SocketException e)
        {
            throw new LoadFailedException($"{flow.From} cannot connect to {flow.To[0]} on TCP {flow.Port}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LoadFailedException($"{flow.From} cannot connect to {flow.To[0]} on TCP {flow.Port}: no answer within {Limit.TotalSeconds:0} s");
        }
    }
}
