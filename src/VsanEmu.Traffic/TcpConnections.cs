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

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Opens those of flows that begin here.</summary>
    /// <exception cref="LoadException">One does not open in time; the message says which.</exception>
    public static async Task<TcpOutgoing[]> OpenAsync(IReadOnlyList<FlowAtSender> flows, ShareSetup setup, LoadOptions options, CancellationToken cancellation)
    {
        var open = new Socket[flows.Count];
        try
        {
            foreach (var from in flows.Index().GroupBy(f => f.Item.Flow.From))
            {
                ProbeSource end = setup.Ends[from.Key];
                // A namespace is entered once for all sockets of an end.
                end.Namespace.Run(() =>
                {
                    foreach ((int i, _) in from) open[i] = LoadSockets.StreamHere(end, options);
                });
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

    /// <summary>Accepts so many connections of a run; whoever else connects is let go.</summary>
    public static async Task AcceptAsync(Socket listener, int count, uint run, Func<int, Socket, bool> keep, CancellationToken cancellation)
    {
        byte[] hello = new byte[HelloBytes];
        while (count > 0)
        {
            Socket socket = await listener.AcceptAsync(cancellation);
            int got = 0;
            // A stranger that connects and says nothing must not hold up the rest for long: the whole opening has a limit.
            while (got < HelloBytes && await socket.ReceiveAsync(hello.AsMemory(got), cancellation) is > 0 and int more) got += more;
            bool ours = got == HelloBytes && BinaryPrimitives.ReadUInt32LittleEndian(hello) == run && keep(BinaryPrimitives.ReadInt32LittleEndian(hello.AsSpan(4)), socket);
            if (ours) count--;
            else socket.Dispose();
        }
    }

    // .NET makes a socket non-blocking for good once it was used asynchronously, and emulates the rest: system calls of our own need it as it was.
    public static Socket Ready(Socket socket)
    {
        LoadSockets.SetBlocking(socket);
        LoadSockets.SetPatience(socket);
        return socket;
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
            throw new LoadException($"{flow.From} cannot connect to {flow.To[0]} on TCP {flow.Port}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LoadException($"{flow.From} cannot connect to {flow.To[0]} on TCP {flow.Port}: no answer within {Limit.TotalSeconds:0} s");
        }
    }
}
