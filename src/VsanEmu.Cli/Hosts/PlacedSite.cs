using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;

namespace VsanEmu.Cli.Hosts;

/// <summary>The one end that a host behind control has.</summary>
internal sealed class PlacedSite(PlacedEnd placed) : ISite
{
    private static readonly TimeSpan LinkLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    public IReadOnlyList<FabricEnd> Ends { get; } = [placed.End];

    public IFabric? Fabric => null;

    /// <summary>Places an endpoint of a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">The endpoint.</param>
    /// <param name="netns">Where, or null for this process's own namespace.</param>
    /// <param name="choice">The interface by name or subnet; null for the one that has the address.</param>
    /// <exception cref="AttachmentException">It cannot be.</exception>
    public static PlacedSite Open(ClusterSpec cluster, string name, string? netns, string? choice)
    {
        int prefix = cluster.Subnet.PrefixLength;
        if (cluster.Members.FirstOrDefault(m => m.Name == name) is { } member)
            return new(PlacedEnd.Open(name, PortKind.Member, netns, choice, member.Address, prefix, inSegment: true));
        if (cluster.Observer is { } observer && observer.Name == name)
            return new(PlacedEnd.Open(name, PortKind.Observer, netns, choice ?? (observer.Address is null ? observer.Interface : null), observer.Address, prefix, inSegment: true));
        OutsiderSpec outsider = cluster.Outsiders.FirstOrDefault(o => o.Name == name) ?? throw new AttachmentException($"the cluster has no endpoint {name}");
        return new(PlacedEnd.Open(name, PortKind.Outsider, netns, choice, outsider.Address, prefix, outsider.Place == OutsiderPlace.Segment));
    }

    public async Task WaitReadyAsync(CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        FabricEnd end = Ends[0];
        while (!await end.Namespace.RunAsync(() => LinkState.IsRunning(end.Interface), cancellation))
        {
            if (TimeProvider.System.GetElapsedTime(start) > LinkLimit) throw new IOException($"no link after {LinkLimit.TotalSeconds:0} s at {end.Name} ({end.Interface})");
            await Task.Delay(PollPeriod, cancellation);
        }
    }

    public Task CutAsync(FabricEnd end, CancellationToken cancellation) => OwnThread.RunAsync(placed.Cut, cancellation);

    public ValueTask DisposeAsync() => new(OwnThread.RunAsync(placed.Dispose));
}
