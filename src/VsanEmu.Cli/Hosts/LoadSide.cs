using VsanEmu.Control.Hosts;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Hosts;

/// <summary>A host's side of loads, one at a time.</summary>
internal sealed class LoadSide(ClusterSpec cluster, IReadOnlyList<FabricEnd> ends, long origin) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private LoadShare? _share;

    /// <summary>Carries a load's order out.</summary>
    public async Task<HostAnswer> AskAsync(HostOrder order, CancellationToken cancellation)
    {
        // Counting and stopping must not wait for what takes long.
        if (order is HostOrder.LoadCount) return new HostAnswer.Counted(Share.Count());
        if (order is HostOrder.LoadStop)
        {
            Share.Stop();
            return new HostAnswer.Done();
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            switch (order)
            {
                case HostOrder.LoadOpen open:
                    await CloseAsync();
                    _share = await Task.Run(() => Open(open), cancellation);
                    return new HostAnswer.Done();
                case HostOrder.LoadConnect:
                    await Share.ConnectAsync(cancellation);
                    return new HostAnswer.Done();
                case HostOrder.LoadBegin begin:
                    Share.Begin(begin.AtNs);
                    return new HostAnswer.Done();
                default:
                    var ended = new HostAnswer.LoadEnded(await Share.EndAsync(cancellation));
                    await CloseAsync();
                    return ended;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends a load that is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _share?.Stop();
        await CloseAsync();
        _gate.Dispose();
    }

    private LoadShare Share => _share ?? throw new InvalidOperationException("no load was opened here");

    private LoadShare Open(HostOrder.LoadOpen open)
    {
        var members = ends.Where(e => e.Kind == PortKind.Member).ToDictionary(e => e.Name, e => e.AsSource());
        bool virtually = members.Values.Any(e => e.Namespace.Run(() => InterfaceKind.Of(e.Interface)).Length > 0);
        return new(new LoadShareSetup(cluster, members, open.Options, open.Run, origin, virtually));
    }

    private Task CloseAsync() => Task.Run(() => Interlocked.Exchange(ref _share, null)?.Dispose());
}
