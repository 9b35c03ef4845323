using System.Net.Sockets;
using VsanEmu.Core.Load;
using VsanEmu.Net.Probing;

namespace VsanEmu.Traffic;

/// <summary>Waits for the connections of flows that end here.</summary>
internal sealed class TcpListeners : IDisposable
{
    private readonly FlowAtReceiver[] _flows;
    private readonly Socket?[] _accepted;
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _accepts = [];
    private readonly CancellationTokenSource _end = new();

    /// <summary>Listens.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="ends">This host's ends.</param>
    /// <param name="run">The run's number.</param>
    public TcpListeners(FlowAtReceiver[] flows, IReadOnlyDictionary<string, ProbeSource> ends, uint run)
    {
        _flows = flows;
        _accepted = new Socket?[flows.Length];
        var index = flows.Index().ToDictionary(f => f.Item.Flow.Id, f => f.Index);
        foreach (var at in flows.GroupBy(f => f.To))
        {
            Socket listener = LoadSockets.Listener(ends[at.Key], at.First().Flow.Port, TcpConnections.Backlog);
            _listeners.Add(listener);
            _accepts.Add(TcpConnections.AcceptAsync(
                listener, at.Count(), run, (id, socket) => index.TryGetValue(id, out int i) && Interlocked.CompareExchange(ref _accepted[i], socket, null) is null, _end.Token));
        }
    }

    /// <summary>The connections, when all have come.</summary>
    /// <exception cref="LoadFailedException">One does not come in time; the message says which.</exception>
    public async Task<TcpIncoming[]> AcceptedAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(_accepts).WaitAsync(TcpConnections.Limit, cancellation);
        }
        catch (TimeoutException)
        {
            FlowAtReceiver missing = _flows.Index().First(f => _accepted[f.Index] is null).Item;
            throw new LoadFailedException($"{_accepted.Count(a => a is null)} of {_flows.Length} connections did not come within {TcpConnections.Limit.TotalSeconds:0} s, {missing.Flow.From} to {missing.To} for one");
        }

        return [.. _flows.Select((f, i) => new TcpIncoming(f, TcpConnections.Ready(_accepted[i]!)))];
    }

    /// <summary>Closes them, and what they accepted.</summary>
    public void Dispose()
    {
        _end.Cancel();
        foreach (Socket listener in _listeners) listener.Dispose();
        foreach (Socket? socket in _accepted) socket?.Dispose();
        _end.Dispose();
    }
}
