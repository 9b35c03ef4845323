using System.Buffers.Binary;

namespace VsanEmu.Core.Frames;

/// <summary>
/// Walks the group records of a version 3 report (RFC 3376 4.2.4) without allocating: <c>while (records.TryNext(out var record))</c>.
/// Stops early at a record that the capture cut off, and after <see cref="MaxRecords"/>.
/// </summary>
public ref struct IgmpRecords
{
    /// <summary>Records of one report that are looked at.</summary>
    public const int MaxRecords = 64;

    // record type, auxiliary data length in words, source count (2), group (4), then sources and auxiliary data
    private const int HeaderLength = 8;

    private ReadOnlySpan<byte> _rest;
    private int _left;

    /// <summary>The records of <paramref name="igmp"/>, a message in <paramref name="frame"/>; none when it is no version 3 report.</summary>
    public IgmpRecords(in IgmpInfo igmp, ReadOnlySpan<byte> frame)
    {
        if (igmp.Kind != IgmpKind.Records || igmp.RecordsOffset > frame.Length) return;
        _rest = frame[igmp.RecordsOffset..];
        _left = Math.Min((int)igmp.RecordCount, MaxRecords);
    }

    /// <summary>The next record; false when there is none.</summary>
    public bool TryNext(out GroupRecord record)
    {
        record = default;
        if (_left == 0 || _rest.Length < HeaderLength) return false;

        int sources = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        record = new(FrameAddress.ReadV4(_rest[4..]), Meaning(_rest[0], sources));
        int length = HeaderLength + (4 * sources) + (4 * _rest[1]);
        _rest = _rest[Math.Min(length, _rest.Length)..];
        _left--;
        return true;
    }

    private static MembershipChange Meaning(byte type, int sources) => type switch
    {
        1 or 3 when sources == 0 => MembershipChange.Leave, // MODE_IS_INCLUDE and CHANGE_TO_INCLUDE of nothing
        1 or 3 or 5 => MembershipChange.Join,               // INCLUDE of some sources, ALLOW_NEW_SOURCES
        2 or 4 => MembershipChange.Join,                    // EXCLUDE: all sources but these
        _ => MembershipChange.None,                         // BLOCK_OLD_SOURCES; unknown types are ignored (4.2.12)
    };
}
