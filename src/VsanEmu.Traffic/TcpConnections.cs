using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Opens the connections of a load's TCP flows. Each begins with the run's and the flow's number, by which its other end is known.</summary>
internal static class TcpConnections
{
    public const int Backlog = 512;

    private const int HelloBytes = 8;

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

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

            await Parallel.ForEachAsync(flows.Index(), limit.Token, (f, token) => GreetAsync(sending[f.Index], f.Item.From.Flow, ends[f.Item.To.To].Address, run, token));
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

    /// <summary>Connects the flows that begin here.</summary>
    /// <exception cref="LoadException">One does not open in time; the message says which.</exception>
    public static async Task<TcpFlow[]> ConnectAsync(
        IReadOnlyList<FlowAtSender> flows, IReadOnlyDictionary<string, ProbeSource> ends, Func<string, IPAddress> address, uint run, LoadOptions options, CancellationToken cancellation)
    {
        var open = new Socket[flows.Count];
        try
        {
            foreach (var from in flows.Index().GroupBy(f => f.Item.Flow.From))
            {
                ProbeSource end = ends[from.Key];
                end.Namespace.Run(() =>
                {
                    foreach ((int i, _) in from) open[i] = LoadSockets.StreamHere(end, options);
                });
            }

            await Parallel.ForEachAsync(flows.Index(), cancellation, (f, token) => GreetAsync(open[f.Index], f.Item.Flow, address(f.Item.Flow.To[0]), run, token));
            return [.. flows.Select((f, i) => new TcpFlow(f, new FlowAtReceiver(f.Flow, f.Flow.To[0]), Ready(open[i]), open[i]))];
        }
        catch
        {
            foreach (Socket? socket in open) socket?.Dispose();
            throw;
        }
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

    // .NET makes a socket non-blocking for good once it was used asynchronously, and emulates the rest: system calls of our own need it as it was.
    public static Socket Ready(Socket socket)
    {
        LoadSockets.SetBlocking(socket);
        LoadSockets.SetPatience(socket);
        return socket;
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
}
