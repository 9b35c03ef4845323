using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Wire;

public sealed class BlockHeaderTests
{
    [Theory]
    [InlineData(BlockKind.Write, 4096, 4096)]
    [InlineData(BlockKind.Read, 1, 0)]
    [InlineData(BlockKind.Written, BlockHeader.MostBytes, 0)]
    [InlineData(BlockKind.Data, BlockHeader.MostBytes, BlockHeader.MostBytes)]
    public void What_is_written_is_read(BlockKind kind, int length, int payload)
    {
        var header = new BlockHeader(kind, length, long.MaxValue - length);
        byte[] bytes = new byte[BlockHeader.Size];
        header.Write(bytes);
        Assert.True(BlockHeader.TryParse(bytes, out BlockHeader read));
        Assert.Equal((header, payload), (read, read.Payload));
        Assert.False(BlockHeader.TryParse(bytes.AsSpan(0, bytes.Length - 1), out _));
    }

    [Theory]
    [InlineData(0, 4096, true)]
    [InlineData(5, 4096, true)]
    [InlineData(1, 0, true)]
    [InlineData(1, -1, true)]
    [InlineData(1, BlockHeader.MostBytes + 1, true)]
    [InlineData(1, 4096, false)]
    public void What_no_host_says_is_refused(byte kind, int length, bool magic)
    {
        byte[] bytes = new byte[BlockHeader.Size];
        new BlockHeader((BlockKind)kind, length, 1).Write(bytes);
        if (!magic) bytes[0] ^= 1;
        Assert.False(BlockHeader.TryParse(bytes, out _));
    }
}
