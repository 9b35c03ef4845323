using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>Where control is, as people write it; and where its password comes from.</summary>
public sealed class ControlAddressTests
{
    [Theory]
    [InlineData("redis://host", "redis://host:6379", false)]
    [InlineData("redis://198.18.0.12:7000", "redis://198.18.0.12:7000", false)]
    [InlineData("redis://me@198.18.0.12/3", "redis://me@198.18.0.12:6379/3", false)]
    [InlineData("redis://[2001:db8::1]:7000", "redis://[2001:db8::1]:7000", false)]
    [InlineData("redis://host:7000/3", "redis://host:7000/3", false)]
    [InlineData("rediss://me@host", "rediss://me@host:6379", true)]
    public void An_address_is_read(string text, string expected, bool tls)
    {
        var address = ControlAddress.Parse(text, _ => null);
        Assert.Equal((expected, tls, ""), (address.ToString(), address.Tls, address.Password));
    }

    [Theory]
    [InlineData("host:6379", "no control address")]
    [InlineData("http://host", "no control address")]
    [InlineData("redis://:word@host", "does not belong on a command line")]
    [InlineData("redis://me:word@host", "does not belong on a command line")]
    [InlineData("redis://host/many", "no database's number")]
    [InlineData("redis://198.18.0.012", "the host is no address")]
    [InlineData("redis://me@198.18.0.012:7000/3", "the host is no address")]
    [InlineData("redis://198.18.0.300", "the host is no address")]
    [InlineData("redis://198.18.10", "the host is no address")]
    [InlineData("redis://0x7f000001", "the host is no address")]
    public void A_wrong_one_is_told_and_no_secret_with_it(string text, string expected)
    {
        string said = Assert.Throws<FormatException>(() => ControlAddress.Parse(text, _ => null)).Message;
        Assert.Contains(expected, said);
        Assert.DoesNotContain("word@", said);
    }

    [Theory]
    [InlineData("redis://me:12/word@host")]
    [InlineData("redis://me:12/word")]
    [InlineData("redis://me:pa/word@host")]
    [InlineData("redis://me:12#word@host")]
    [InlineData("redis://me:12?word@host")]
    [InlineData("redis://me:w@word@host")]
    [InlineData("redis://host?password=word")]
    [InlineData("redis://host/0?password=word")]
    [InlineData("redis:me:word@host")]
    [InlineData("unix:///run/redis.sock?password=word")]
    [InlineData("unix://me:word@/run/redis.sock")]
    public void A_piece_of_a_password_is_never_shown_nor_taken(string text)
    {
        foreach (string? given in (string?[])[text, null])
        {
            string said = Assert.Throws<FormatException>(() => ControlAddress.Parse(given, n => n == ControlAddress.Variable ? text : null)).Message;
            Assert.DoesNotContain("word@", said);
            Assert.DoesNotContain("/word", said);
            Assert.DoesNotContain("=word", said);
            Assert.DoesNotContain('\n', said);
            if (!text.Contains('@') && !text.Contains('?')) continue;
            Assert.Contains("must be percent-encoded", said);
            Assert.Equal(given is not null, said.Contains("does not belong on a command line", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_sockets_path_is_as_long_as_a_socket_can_have()
    {
        string longest = $"/{new string('a', 106)}";
        Assert.Equal($"unix://{longest}", ControlAddress.Parse($"unix://{longest}", _ => null).ToString());
        Assert.Equal("unix:///run/a b@c", ControlAddress.Parse("unix:///run/a%20b%40c", _ => null).ToString());
        foreach ((string text, string expected) in (IEnumerable<(string, string)>)[($"unix://{longest}a", "the socket's path has 108 bytes: a Unix socket's has 107 at most"), ($"unix:///{new string('ä', 60)}", "has 121 bytes")])
            Assert.Contains(expected, Assert.Throws<FormatException>(() => ControlAddress.Parse(text, _ => null)).Message);
        foreach (string text in (string[])["unix://run/redis.sock", "unix://", "unix:///", "unix:///a%00b"])
            Assert.Contains("three slashes", Assert.Throws<FormatException>(() => ControlAddress.Parse(text, _ => null)).Message);
    }

    [Fact]
    public void The_password_comes_from_the_environment_or_a_file_and_is_never_shown()
    {
        Assert.Equal("p w", ControlAddress.Parse("redis://me@host", n => n == ControlAddress.PasswordVariable ? "p w" : null).Password);
        Assert.Equal("a/b", ControlAddress.Parse(null, n => n == ControlAddress.Variable ? "rediss://me:a%2Fb@host" : null).Password);
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "from a file\n");
            var address = ControlAddress.Parse("redis://host", n => n == ControlAddress.PasswordFileVariable ? file : null);
            Assert.Equal("from a file", address.Password);
            Assert.DoesNotContain("from a file", $"{address}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("esx1", true)]
    [InlineData("rack-7.host_3", true)]
    [InlineData("esx01.rack-twelve.a-domain-that-is-rather-long.and-another-one.example.com", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a:b", false)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", false)]
    public void A_name_is_one_that_a_key_can_have(string name, bool good)
    {
        if (good) Assert.Equal(name, Space.CheckName("--name", name));
        else Assert.Contains("--name", Assert.Throws<FormatException>(() => Space.CheckName("--name", name)).Message);
    }
}
