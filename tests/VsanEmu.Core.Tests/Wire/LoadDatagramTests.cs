using CsCheck;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Wire;

public sealed class LoadDatagramTests
{
    [Fact]
    public void What_was_written_is_read_and_a_stamp_changes_only_number_and_time() =>
        Gen.Select(Gen.UInt, Gen.Int[1, int.MaxValue], Gen.Long[0, long.MaxValue], Gen.Long).Sample((run, flow, sequence, sent) =>
        {
            byte[] bytes = new byte[100];
            var written = new LoadDatagram(run, flow, sequence, sent);
            written.Write(bytes);
            bool same = LoadDatagram.TryParse(bytes, out LoadDatagram read) && read == written;
            LoadDatagram.Stamp(bytes, 7, 8);
            return same && LoadDatagram.TryParse(bytes, out read) && read == written with { Sequence = 7, SentNs = 8 };
        });

    [Fact]
    public void Anything_else_is_not_one()
    {
        byte[] bytes = new byte[LoadDatagram.Size];
        new LoadDatagram(1, 1, 0, 0).Write(bytes);
        Assert.True(LoadDatagram.TryParse(bytes, out _));
        Assert.False(LoadDatagram.TryParse(bytes.AsSpan(0, LoadDatagram.Size - 1), out _));
        new LoadDatagram(1, 0, 0, 0).Write(bytes);
        Assert.False(LoadDatagram.TryParse(bytes, out _));
        new LoadDatagram(1, 1, -1, 0).Write(bytes);
        Assert.False(LoadDatagram.TryParse(bytes, out _));
        new TrialDatagram(1, 1, 0).Write(bytes);
        Assert.False(LoadDatagram.TryParse(bytes, out _));
    }
}
