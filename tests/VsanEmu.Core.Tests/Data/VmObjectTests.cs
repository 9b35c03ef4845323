using CsCheck;
using VsanEmu.Core.Data;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Tests.Data;

public class VmObjectTests
{
    private static readonly Gen<MemberId> Member = Gen.Int[1, MemberId.Max].Select(Specs.Id);

    private static readonly Gen<VmObject> Any =
        from name in Gen.OneOf(Gen.String[Gen.Char['a', 'z'], 1, 63], Gen.String[Gen.Char["äßπ漢"], 1, 21])
        from host in Member
        from power in Gen.Bool
        from copies in Member.HashSet[1, DataLimits.MaxCopies]
        from target in Member
        from resync in Gen.ULong
        from copy in Gen.ULong
        let source = copies.Min()
        let rebuild = resync != 0 && copy != 0 && target != source
        select new VmObject
        {
            Vm = name,
            Host = host,
            On = power,
            Copies = MemberSet.Of(copies),
            ResyncSource = rebuild ? source : MemberId.None,
            ResyncTarget = rebuild ? target : MemberId.None,
            Resync = rebuild ? resync : 0,
            SourceCopy = rebuild ? copy : 0,
        };

    [Fact]
    public void Round_trip() => Any.Sample(obj =>
    {
        byte[] value = Written(obj);
        Assert.InRange(value.Length, 34, VmObject.MaxSize);
        Assert.True(VmObject.TryParse(value, out VmObject parsed));
        Assert.Equal(obj, parsed);
    });

    [Fact]
    public void A_truncated_or_longer_value_is_refused() => Gen.Select(Any, Gen.Int[0, WireLimits.MaxValue]).Sample((obj, cut) =>
    {
        byte[] value = Written(obj);
        byte[] other = new byte[cut];
        value.AsSpan(0, Math.Min(cut, value.Length)).CopyTo(other);
        Assert.Equal(cut == value.Length, VmObject.TryParse(other, out _));
    });

    [Fact]
    public void A_flipped_bit_is_refused_or_is_another_object() => Gen.Select(Any, Gen.Int[0, (VmObject.MaxSize * 8) - 1]).Sample((obj, bit) =>
    {
        byte[] value = Written(obj);
        bit %= value.Length * 8;
        value[bit / 8] ^= (byte)(1 << (bit % 8));
        if (!VmObject.TryParse(value, out VmObject parsed)) return;
        Assert.NotEqual(obj, parsed);
        Assert.Equal(value, Written(parsed));
    });

    [Fact]
    public void Random_bytes_are_refused() =>
        Gen.Byte.Array[0, 200].Sample(bytes => !VmObject.TryParse(bytes, out VmObject parsed) || Written(parsed).SequenceEqual(bytes));

    [Fact]
    public void A_name_too_long_is_our_bug()
    {
        var obj = new VmObject { Vm = new string('x', 64), Host = Specs.Id(1), On = true, Copies = MemberSet.Of([Specs.Id(2)]) };
        Assert.Throws<InvalidOperationException>(() => Written(obj));
    }

    [Fact]
    public void A_set_holds_what_was_put_into_it() => Member.HashSet[0, 64].Sample(members =>
    {
        MemberSet set = MemberSet.Of(members);
        Assert.Equal(members.Order(), set.ToList());
        Assert.Equal(members.Count, set.Count);
        Assert.All(Enumerable.Range(1, 64), i => Assert.Equal(members.Contains(Specs.Id(i)), set.Contains(Specs.Id(i))));
        Assert.False(set.Contains(MemberId.None));
    });

    private static byte[] Written(in VmObject obj)
    {
        byte[] value = new byte[VmObject.MaxSize];
        return value[..obj.Write(value)];
    }
}
