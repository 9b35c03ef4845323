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

    /// <summary>True when the address must be configured.</summary>
    public bool LacksAddress => Request.Address is { } address && !Before.Addresses.Any(a => a.StartsWith($"{address}/", StringComparison.Ordinal));

    public string AddAddress => $"addr add {Request.Address}/{Request.PrefixLength} dev {Request.Interface}";

    /// <summary>Commands that configure it in a namespace of its own.</summary>
    public IEnumerable<string> Configure =>
    [
        .. Request.Address is null ? [] : (string[])[AddAddress],
        $"link set dev {Request.Interface} up",
        .. Request.Router is null ? [] : (string[])[$"route replace default via {Request.Router} dev {Request.Interface}"],
    ];

    /// <summary>Looks at all of them.</summary>
    /// <exception cref="AttachmentException">One is not as it must be.</exception>
    public static List<Attachment> FindAll(IReadOnlyList<AttachmentRequest> requests)
    {
        var found = new List<Attachment>();
        try
        {
            foreach (AttachmentRequest request in requests)
            {
                if (requests.FirstOrDefault(r => r != request && (r.Netns, r.Interface) == (request.Netns, request.Interface)) is { } twin)
                    throw Wrong(request, $"{twin.Name} is attached there too: each endpoint needs an interface of its own");
                found.Add(Find(request));
            }

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
        What = Request.Interface,
        Namespace = place,
        Inside = [$"addr flush dev {Request.Interface}", $"link set dev {Request.Interface} netns {{home}}"],
        AtHome = [.. Before.Restore()],
        Interface = Request.Interface,
        Addresses = Before.Addresses,
    };

    public UndoStep UndoAddress() => new()
    {
        What = $"{Request.Interface} of {Request.Netns}",
        Namespace = Place!.Path,
        Inside = [$"addr del {Request.Address}/{Request.PrefixLength} dev {Request.Interface}"],
        Interface = Request.Interface,
    };

    public UndoStep UndoCut(LinkFacts now) => new()
    {
        What = $"{Request.Interface} of {Request.Netns}",
        Namespace = Place!.Path,
        Inside = [.. now.Restore()],
        Interface = Request.Interface,
        Addresses = now.Addresses,
    };

    private static Attachment Find(AttachmentRequest request)
    {
        NetworkNamespace? place = request.Netns is { } netns ? Open(request, netns) : null;
        try
        {
            LinkFacts facts = (place is null ? LinkFacts.Read(request.Interface) : place.Run(() => LinkFacts.Read(request.Interface)))
                ?? throw Wrong(request, place is null ? "this machine has no such interface" : "there is no such interface in it");
            if (place is null) MayMove(request, facts);
            else if (!facts.Up) throw Wrong(request, $"the interface is down (ip -n {request.Netns} link set {request.Interface} up)");
            return new(request, place, facts);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    private static NetworkNamespace Open(AttachmentRequest request, string netns)
    {
        try
        {
            return NetworkNamespace.Open(netns.Contains('/') ? netns : $"/run/netns/{netns}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(request, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such namespace (ip netns list)" : e.Message);
        }
    }

    private static void MayMove(AttachmentRequest request, LinkFacts facts)
    {
        if (request.Interface == "lo") throw Wrong(request, "the loopback interface leads to no switch");
        if (facts.HasDefaultRoute) throw Wrong(request, "this machine's default route leads through it: taking it away would cut the machine off");
        if (facts.Master.Length > 0) throw Wrong(request, $"it belongs to {facts.Master}: take it out first (ip link set {request.Interface} nomaster)");
    }

    private static AttachmentException Wrong(AttachmentRequest request, string why) =>
        new($"{request.Name}: interface {request.Interface}{(request.Netns is null ? "" : $" in namespace {request.Netns}")}: {why}");
}
