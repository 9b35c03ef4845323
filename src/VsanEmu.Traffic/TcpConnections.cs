using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Opens the connections of a load's TCP flows. Each begins with the run's and the flow's number, by which its other end is known.</summary>
internal static class TcpConnections
{
    private const int HelloBytes = 8;
    private const int Backlog = 512;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Opens them all.</summary>
    /// <exception cref="LoadException">One does not open in time; the message says which.</exception>
    public static async Task<IReadOnlyList<TcpFlow>> OpenAsync(
        IReadOnlyList<(FlowAtSender From, FlowAtReceiver To)> flows, IReadOnlyDictionary<string, ProbeSource> ends, uint run, LoadOptions options, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        var listeners = new List<Socket>();
        var sending = new Socket[flows.Count];
        var receiving = new Socket?[flows.Count];
        try
        {
            var index = flows.Index().ToDictionary(f => f.Item.From.Flow.Id, f => f.Index);
            var accepts = new List<Task>();
            foreach (IGrouping<string, (FlowAtSender From, FlowAtReceiver To)> at in flows.GroupBy(f => f.To.To))
            {
                Socket listener = LoadSockets.Listener(ends[at.Key], at.First().From.Flow.Port, Backlog);
                listeners.Add(listener);
                accepts.Add(AcceptAsync(listener, at.Count(), run, (id, socket) => index.TryGetValue(id, out int i) && Interlocked.CompareExchange(ref receiving[i], socket, null) is null, limit.Token));
            }

            foreach (IGrouping<string, (int Index, (FlowAtSender From, FlowAtReceiver To) Item)> from in flows.Index().GroupBy(f => f.Item.From.Flow.From))
            {
                ProbeSource end = ends[from.Key];
                // A namespace is entered once for all sockets of an end.
                end.Namespace.Run(() =>
                {
                    foreach ((int i, _) in from) sending[i] = LoadSockets.StreamHere(end, options);
                });
            }

            await Parallel.ForEachAsync(flows.Index(), limit.Token, async (f, token) =>
            {
                LoadFlow flow = f.Item.From.Flow;
                try
                {
                    await sending[f.Index].ConnectAsync(new IPEndPoint(ends[f.Item.To.To].Address, flow.Port), token);
                    byte[] hello = new byte[HelloBytes];
                    BinaryPrimitives.WriteUInt32LittleEndian(hello, run);
                    BinaryPrimitives.WriteInt32LittleEndian(hello.AsSpan(4), flow.Id);
                    await sending[f.Index].SendAsync(hello, token);
                }
                catch (SocketException e)
                {
                    throw new LoadException($"{flow.From} cannot connect to {f.Item.To.To} on TCP {flow.Port}: {e.Message}");
                }
            });
            await Task.WhenAll(accepts);
            return [.. flows.Select((f, i) => new TcpFlow(f.From, f.To, Ready(sending[i]), Ready(receiving[i]!)))];
        }
        catch (Exception e)
        {
            foreach (Socket? socket in sending.Concat(receiving)) socket?.Dispose();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                LoadFlow missing = flows.Index().First(f => receiving[f.Index] is null).Item.From.Flow;
                throw new LoadException($"{receiving.Count(r => r is null)} of {flows.Count} connections did not open within {Limit.TotalSeconds:0} s, {missing.From} to {missing.To[0]} for one");
            }

            throw;
        }
        finally
        {
            foreach (Socket listener in listeners) listener.Dispose();
        }
    }

    // .NET makes a socket non-blocking for good once it was used asynchronously, and emulates the rest: system calls of our own need it as it was.
    private static Socket Ready(Socket socket)
    {
        LoadSockets.SetBlocking(socket);
        LoadSockets.SetPatience(socket);
        return socket;
    }

    private static async Task AcceptAsync(Socket listener, int count, uint run, Func<int, Socket, bool> keep, CancellationToken cancellation)
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
}
