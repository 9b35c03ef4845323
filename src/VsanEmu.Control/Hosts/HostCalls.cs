namespace VsanEmu.Control.Hosts;

/// <summary>Orders with the kind of answer that each has.</summary>
public static class HostCalls
{
    /// <summary>Has an order carried out that is answered so.</summary>
    /// <exception cref="HostException">It failed, or was answered otherwise.</exception>
    public static async Task<T> AskAsync<T>(this IHost host, HostOrder order, CancellationToken cancellation)
        where T : HostAnswer =>
        await host.AskAsync(order, cancellation) switch
        {
            T answer => answer,
            HostAnswer.Failed failed => throw new HostException(failed.Why),
            HostAnswer other => throw new HostException($"host {host.Name} answered {order.GetType().Name} by {other.GetType().Name}: is it of another version?"),
        };
}
