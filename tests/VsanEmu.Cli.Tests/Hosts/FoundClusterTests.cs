using VsanEmu.Cli.Hosts;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli.Tests.Hosts;

/// <summary>What hosts say of themselves makes a cluster, or one line that names the host; whoever may write to the server may have said it.</summary>
public sealed class FoundClusterTests
{
    private static HostPresence Good => Host("m1", "198.18.0.11/24");

    [Fact]
    public void Hosts_make_a_cluster_at_their_addresses()
    {
        ClusterSpec cluster = FoundCluster.Of("null", [
            Good, Host("m2", "198.18.0.12/24"), Host("null", "198.18.0.13/24"), Host("eye", "", PortKind.Observer) with { Interface = "br-lan.7" }, Host("guest", "198.18.0.14/24", PortKind.Outsider),
        ]);
        Assert.Equal(("null", "198.18.0.0/24", "br-lan.7", OutsiderPlace.Segment), (cluster.Name, $"{cluster.Subnet}", cluster.Observer!.Interface, cluster.Outsiders[0].Place));
        Assert.Equal(["1 m1 198.18.0.11", "2 m2 198.18.0.12", "3 null 198.18.0.13"], cluster.Members.Select(m => $"{m.Id.Value} {m.Name} {m.Address}"));
        Assert.Equal(new TimerSpec(), cluster.Timers);
        Assert.Null(cluster.Gateway);
    }

    [Theory]
    [InlineData("198.18.0.12")]
    [InlineData("198.18.0.12/")]
    [InlineData("198.18.0.12/x")]
    [InlineData("198.18.0.12/33")]
    [InlineData("198.18.0.12/0")]
    [InlineData("198.18.0.12/-1")]
    [InlineData("198.18.0.12/24/24")]
    [InlineData("/24")]
    [InlineData("/")]
    [InlineData("198.18.12/24")]
    [InlineData("2001:db8::1/24")]
    [InlineData("198.18.0.12}\n  - {name: x, address: 198.18.0.13/24")]
    [InlineData("\u001b[2J198.18.0.12/24")]
    public void A_wrong_address_is_told_with_its_hosts_name(string address)
    {
        foreach (PortKind kind in (PortKind[])[PortKind.Member, PortKind.Outsider, PortKind.Observer])
            Assert.StartsWith("host 'bad' says of itself what cannot be: its address is '", Refused(Good, Host("m2", "198.18.0.12/24"), Host("bad", address, kind)));
        Assert.StartsWith("host 'bad' says of itself", Refused(Host("bad", address), Good));
    }

    [Theory]
    [InlineData("", "host ''")]
    [InlineData("a'b", "host 'a'b'")]
    [InlineData("a\"\n- b: c", "host 'a\"?- b: c'")]
    [InlineData("\u001b]0;title\u0007", "host '?]0;title?'")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789", "host '012345678901234567890123456789012345678901234567890123456789012...'")]
    public void A_name_that_no_host_can_have_is_told(string name, string expected) => Assert.StartsWith($"{expected} says of itself what cannot be: that is no host's name", Refused(Good, Host(name, "198.18.0.12/24")));

    [Fact]
    public void What_the_rules_of_a_spec_forbid_is_told_with_its_hosts_name()
    {
        HostPresence second = Host("m2", "198.18.0.12/24");
        Assert.Contains("host esx_1: 'esx_1' has '_', which host names do not have", Refused(Good, Host("esx_1", "198.18.0.12/24")));
        Assert.Contains("'M1' is taken", Refused(Good, Host("M1", "198.18.0.12/24")));
        Assert.Contains("host gateway: 'gateway' is reserved", Refused(Good, Host("gateway", "198.18.0.12/24")));
        Assert.Contains("host m2: 198.18.1.12 is outside the subnet 198.18.0.0/24", Refused(Good, Host("m2", "198.18.1.12/24")));
        Assert.Contains("host m2: 224.0.0.1 is a multicast group", Refused(Good, Host("m2", "224.0.0.1/24")));
        Assert.Contains("host guest: there is no gateway to be beyond", Refused(Good, second, Host("guest", "198.19.0.9/24", PortKind.Outsider)));
        Assert.Contains("host eye: '\"} b\" c' does not begin with a letter or digit", Refused(Good, second, Host("eye", "", PortKind.Observer) with { Interface = "\"} b\" c" }));
        Assert.Contains("host eye: 'eth0', x: y' is not made of what is allowed", Refused(Good, second, Host("eye", "", PortKind.Observer) with { Interface = "eth0', x: y" }));
        Assert.Equal("hosts m1 and m2 say that they have the same address, 198.18.0.11", Refused(Good, Host("m2", "198.18.0.11/24")));
        Assert.Contains("'m1' is taken", Refused(Good, Host("m1", "198.18.0.12/24")));
        Assert.Contains("prefix length 30 is out of range", Refused(Host("m1", "198.18.0.1/30"), Host("m2", "198.18.0.2/30")));
        Assert.Contains("host m2 does not say which address it has", Refused(Good, Host("m2", "")));
        Assert.Equal("host 'm2' says of itself what cannot be: it is a gateway", Refused(Good, Host("m2", "198.18.0.12/24", PortKind.Gateway)));
        Assert.Equal("host 'm2' says of itself what cannot be: it is a 77", Refused(Good, Host("m2", "198.18.0.12/24", (PortKind)77)));
        Assert.Equal("1 members are there: a cluster takes 2 to 64", Refused(Good));
    }

    private static string Refused(params HostPresence[] hosts)
    {
        string said = Assert.Throws<HostException>(() => FoundCluster.Of("lab", hosts)).Message;
        Assert.DoesNotContain(said, char.IsControl);
        Assert.InRange(said.Length, 1, 400);
        return said;
    }

    private static HostPresence Host(string name, string address, PortKind kind = PortKind.Member) =>
        new() { Name = name, Life = Guid.NewGuid(), Version = "test", Machine = "here", Kind = kind, Address = address };
}
