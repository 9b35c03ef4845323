using System.IO.Compression;
using System.Text;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>What is long is packed, and what somebody else packed has a limit.</summary>
public sealed class WrittenTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(5_000_000)]
    public void What_is_written_is_read(int length)
    {
        var letter = new Letter { Id = Guid.NewGuid(), From = "esx1", Run = ulong.MaxValue, Answer = new HostAnswer.Failed(new string('a', length)) };
        byte[] body = Written.Of(letter, ControlContext.Default.Letter);
        Assert.True(body.Length < 100_000, $"{body.Length} bytes");
        Assert.Equal(letter, Written.Read(body, ControlContext.Default.Letter));
    }

    [Fact]
    public void A_little_that_unpacks_to_very_much_is_nothing()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (int i = 0; i < 200; i++) gzip.Write(Encoding.ASCII.GetBytes(new string(' ', 1 << 20)));
        Assert.Null(Written.Read(packed.ToArray(), ControlContext.Default.Letter, out string why));
        Assert.Empty(why);
    }

    [Fact]
    public void Packed_bytes_that_were_cut_are_nothing_and_say_why()
    {
        byte[] body = Written.Of(new Letter { Id = Guid.NewGuid(), From = "esx1", Answer = new HostAnswer.Failed(new string('a', 50_000)) }, ControlContext.Default.Letter);
        Assert.Null(Written.Read(body[..(body.Length / 2)], ControlContext.Default.Letter, out string why));
        Assert.NotEmpty(why);
    }
}
