using System.Numerics;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>A set of members as 64 bits: bit n-1 is member n. A value: equal sets are equal, and none of its operations allocates.</summary>
/// <param name="Bits">The bits.</param>
public readonly record struct MemberSet(ulong Bits)
{
    /// <summary>How many.</summary>
    public int Count => BitOperations.PopCount(Bits);

    /// <summary>The set of one member; empty for <see cref="MemberId.None"/>.</summary>
    public static MemberSet Of(MemberId member) => new(Bit(member));

    /// <summary>The set of these members.</summary>
    public static MemberSet Of(IEnumerable<MemberId> members) => members.Aggregate(default(MemberSet), (set, m) => set.With(m));

    /// <summary>Whether it holds a member; never <see cref="MemberId.None"/>.</summary>
    public bool Contains(MemberId member) => (Bits & Bit(member)) != 0;

    /// <summary>The set and this member.</summary>
    public MemberSet With(MemberId member) => new(Bits | Bit(member));

    /// <summary>The set without this member.</summary>
    public MemberSet Without(MemberId member) => new(Bits & ~Bit(member));

    /// <summary>The members, lowest id first.</summary>
    public IReadOnlyList<MemberId> ToList()
    {
        var members = new List<MemberId>(Count);
        foreach (MemberId member in this) members.Add(member);
        return members;
    }

    /// <summary>Walks the members, lowest id first.</summary>
    public Enumerator GetEnumerator() => new(Bits);

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', ToList());

    private static ulong Bit(MemberId member) => member.IsNone ? 0 : 1UL << (member.Value - 1);

    /// <summary>A walk over a set.</summary>
    /// <param name="bits">The set's bits.</param>
    public struct Enumerator(ulong bits)
    {
        private ulong _rest = bits;

        /// <summary>The member that the walk has reached.</summary>
        public MemberId Current { get; private set; }

        /// <summary>On to the next; false at the end.</summary>
        public bool MoveNext()
        {
            if (_rest == 0) return false;
            Current = new MemberId((ushort)(BitOperations.TrailingZeroCount(_rest) + 1));
            _rest &= _rest - 1;
            return true;
        }
    }
}
