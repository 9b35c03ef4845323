using System.Net;
using VsanEmu.Core.Observations;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Interfaces;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tests.Segments;

namespace VsanEmu.Net.Tests.Attachments;

/// <summary>The interface that an endpoint means which names none, in namespaces as they are found.</summary>
public sealed class FoundLinkTests : IDisposable
{
    private static readonly IPNetwork Subnet = IPNetwork.Parse("198.18.0.0/24");

    // Interfaces of a kind that leads nowhere: only what they are called and have is looked at.
    private readonly NetworkNamespace _place = NetworkNamespace.Create();

    [Theory]
    [InlineData("198.18.0.11", "ens3 198.18.0.11/24 up", "ens3")]
    [InlineData("198.18.0.11", "eth0 10.0.0.5/8 up|ens3 198.18.0.11/24 up", "ens3")]
    [InlineData("198.18.0.11", "ens2 198.18.0.12/24 up|ens3 198.18.0.11/24 up", "ens3")]
    [InlineData("198.18.0.11", "eth0 10.0.0.5/8 up|ens3 198.18.0.12/24 up", "ens3")]
    [InlineData("198.18.0.11", "eth0 10.0.0.5/8 up|ens3 198.18.0.11/24 down", "ens3")]
    [InlineData("198.18.0.11", "ens3  up", "ens3")]
    [InlineData("198.18.0.11", "ens3  up|ens4  down", "ens3")]
    [InlineData("", "tap7  up", "tap7")]
    [InlineData("", "tap7  up|eth9  down", "tap7")]
    [InlineData("", "mgmt 10.0.0.5/8 up|tap7 198.18.0.9/24 up", "tap7")]
    public void It_is_found_by_address_or_subnet_or_because_it_is_the_only_one(string address, string links, string expected) => Assert.Equal((expected, ""), Choose(address, links));

    [Theory]
    [InlineData("198.18.0.11", "", "there is none but loopback")]
    [InlineData("198.18.0.11", "ens3  up|ens4 10.0.0.5/8 up", "of ens3 (no address), ens4 (10.0.0.5) 2 are up")]
    [InlineData("198.18.0.11", "ens3 198.18.0.12/24 up|ens4 198.18.0.13/24 up", "of ens3 (198.18.0.12), ens4 (198.18.0.13) 2 have an address of 198.18.0.0/24")]
    [InlineData("198.18.0.11", "ens3 198.18.0.11/24 up|ens4 198.18.0.11/32 up", "of ens3 (198.18.0.11), ens4 (198.18.0.11) 2 have 198.18.0.11")]
    [InlineData("198.18.0.11", "ens3  down", "of ens3 (no address, down) none is up")]
    [InlineData("", "eth0  up|ens4  up", "of eth0 (no address), ens4 (no address) 2 are up")]
    public void Where_it_is_not_clear_what_is_there_is_listed(string address, string links, string expected)
    {
        (string? found, string why) = Choose(address, links);
        Assert.Null(found);
        Assert.Equal($"no interface is named, and which one is meant is not clear: {expected}", why);
    }

    [Fact]
    public void A_bridge_is_meant_and_not_its_ports()
    {
        Segment.Ip(_place, "link add br7 type bridge", "link add ens3 type veth peer name ens4", "link set ens3 master br7 up", "link set ens4 master br7 up", "link set br7 up", "addr add 198.18.0.11/24 dev lo");
        Assert.Equal("br7", _place.Run(() => FoundLink.Choose(FoundLink.All(), null, Subnet, out _)));
    }

    [Fact]
    public void An_address_that_is_left_out_is_read_with_its_interface()
    {
        Make("mgmt 10.0.0.5/8 up|ens3 198.18.0.11/24 up");
        Assert.Equal((IPAddress.Parse("198.18.0.11"), "ens3", ""), InterfaceAddress.Find(_place.Path, null, Subnet));
        Assert.Equal((IPAddress.Parse("10.0.0.5"), "mgmt", ""), InterfaceAddress.Find(_place.Path, "mgmt", null));
        Assert.Equal("it has ens3 (198.18.0.11), mgmt (10.0.0.5), where there may be only one", Sorted(InterfaceAddress.Find(_place.Path, null, null).Why));
        Assert.Equal("it has 10.0.0.5, where one of 198.18.0.0/24 is needed", InterfaceAddress.Find(_place.Path, "mgmt", Subnet).Why);
        Assert.StartsWith($"there is no such interface in {_place.Path}: it has ", InterfaceAddress.Find(_place.Path, "eth0", Subnet).Why);
        Assert.Contains("there is no namespace nowhere-to-be-found", InterfaceAddress.Find("nowhere-to-be-found", null, Subnet).Why);
    }

    [Fact]
    public void An_end_is_attached_to_the_interface_that_was_found()
    {
        Make("mgmt 10.0.0.5/8 up|ens3 198.18.0.11/24 up");
        using (AttachedEnds ends = AttachedEnds.Open([Request("m1", "198.18.0.11")])) Assert.Equal("ens3", Assert.Single(ends.Ends).Interface);
        Assert.Contains("m1: interface ens3 in namespace", Assert.Throws<AttachmentException>(() => AttachedEnds.Open([Request("m1", "198.18.0.11"), Request("m2", "198.18.0.11")])).Message);
        Assert.Contains("m2: namespace", Assert.Throws<AttachmentException>(() => AttachedEnds.Open([Request("m2", null) with { Subnet = null }])).Message);
        AttachmentException named = Assert.Throws<AttachmentException>(() => AttachedEnds.Open([Request("m1", "198.18.0.11") with { Interface = "eth0" }]));
        Assert.Contains("there is no such interface in it: it has ", named.Message);
        Assert.Contains("ens3 (198.18.0.11)", named.Message);
    }

    [Fact]
    public void A_member_by_itself_finds_its_interface_by_its_address()
    {
        Make("mgmt 10.0.0.5/8 up|ens3 198.18.0.11/24 up|ens4 198.18.0.12/24 down");
        Assert.Equal("ens3", _place.Run(() => LocalInterface.Find(null, IPAddress.Parse("198.18.0.11"))).Name);
        string missing = Assert.Throws<LocalInterfaceException>(() => _place.Run(() => LocalInterface.Find(null, IPAddress.Parse("198.18.0.77")))).Message;
        Assert.StartsWith("no interface here has the address 198.18.0.77: ", missing);
        Assert.Contains("ens3 has 198.18.0.11", missing);
        Assert.Equal("interface ens4 is down", Assert.Throws<LocalInterfaceException>(() => _place.Run(() => LocalInterface.Find(null, IPAddress.Parse("198.18.0.12")))).Message);
        Assert.StartsWith("there is no interface eth0 here: ", Assert.Throws<LocalInterfaceException>(() => _place.Run(() => LocalInterface.Find("eth0", IPAddress.Parse("198.18.0.11")))).Message);
        Assert.Throws<LocalInterfaceException>(() => _place.Run(() => LocalInterface.Find(null, IPAddress.Loopback)));
    }

    [Fact]
    public void A_hosts_observer_is_at_the_only_interface_that_is_up()
    {
        Make("tap7  up|ens4  down");
        using (PlacedEnd end = PlacedEnd.Open("eye", PortKind.Observer, _place.Path, choice: null, address: null, 24, inSegment: true)) Assert.Equal("tap7", end.End.Interface);
        Segment.Ip(_place, "link set ens4 up");
        Assert.Contains("eye: no interface is named", Assert.Throws<AttachmentException>(() => PlacedEnd.Open("eye", PortKind.Observer, _place.Path, choice: null, address: null, 24, inSegment: true)).Message);
    }

    public void Dispose() => _place.Dispose();

    private AttachmentRequest Request(string name, string? address) => new()
    {
        Name = name,
        Kind = PortKind.Member,
        Netns = _place.Path,
        Interface = null,
        Address = address is null ? null : IPAddress.Parse(address),
        Subnet = Subnet,
        PrefixLength = 24,
        Router = null,
        InSegment = true,
    };

    private (string? Found, string Why) Choose(string address, string links)
    {
        Make(links);
        return _place.Run(() => (FoundLink.Choose(FoundLink.All(), address.Length == 0 ? null : IPAddress.Parse(address), Subnet, out string why), why));
    }

    // NAME ADDRESS STATE, one after the other.
    private void Make(string links)
    {
        foreach (string[] link in links.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')))
            Segment.Ip(_place, [$"link add {link[0]} type bridge", .. link[1].Length > 0 ? (string[])[$"addr add {link[1]} dev {link[0]}"] : [], $"link set {link[0]} {link[2]}"]);
    }

    private static string Sorted(string why)
    {
        string[] parts = why["it has ".Length..].Split(", where ");
        return $"it has {string.Join(", ", parts[0].Split(", ").Order())}, where {parts[1]}";
    }
}
