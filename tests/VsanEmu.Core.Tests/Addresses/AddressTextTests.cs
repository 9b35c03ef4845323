using System.Net;
using VsanEmu.Core.Addresses;

namespace VsanEmu.Core.Tests.Addresses;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("198.18.0.12")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("1::")]
    [InlineData("2001:db8:0:1:2:3:4:5")]
    [InlineData("2001:DB8::a:b")]
    [InlineData("1:2:3:4:5:6::8")]
    [InlineData("::ffff:198.18.0.1")]
    [InlineData("1:2:3:4:5:6:198.18.0.1")]
    [InlineData("64:ff9b::198.18.0.1")]
    public void What_is_an_address_is_the_one_that_the_base_library_reads(string text) => Assert.Equal(IPAddress.Parse(text), AddressText.Read(text));

    [Theory]
    [InlineData("198.18.0.012")] // octal to some
    [InlineData("198.18.0.00")]
    [InlineData("198.18.0.300")]
    [InlineData("198.18.0")]
    [InlineData("198.18.0.1.")]
    [InlineData("198.18.0.1.2")]
    [InlineData("198.18..1")]
    [InlineData("198.18.0.0x1")]
    [InlineData("0x7f.1")]
    [InlineData("1")]
    [InlineData("3323068417")]
    [InlineData("+1.2.3.4")]
    [InlineData(" 198.18.0.1")]
    [InlineData("198.18.0.1 ")]
    [InlineData("198.18.0.\u0661")] // a digit of another script
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1::2::3")]
    [InlineData(":1::2")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4::5:6:7:8")] // a gap of nothing
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("12345::")]
    [InlineData("g::1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1/64")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:198.18.0.01")]
    [InlineData("198.18.0.1::")]
    [InlineData("1:2:3:4:5:6:7:198.18.0.1")]
    public void What_is_none_is_refused(string text)
    {
        Assert.Null(AddressText.Read(text));
        if (!text.Contains('%')) Assert.Throws<FormatException>(() => AddressText.Parse(text));
    }

    [Fact]
    public void A_zone_stands_behind_an_IPv6_address_only()
    {
        Assert.Equal((IPAddress.Parse("fe80::1"), "eth0"), AddressText.ReadZoned("fe80::1%eth0"));
        Assert.Equal((IPAddress.Parse("198.18.0.1"), ""), AddressText.ReadZoned("198.18.0.1"));
        Assert.Null(AddressText.ReadZoned("198.18.0.1%eth0"));
        Assert.Null(AddressText.ReadZoned("fe80::1%"));
        Assert.Equal(4, AddressText.Parse("fe80::1%4").ScopeId);
        Assert.Throws<FormatException>(() => AddressText.Parse("fe80::1%eth0"));
    }

    [Theory]
    [InlineData("198.18.0.0/24", true)]
    [InlineData("198.18.0.1/32", true)]
    [InlineData("198.18.0.1/24", false)]
    [InlineData("198.18.0.0/33", false)]
    [InlineData("198.18.0.0/+24", false)]
    [InlineData("198.18.0.0/024", false)]
    [InlineData("198.18.0.0/", false)]
    [InlineData("198.18.0.0", false)]
    [InlineData("198.18.000.0/24", false)]
    public void A_network_has_no_bits_behind_its_prefix(string text, bool good) => Assert.Equal(good, AddressText.ReadNetwork(text) is not null);

    [Theory]
    [InlineData("198.18.0.012", true)]
    [InlineData("1", true)]
    [InlineData("host.0x7f", true)]
    [InlineData("198.18.0.1.", true)]
    [InlineData("host1", false)]
    [InlineData("host.example", false)]
    public void What_ends_in_a_number_is_no_name(string text, bool meant) => Assert.Equal(meant, AddressText.IsMeantAsV4(text));

    [Theory]
    [InlineData("198.18.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("224.1.2.3", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("fe80::1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:198.18.0.1", false)]
    public void What_is_no_other_hosts_address_is_said_in_words(string text, bool host) => Assert.Equal(host, AddressKind.NoHost(AddressText.Read(text)!) is null);
}
