using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Probing;
using VsanEmu.Net.Threads;

namespace VsanEmu.Cli.Verify;

/// <summary>A fabric that was there before: the spec says where each endpoint is attached to it. It is not the tool's to split.</summary>
internal sealed class FoundSite(AttachedEnds attached) : ISite
{
    public IReadOnlyList<FabricEnd> Ends => attached.Ends;

    public IFabric? Fabric => null;

    /// <summary>Attaches all endpoints of a cluster.</summary>
    /// <exception cref="AttachmentException">One cannot be; nothing was changed.</exception>
    public static FoundSite Open(ClusterSpec cluster) => new(AttachedEnds.Open([.. Requests(cluster)]));

    public Task WaitReadyAsync(CancellationToken cancellation) => attached.WaitReadyAsync(cancellation);

    public Task CutAsync(FabricEnd end, CancellationToken cancellation) => OwnThread.RunAsync(() => attached.Cut(end), cancellation);

    public ValueTask DisposeAsync() => new(OwnThread.RunAsync(attached.Dispose));

    private static IEnumerable<AttachmentRequest> Requests(ClusterSpec cluster)
    {
        var common = new AttachmentRequest
        {
            Name = "",
            Kind = PortKind.Member,
            Netns = null,
            Interface = null,
            Address = null,
            Subnet = cluster.Subnet,
            PrefixLength = cluster.Subnet.PrefixLength,
            Router = cluster.Gateway,
            InSegment = true,
            // Version 3 is what kernels speak until they hear an older querier: left to itself, an interface does as a host would.
            IgmpVersion = cluster.Channels.IgmpVersion == 2 ? 2 : 0,
        };
        foreach (MemberSpec member in cluster.Members)
        {
            Here(member.Name, member.Host);
            yield return common with { Name = member.Name, Netns = member.Netns, Interface = member.Interface, Address = member.Address };
        }

        if (cluster.Observer is { } observer)
        {
            Here(observer.Name, observer.Host);
            yield return common with { Name = observer.Name, Kind = PortKind.Observer, Netns = observer.Netns, Interface = observer.Interface, Address = observer.Address, Router = null };
        }

        foreach (OutsiderSpec outsider in cluster.Outsiders)
        {
            Here(outsider.Name, outsider.Host);
            bool inSegment = outsider.Place == OutsiderPlace.Segment;
            if (!inSegment && outsider.Netns is null)
                throw new AttachmentException($"{outsider.Name}: beyond the gateway it needs a netns that has an address and a route to {cluster.Subnet} already");
            yield return common with
            {
                Name = outsider.Name,
                Kind = PortKind.Outsider,
                Netns = outsider.Netns,
                Interface = outsider.Interface,
                Address = outsider.Address,
                Subnet = inSegment ? cluster.Subnet : null,
                InSegment = inSegment,
            };
        }
    }

    private static void Here(string name, string? host)
    {
        if (host is not null) throw new AttachmentException($"{name}: host {host} is another machine's; without --control every endpoint is attached on this one, by netns or interface; with --control the hosts attach theirs (vsanemu node --control)");
    }
}
