using VsanEmu.Control.Hosts;
using VsanEmu.Core.Load;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Hosts;

/// <summary>Another host's side of loads: each step is an order.</summary>
internal sealed class FarLoads(IHost host) : ILoadHost
{
    public string Name => host.Name;

    public Task OpenAsync(LoadWork work, uint run, long aheadNs, CancellationToken cancellation) => DoAsync(new HostOrder.LoadOpen(work, run, aheadNs), cancellation);

    public Task ConnectAsync(uint run, CancellationToken cancellation) => DoAsync(new HostOrder.LoadConnect(run), cancellation);

    public Task BeginAsync(uint run, long atNs, CancellationToken cancellation) => DoAsync(new HostOrder.LoadBegin(run, atNs), cancellation);

    public async Task<PartCounts> CountAsync(uint run, CancellationToken cancellation) => (await host.AskAsync<HostAnswer.Counted>(new HostOrder.LoadCount(run), cancellation)).Counts;

    public Task StopAsync(uint run, CancellationToken cancellation) => DoAsync(new HostOrder.LoadStop(run), cancellation);

    public async Task<LoadPart> EndAsync(uint run, CancellationToken cancellation) => (await host.AskAsync<HostAnswer.LoadEnded>(new HostOrder.LoadEnd(run), cancellation)).Part;

    /// <summary>The other side: has an order about a load carried out here.</summary>
    public static async Task<HostAnswer> CarryOutAsync(LocalLoads loads, HostOrder order, CancellationToken cancellation)
    {
        switch (order)
        {
            case HostOrder.LoadOpen open:
                await loads.OpenAsync(open.Work, open.Load, open.AheadNs, cancellation);
                break;
            case HostOrder.LoadConnect connect:
                await loads.ConnectAsync(connect.Load, cancellation);
                break;
            case HostOrder.LoadBegin begin:
                await loads.BeginAsync(begin.Load, begin.AtNs, cancellation);
                break;
            case HostOrder.LoadStop stop:
                await loads.StopAsync(stop.Load, cancellation);
                break;
            case HostOrder.LoadCount count:
                return new HostAnswer.Counted(await loads.CountAsync(count.Load, cancellation));
            case HostOrder.LoadEnd end:
                return new HostAnswer.LoadEnded(await loads.EndAsync(end.Load, cancellation));
            default:
                throw new ArgumentOutOfRangeException(nameof(order), order, "nothing about a load");
        }

        return new HostAnswer.Done();
    }

    private Task DoAsync(HostOrder order, CancellationToken cancellation) => host.AskAsync<HostAnswer.Done>(order, cancellation);
}
