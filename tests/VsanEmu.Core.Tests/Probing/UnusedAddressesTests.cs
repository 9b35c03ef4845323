using System.Net;
using VsanEmu.Core.Probing;

namespace VsanEmu.Core.Tests.Probing;

/// <summary>Which addresses are asked for to find a proxy.</summary>
public sealed class UnusedAddressesTests
{
    [Theory]
    [InlineData("198.18.0.177", 24, 3)]
    [InlineData("198.18.0.1", 24, 3)]
    [InlineData("198.18.0.177", 16, 3)]
    [InlineData("198.18.0.5", 28, 1)]
    [InlineData("198.18.0.5", 29, 1)]
    [InlineData("198.18.0.5", 31, 0)]
    [InlineData("198.18.0.5", 32, 0)]
    [InlineData("fe80::2", 64, 2)]
    [InlineData("2001:2:0:1::2", 126, 1)]
    [InlineData("2001:2:0:1::2", 128, 0)]
    public void They_are_the_subnets_own_and_nobody_elses(string target, int prefixLength, int count)
    {
        IPAddress address = IPAddress.Parse(target);
        IPNetwork subnet = Subnet(address, prefixLength);
        IPAddress own = address;
        for (int seed = 0; seed < 200; seed++)
        {
            IReadOnlyList<IPAddress> drawn = UnusedAddresses.Of(address, own, prefixLength, [], new Random(seed));
            Assert.Equal(count, drawn.Count);
            Assert.Equal(drawn.Count, drawn.Distinct().Count());
            Assert.All(drawn, a => Assert.True(subnet.Contains(a) && !a.Equals(address) && !a.Equals(subnet.BaseAddress), $"{a}"));
            Assert.DoesNotContain(drawn, a => a.Equals(IPAddress.Parse("198.18.0.255")) && prefixLength == 24);
        }
    }

    [Fact]
    public void One_is_near_enough_for_a_proxy_of_a_part_of_the_subnet()
    {
        IPNetwork near = IPNetwork.Parse("198.18.0.176/28");
        for (int seed = 0; seed < 200; seed++) Assert.Contains(UnusedAddresses.Of(IPAddress.Parse("198.18.0.177"), IPAddress.Parse("198.18.0.2"), 24, [], new Random(seed)), near.Contains);
    }

    [Fact]
    public void Whoever_is_known_is_not_asked_for()
    {
        IPAddress[] taken = [.. Enumerable.Range(1, 5).Select(i => IPAddress.Parse($"198.18.0.{i}"))];
        for (int seed = 0; seed < 50; seed++)
            Assert.DoesNotContain(UnusedAddresses.Of(IPAddress.Parse("198.18.0.6"), IPAddress.Parse("198.18.0.1"), 29, taken, new Random(seed)), taken.Contains);
    }

    [Fact]
    public void Outside_the_own_subnet_nobody_is_asked() =>
        Assert.Empty(UnusedAddresses.Of(IPAddress.Parse("198.18.1.6"), IPAddress.Parse("198.18.0.1"), 24, [], new Random(1)));

    private static IPNetwork Subnet(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = 0; bit < (bytes.Length * 8) - prefixLength; bit++) bytes[^((bit / 8) + 1)] &= (byte)~(1 << (bit % 8));
        return new(new IPAddress(bytes), prefixLength);
    }
}
