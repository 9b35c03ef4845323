using VsanEmu.Core.Frames;

namespace VsanEmu.Core.Tests.Frames;

public sealed class IgmpTests
{
    private const string Querier = "198.18.0.254";
    private const string Group = "224.2.3.5";

    // RFC 3376 7.1 and 4.1.1; RFC 2236 section 4 for version 1's 10 s.
    [Theory]
    [InlineData(0, false, 1, 10_000)]
    [InlineData(100, false, 2, 10_000)]
    [InlineData(255, false, 2, 25_500)]
    [InlineData(10, true, 3, 1_000)]
    [InlineData(127, true, 3, 12_700)]
    [InlineData(128, true, 3, 12_800)]
    [InlineData(0x9f, true, 3, 49_600)]
    [InlineData(255, true, 3, 3_174_400)]
    public void A_querys_version_and_response_time(byte code, bool long12, int version, int responseMs)
    {
        byte[] query = Craft.Igmp(0x11, code, "0.0.0.0", long12 ? [2, 125, 0, 0] : []);
        IgmpInfo igmp = Craft.Decode(Craft.IgmpFrame(Querier, "224.0.0.1", query)).Igmp;

        Assert.Equal((IgmpKind.Query, version, responseMs), (igmp.Kind, igmp.Version, igmp.MaxResponseMs));
        Assert.True(igmp.IsGeneralQuery);
    }

    [Fact]
    public void A_query_of_ten_octets_is_ignored() =>
        Assert.Equal(IgmpKind.None, Craft.Decode(Craft.IgmpFrame(Querier, "224.0.0.1", Craft.Igmp(0x11, 100, "0.0.0.0", 0, 0))).Igmp.Kind);

    [Fact]
    public void Ethernet_padding_does_not_make_a_version_3_query()
    {
        byte[] frame = [.. Craft.IgmpFrame(Querier, "224.0.0.1", Craft.Igmp(0x11, 100, "0.0.0.0")), .. new byte[18]];
        Assert.Equal(2, Craft.Decode(frame).Igmp.Version);
    }

    [Fact]
    public void A_group_specific_query_is_not_general()
    {
        IgmpInfo igmp = Craft.Decode(Craft.IgmpFrame(Querier, Group, Craft.Igmp(0x11, 10, Group, 2, 125, 0, 0))).Igmp;
        Assert.Equal((IgmpKind.Query, false, Group), (igmp.Kind, igmp.IsGeneralQuery, igmp.Group.ToString()));
    }

    [Theory]
    [InlineData(0x12, IgmpKind.Report, 1)]
    [InlineData(0x16, IgmpKind.Report, 2)]
    [InlineData(0x17, IgmpKind.Leave, 2)]
    [InlineData(0x30, IgmpKind.None, 0)]
    public void Reports_and_leaves_before_version_3(byte type, IgmpKind kind, int version)
    {
        FrameInfo info = Craft.Decode(Craft.IgmpFrame("198.18.0.1", Group, Craft.Igmp(type, 0, Group)));
        Assert.Equal((type, kind, version), (info.Type, info.Igmp.Kind, info.Igmp.Version));
    }

    [Fact]
    public void A_wrong_checksum_makes_a_message_count_for_nothing()
    {
        byte[] message = Craft.Igmp(0x16, 0, Group);
        message[2] ^= 1;
        Assert.Equal(default, Craft.Decode(Craft.IgmpFrame("198.18.0.1", Group, message)).Igmp);
    }

    [Theory]
    [InlineData(1, 0, MembershipChange.Leave)]
    [InlineData(1, 1, MembershipChange.Join)]
    [InlineData(2, 0, MembershipChange.Join)]
    [InlineData(3, 0, MembershipChange.Leave)]
    [InlineData(3, 2, MembershipChange.Join)]
    [InlineData(4, 0, MembershipChange.Join)]
    [InlineData(5, 1, MembershipChange.Join)]
    [InlineData(6, 1, MembershipChange.None)]
    [InlineData(7, 0, MembershipChange.None)]
    public void What_a_group_record_means(byte type, int sources, MembershipChange change)
    {
        string[] from = [.. Enumerable.Range(1, sources).Select(i => $"198.18.0.{i}")];
        Assert.Equal([(Group, change)], Records(Craft.IgmpReport3(Craft.Record(type, Group, from))));
    }

    [Fact]
    public void Each_record_of_a_report_is_read_past_sources_and_auxiliary_data()
    {
        byte[] withAux = [4, 1, 0, 1, .. Craft.Octets(Group), 198, 18, 0, 9, 0xde, 0xad, 0xbe, 0xef];
        Assert.Equal(
            [(Group, MembershipChange.Join), ("224.1.2.3", MembershipChange.Leave)],
            Records(Craft.IgmpReport3(withAux, Craft.Record(3, "224.1.2.3"))));
    }

    [Fact]
    public void Records_that_the_capture_cut_off_are_not_invented()
    {
        byte[] frame = Craft.IgmpFrame("198.18.0.1", "224.0.0.22", Craft.IgmpReport3(Craft.Record(4, Group), Craft.Record(4, "224.1.2.3")));
        Assert.Single(Records(frame[..^4], frame.Length));
    }

    [Fact]
    public void A_report_is_read_up_to_the_limit()
    {
        byte[][] records = [.. Enumerable.Range(0, IgmpRecords.MaxRecords + 1).Select(i => Craft.Record(4, $"224.9.9.{i}"))];
        Assert.Equal(IgmpRecords.MaxRecords, Records(Craft.IgmpReport3(records)).Count);
    }

    private static List<(string Group, MembershipChange Change)> Records(byte[] message)
    {
        byte[] frame = Craft.IgmpFrame("198.18.0.1", "224.0.0.22", message);
        return Records(frame, frame.Length);
    }

    private static List<(string Group, MembershipChange Change)> Records(byte[] frame, int wireLength)
    {
        var walk = new IgmpRecords(Craft.Decode(frame, wireLength).Igmp, frame);
        var found = new List<(string, MembershipChange)>();
        while (walk.TryNext(out GroupRecord record)) found.Add((record.Group.ToString(), record.Change));
        return found;
    }
}
