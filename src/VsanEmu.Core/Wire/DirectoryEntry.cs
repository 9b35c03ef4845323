using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>What a directory entry describes (FLOWS.md, "The metadata directory").</summary>
public enum EntryType : byte
{
    /// <summary>A member's name.</summary>
    Hostname = 1,

    /// <summary>Whether a member is in maintenance.</summary>
    NodeDecomState,

    /// <summary>A disk.</summary>
    Disk,

    /// <summary>A distributed object: here, a VM's disk and its copies.</summary>
    DomObject,

    /// <summary>A component on one member.</summary>
    LsomObject,

    /// <summary>A storage policy.</summary>
    Policy,

    /// <summary>A configuration's status; everything that a controller submits.</summary>
    ConfigStatus,
}

/// <summary>
/// One entry of the metadata directory. Only its owner writes it, each time with a higher revision; of two, the higher revision wins. Immutable.
/// <code>
///  0 u8[16] key   16 u16 owner   18 u8 type   19 u64 revision   27 u16 length   29 … value
/// </code>
/// </summary>
public sealed class DirectoryEntry
{
    /// <summary>Bytes before the value.</summary>
    public const int HeaderSize = 29;

    private readonly byte[] _value;

    /// <summary>Makes an entry; the value is copied. More than <see cref="WireLimits.MaxValue"/> bytes is the caller's bug.</summary>
    public DirectoryEntry(Guid key, MemberId owner, EntryType type, ulong revision, ReadOnlySpan<byte> value)
    {
        if (value.Length > WireLimits.MaxValue) throw new ArgumentException($"value of {value.Length} bytes: at most {WireLimits.MaxValue}", nameof(value));
        Key = key;
        Owner = owner;
        Type = type;
        Revision = revision;
        _value = value.ToArray();
        Fingerprint = Mix();
    }

    /// <summary>Its identity.</summary>
    public Guid Key { get; }

    /// <summary>The only member that writes it.</summary>
    public MemberId Owner { get; }

    /// <summary>What it describes.</summary>
    public EntryType Type { get; }

    /// <summary>Grows with each write, over restarts of its owner too.</summary>
    public ulong Revision { get; }

    /// <summary>Its content.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>64 bits made of key, revision and value: summed up, they are a directory's digest.</summary>
    public ulong Fingerprint { get; }

    /// <summary>Bytes on the wire.</summary>
    public int Size => HeaderSize + _value.Length;

    /// <summary>The key of an owner's entry of a given name: every member finds the same.</summary>
    public static Guid KeyOf(MemberId owner, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Value}/{name}"), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>Writes the entry.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.Uuid(Key);
        writer.Member(Owner);
        writer.U8((byte)Type);
        writer.U64(Revision);
        writer.U16((ushort)_value.Length);
        writer.Bytes(_value);
    }

    /// <summary>Reads an entry; false when it is none.</summary>
    public static bool TryRead(ref WireReader reader, out DirectoryEntry entry)
    {
        Guid key = reader.Uuid();
        MemberId owner = reader.Member();
        byte type = reader.U8();
        ulong revision = reader.U64();
        ushort length = reader.U16();
        ReadOnlySpan<byte> value = reader.Bytes(length, WireLimits.MaxValue);
        bool ok = !reader.Failed && !owner.IsNone && revision > 0 && type is >= (byte)EntryType.Hostname and <= (byte)EntryType.ConfigStatus;
        entry = ok ? new DirectoryEntry(key, owner, (EntryType)type, revision, value) : null!;
        return ok;
    }

    private ulong Mix()
    {
        Span<byte> key = stackalloc byte[16];
        Key.TryWriteBytes(key, bigEndian: true, out _);
        ulong mixed = Scramble(BinaryPrimitives.ReadUInt64LittleEndian(key));
        mixed = Scramble(mixed ^ BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
        mixed = Scramble(mixed ^ Revision);
        return Scramble(mixed ^ Crc32C.Of(_value));
    }

    // The finaliser of SplitMix64: every input bit moves about half of the output bits.
    private static ulong Scramble(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
