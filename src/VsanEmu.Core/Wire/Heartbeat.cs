using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Wire;

/// <summary>
/// "I am here." 49 bytes:
/// <code>
///  0 u8  role: 1 Agent, 2 Backup, 3 Master    16 i64 term             36 u64 digest of the directory
///  1 u8  fixed role, 0 = elected              24 u16 master, 0 none   44 u16 entries, modulo 65536
///  2 u8  priority                             26 u16 backup, 0 none   46 u8  1 = holds all up to sequence
///  3 u8  reserved, 0                          28 u64 sequence         47 u16 reserved, 0
///  4 u32 digest of the settings                8 i64 incarnation, ns of wall time
/// </code>
/// </summary>
/// <param name="Role">The sender's role; never Listening.</param>
/// <param name="FixedRole">Its fixed role; Listening stands for "elected".</param>
/// <param name="Priority">Its election priority.</param>
/// <param name="Settings">Digest of groups, ports, subnet and profile (F4).</param>
/// <param name="IncarnationNs">When its present life began.</param>
/// <param name="Term">Term of the Master that it follows, or its own.</param>
/// <param name="Master">The Master that it follows, or itself.</param>
/// <param name="Backup">The Backup that the Master appointed.</param>
/// <param name="Sequence">Master: the last sequence number given out in this term. Others: the last one held.</param>
/// <param name="Digest">Digest of its directory at that moment.</param>
/// <param name="Entries">Entries of its directory, modulo 65536: for people.</param>
/// <param name="Synced">Whether it holds everything up to <paramref name="Sequence"/>.</param>
public readonly record struct Heartbeat(
    Role Role,
    Role FixedRole,
    byte Priority,
    uint Settings,
    long IncarnationNs,
    long Term,
    MemberId Master,
    MemberId Backup,
    ulong Sequence,
    ulong Digest,
    ushort Entries,
    bool Synced)
{
    /// <summary>Bytes of the payload.</summary>
    public const int Size = 49;

    /// <summary>Writes the payload.</summary>
    public int Write(Span<byte> payload)
    {
        var writer = new WireWriter(payload);
        writer.U8((byte)Role);
        writer.U8((byte)FixedRole);
        writer.U8(Priority);
        writer.U8(0);
        writer.U32(Settings);
        writer.I64(IncarnationNs);
        writer.I64(Term);
        writer.Member(Master);
        writer.Member(Backup);
        writer.U64(Sequence);
        writer.U64(Digest);
        writer.U16(Entries);
        writer.U8(Synced ? (byte)1 : (byte)0);
        writer.U16(0);
        return writer.Length;
    }

    /// <summary>Reads the payload; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out Heartbeat parsed)
    {
        var reader = new WireReader(payload);
        byte role = reader.U8();
        byte fixedRole = reader.U8();
        byte priority = reader.U8();
        byte zero = reader.U8();
        uint settings = reader.U32();
        long incarnation = reader.I64();
        long term = reader.I64();
        MemberId master = reader.Member();
        MemberId backup = reader.Member();
        ulong sequence = reader.U64();
        ulong digest = reader.U64();
        ushort entries = reader.U16();
        byte synced = reader.U8();
        ushort reserved = reader.U16();
        parsed = new Heartbeat(
            (Role)role, (Role)fixedRole, priority, settings, incarnation, term, master, backup, sequence, digest, entries, synced == 1);
        return reader.Complete && zero == 0 && reserved == 0 && synced <= 1
            && role is >= (byte)Role.Agent and <= (byte)Role.Master
            && fixedRole <= (byte)Role.Master && term is >= 0 and < MaxTerm;
    }

    /// <summary>Terms stay far below where adding one could overflow, whatever a peer says.</summary>
    public const long MaxTerm = 1L << 48;
}
