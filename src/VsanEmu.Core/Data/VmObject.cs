using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;

namespace VsanEmu.Core.Data;

/// <summary>
/// A VM's disk object, as its host publishes it in the directory (an entry of type DOM_OBJECT): who runs the VM, who holds its copies, and who is
/// being rebuilt from whom. The entry's value is
/// <code>
///  0  u8   layout (1)            6 u16  resync target, 0 = none    24 u64  copies, bit n-1 is member n
///  1  u8   1 = on                8 u64  resync number, 0 = none    32 u8   length of the name, 1 to 63
///  2  u16  host                 16 u64  source's copy, 0 = none    33 …    name, UTF-8
///  4  u16  resync source, 0 = none
/// </code>
/// </summary>
public readonly record struct VmObject
{
    private const byte Layout = 1;

    /// <summary>Longest value that <see cref="Write"/> makes, bytes; far below <see cref="WireLimits.MaxValue"/>.</summary>
    public const int MaxSize = 33 + WireLimits.MaxName;

    /// <summary>The VM's name, as in the spec.</summary>
    public required string Vm { get; init; }

    /// <summary>The member that runs it.</summary>
    public required MemberId Host { get; init; }

    /// <summary>Whether it is powered on.</summary>
    public required bool On { get; init; }

    /// <summary>The members that hold a copy; 1 to <see cref="DataLimits.MaxCopies"/>. A resync target that is not one of them joins them when it is done.</summary>
    public required MemberSet Copies { get; init; }

    /// <summary>The holder that a copy is rebuilt from, or None.</summary>
    public MemberId ResyncSource { get; init; }

    /// <summary>The member whose copy is being rebuilt, or None.</summary>
    public MemberId ResyncTarget { get; init; }

    /// <summary>The rebuild's number: each attempt has a new, larger one; 0 when there is none.</summary>
    public ulong Resync { get; init; }

    /// <summary>Identity of the copy that the source rebuilds from: a source that has lost it, and holds another, does not. 0 when there is no rebuild.</summary>
    public ulong SourceCopy { get; init; }

    /// <summary>The entry's name in its owner's part of the directory.</summary>
    public string Key => KeyOf(Vm);

    /// <summary>The name of a VM's entry.</summary>
    public static string KeyOf(string vm) => $"DOM_OBJECT/{vm}";

    /// <summary>The object's uuid in data-plane messages: made from the VM's name alone, so every member finds the same.</summary>
    public static Guid IdOf(string vm)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(KeyOf(vm)), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Writes the entry's value; returns its length. Room for <see cref="MaxSize"/> bytes is enough.</summary>
    public int Write(Span<byte> value)
    {
        var writer = new WireWriter(value);
        writer.U8(Layout);
        writer.U8(On ? (byte)1 : (byte)0);
        writer.Member(Host);
        writer.Member(ResyncSource);
        writer.Member(ResyncTarget);
        writer.U64(Resync);
        writer.U64(SourceCopy);
        writer.U64(Copies.Bits);
        int length = Encoding.UTF8.GetByteCount(Vm);
        if (length is 0 or > WireLimits.MaxName) throw new InvalidOperationException($"VM name of {length} bytes: 1 to {WireLimits.MaxName} allowed");
        writer.U8((byte)length);
        Span<byte> name = stackalloc byte[length];
        Encoding.UTF8.GetBytes(Vm, name);
        writer.Bytes(name);
        return writer.Length;
    }

    /// <summary>Reads an entry's value; anything that <see cref="Write"/> would not make is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out VmObject parsed)
    {
        parsed = default;
        var reader = new WireReader(value);
        byte layout = reader.U8();
        byte on = reader.U8();
        MemberId host = reader.Member();
        MemberId source = reader.Member();
        MemberId target = reader.Member();
        ulong resync = reader.U64();
        ulong sourceCopy = reader.U64();
        var copies = new MemberSet(reader.U64());
        byte length = reader.U8();
        ReadOnlySpan<byte> name = reader.Bytes(length, WireLimits.MaxName);
        if (!reader.Complete || layout != Layout || on > 1 || host.IsNone || length == 0) return false;
        if (copies.Count is 0 or > DataLimits.MaxCopies || !Utf8.IsValid(name)) return false;
        if (source.IsNone != (resync == 0) || target.IsNone != (resync == 0) || (sourceCopy == 0) != (resync == 0)) return false;
        if (resync != 0 && (source == target || !copies.Contains(source))) return false;
        parsed = new VmObject
        {
            Vm = Encoding.UTF8.GetString(name),
            Host = host,
            On = on == 1,
            Copies = copies,
            ResyncSource = source,
            ResyncTarget = target,
            Resync = resync,
            SourceCopy = sourceCopy,
        };
        return true;
    }
}
