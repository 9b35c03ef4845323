using System.Buffers.Binary;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Data;

/// <summary>
/// A VM's disk as every member knows it from the spec. What a block holds follows from disk, block and version alone, so a copy stores no content,
/// and a reader can tell right from wrong without asking anyone.
/// </summary>
/// <param name="index">The VM's place in the spec.</param>
/// <param name="spec">The VM.</param>
internal sealed class VmDisk(int index, VmSpec spec)
{
    private readonly ulong _seed = SeedOf(VmObject.IdOf(spec.Name));

    public int Index => index;

    public VmSpec Spec => spec;

    public Guid Id { get; } = VmObject.IdOf(spec.Name);

    public int BlockSize => spec.BlockSize;

    /// <summary>Writes what a block holds at a version.</summary>
    public void Fill(Span<byte> content, uint block, ulong version)
    {
        var words = new SplitMix(SplitMix.Mix(_seed, block, version));
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..]) BinaryPrimitives.WriteUInt64LittleEndian(content, words.Next());
        if (content.IsEmpty) return;
        ulong last = words.Next();
        for (int i = 0; i < content.Length; i++) content[i] = (byte)(last >> (8 * i));
    }

    /// <summary>Whether this is what a block must hold at a version.</summary>
    public bool Matches(ReadOnlySpan<byte> content, uint block, ulong version)
    {
        if (content.Length != BlockSize) return false;
        var words = new SplitMix(SplitMix.Mix(_seed, block, version));
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..])
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(content) != words.Next()) return false;
        }

        if (content.IsEmpty) return true;
        ulong last = words.Next();
        for (int i = 0; i < content.Length; i++)
        {
            if (content[i] != (byte)(last >> (8 * i))) return false;
        }

        return true;
    }

    private static ulong SeedOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }
}
