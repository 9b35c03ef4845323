using System.Net;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>What a spec leaves to what is configured: addresses, and with them the interfaces that have them.</summary>
public sealed class ConfiguredAddressesTests
{
    private const string Head = "name: x\nsubnet: 198.18.0.0/24\ngateway: 198.18.0.254\nmembers:\n  - {name: a, address: 198.18.0.1}\n";

    private readonly List<string> _asked = [];

    [Theory]
    [InlineData("  - {name: b, netns: blade}", "blade - 198.18.0.0/24", "ens5")]
    [InlineData("  - {name: b, netns: blade, interface: eth7}", "blade eth7 198.18.0.0/24", "eth7")]
    public void An_address_comes_with_the_interface_that_has_it(string member, string asked, string link)
    {
        MemberSpec found = Parse($"{Head}{member}\n").Spec!.Members[1];
        Assert.Equal((IPAddress.Parse("198.18.0.2"), link, asked), (found.Address, found.Interface, Assert.Single(_asked)));
    }

    [Fact]
    public void An_outsider_in_the_segment_is_known_by_the_subnet_and_one_beyond_by_its_only_address()
    {
        SpecResult result = Parse($"{Head}  - {{name: b, address: 198.18.0.3}}\noutsiders: [{{name: o, netns: near, place: segment}}]\n");
        Assert.Equal(("ens5", "near - 198.18.0.0/24"), (result.Spec!.Outsiders[0].Interface, Assert.Single(_asked)));
        _asked.Clear();
        Parse($"{Head}  - {{name: b, address: 198.18.0.3}}\noutsiders: [{{name: o, netns: far, place: beyond-gateway}}]\n");
        Assert.Equal("far - ", Assert.Single(_asked));
    }

    [Fact]
    public void What_is_written_is_not_looked_up()
    {
        SpecResult result = Parse($"{Head}  - {{name: b, address: 198.18.0.2, netns: blade}}\nobserver: {{netns: tap}}\n");
        Assert.Empty(_asked);
        Assert.Equal((null, null), (result.Spec!.Members[1].Interface, result.Spec.Observer!.Interface));
        Assert.DoesNotContain("interface", SpecFile.Format(result.Spec));
    }

    [Fact]
    public void What_is_not_found_is_one_error_at_the_namespace()
    {
        SpecResult result = SpecFile.Parse($"{Head}  - {{name: b, netns: blade}}\n", "t.yaml", (_, _, _) => (null, "", "it has eth3 (no address), where one of 198.18.0.0/24 is needed"));
        Assert.Equal(
            "t.yaml:6:22: members[1].netns: the address is left out, and cannot be read from namespace blade: it has eth3 (no address), where one of 198.18.0.0/24 is needed"
                + " (allowed: an address, or the name of an interface that has one)",
            Assert.Single(result.Lines));
    }

    private SpecResult Parse(string yaml)
    {
        SpecResult result = SpecFile.Parse(yaml, "t.yaml", (netns, link, subnet) =>
        {
            _asked.Add($"{netns} {link ?? "-"} {subnet}");
            return (IPAddress.Parse(subnet is null ? "198.19.0.2" : "198.18.0.2"), link ?? "ens5", "");
        });
        Assert.Empty(result.Lines);
        return result;
    }
}
