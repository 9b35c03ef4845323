using VsanEmu.Core.Spec;
using VsanEmu.Net.Namespaces;

namespace VsanEmu.Net.Attachments;

/// <summary>An endpoint's interface as it was found, and what attaching it takes and takes back.</summary>
internal sealed class Attachment
{
    private Attachment(AttachmentRequest request, NetworkNamespace? place, LinkFacts before) => (Request, Place, Before) = (request, place, before);

    public AttachmentRequest Request { get; }

    /// <summary>The existing namespace; null for an interface that is moved.</summary>
    public NetworkNamespace? Place { get; }

    /// <summary>The interface before anything was done.</summary>
    public LinkFacts Before { get; }

    /// <summary>The interface's name.</summary>
    public string Link => Before.Name;

    /// <summary>True when the address must be configured.</summary>
    public bool LacksAddress => Request.Address is { } address && !Before.Addresses.Any(a => a.StartsWith($"{address}/", StringComparison.Ordinal));

    public string AddAddress => $"addr add {Request.Address}/{Request.PrefixLength} dev {Link}";

    /// <summary>Commands that configure it in a namespace of its own.</summary>
    public IEnumerable<string> Configure =>
    [
        .. Request.Address is null ? [] : (string[])[AddAddress],
        $"link set dev {Link} up",
        .. Request.Router is null ? [] : (string[])[$"route replace default via {Request.Router} dev {Link}"],
    ];

    /// <summary>Looks at all of them.</summary>
    /// <exception cref="AttachmentException">One is not as it must be.</exception>
    public static List<Attachment> FindAll(IReadOnlyList<AttachmentRequest> requests)
    {
        var found = new List<Attachment>();
        try
        {
            foreach (AttachmentRequest request in requests) found.Add(Find(request, found));

            return found;
        }
        catch
        {
            foreach (Attachment attachment in found) attachment.Place?.Dispose();
            throw;
        }
    }

    /// <summary>Settings of the new namespace: for interfaces that are still to come.</summary>
    public void WriteSettings()
    {
        foreach (string scope in (string[])["all", "default"])
        {
            // A reply may come from where no route leads to: the fabric decides what passes, not the endpoints.
            File.WriteAllText($"/proc/sys/net/ipv4/conf/{scope}/rp_filter", "0");
            if (Request.IgmpVersion > 0) File.WriteAllText($"/proc/sys/net/ipv4/conf/{scope}/force_igmp_version", $"{Request.IgmpVersion}");
        }
    }

    public UndoStep UndoMove(string place) => new()
    {
        What = Link,
        Namespace = place,
        Inside = [$"addr flush dev {Link}", $"link set dev {Link} netns {{home}}"],
        AtHome = [.. Before.Restore()],
        Interface = Link,
        Addresses = Before.Addresses,
    };

    public UndoStep UndoAddress() => new()
    {
        What = $"{Link} of {Request.Netns}",
        Namespace = Place!.Path,
        Inside = [$"addr del {Request.Address}/{Request.PrefixLength} dev {Link}"],
        Interface = Link,
    };

    public UndoStep UndoCut(LinkFacts now) => new()
    {
        What = $"{Link} of {Request.Netns}",
        Namespace = Place!.Path,
        Inside = [.. now.Restore()],
        Interface = Link,
        Addresses = now.Addresses,
    };

    private static Attachment Find(AttachmentRequest request, List<Attachment> before)
    {
        NetworkNamespace? place = request.Netns is { } netns ? Open(request, netns) : null;
        try
        {
            string link = request.Interface ?? place?.Run(() => Choose(request)) ?? ClusterSpec.UsualInterface;
            if (before.FirstOrDefault(a => a.Link == link && Path(a.Request.Netns) == Path(request.Netns)) is { } twin)
                throw Wrong(twin.Request, link, $"{request.Name} is attached there too: each endpoint needs an interface of its own");
            LinkFacts facts = (place is null ? LinkFacts.Read(link) : place.Run(() => LinkFacts.Read(link)))
                ?? throw Wrong(request, link, place is null ? "this machine has no such interface" : $"there is no such interface in it: it has {FoundLink.Told(place.Run(FoundLink.All))}");
            if (place is null) MayMove(request, facts);
            else if (!facts.Up) throw Wrong(request, link, $"the interface is down (ip -n {request.Netns} link set {link} up)");
            return new(request, place, facts);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    private static string Choose(AttachmentRequest request) =>
        FoundLink.Choose(FoundLink.All(), request.Address, request.Subnet, out string why) ?? throw new AttachmentException($"{request.Name}: namespace {request.Netns}: {why}");

    private static string? Path(string? netns) => netns is null || netns.Contains('/') ? netns : $"/run/netns/{netns}";

    private static NetworkNamespace Open(AttachmentRequest request, string netns)
    {
        try
        {
            return NetworkNamespace.Open(Path(netns)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(request, request.Interface ?? ClusterSpec.UsualInterface, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such namespace (ip netns list)" : e.Message);
        }
    }

    private static void MayMove(AttachmentRequest request, LinkFacts facts)
    {
        if (facts.Name == "lo") throw Wrong(request, facts.Name, "the loopback interface leads to no switch");
        if (facts.HasDefaultRoute) throw Wrong(request, facts.Name, "this machine's default route leads through it: taking it away would cut the machine off");
        if (facts.Master.Length > 0) throw Wrong(request, facts.Name, $"it belongs to {facts.Master}: take it out first (ip link set {facts.Name} nomaster)");
    }

    private static AttachmentException Wrong(AttachmentRequest request, string link, string why) =>
        new($"{request.Name}: interface {link}{(request.Netns is null ? "" : $" in namespace {request.Netns}")}: {why}");
}
