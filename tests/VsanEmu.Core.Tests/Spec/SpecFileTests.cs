using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Spec;

/// <summary>What a good file gives.</summary>
public sealed class SpecFileTests
{
    [Fact]
    public void The_example_is_a_good_spec()
    {
        SpecResult result = SpecFile.Parse(SpecFile.Example, "example.yaml");
        Assert.Empty(result.Lines);
        Assert.Equal(4, result.Spec!.Members.Count);
    }

    [Fact]
    public void Two_members_are_enough_and_the_rest_is_defaults()
    {
        ClusterSpec spec = Good(Minimal);
        Assert.Equal(LabSpec.ClusterIdOf("tiny"), spec.ClusterId);
        Assert.Equal("article", spec.Profile.Name);
        Assert.Equal("224.2.3.5", spec.Channels.AgentGroup!.ToString());
        Assert.Equal(new TimerSpec(), spec.Timers);
        Assert.Equal([new MemberId(1), new MemberId(2)], spec.Members.Select(m => m.Id));
        Assert.Null(spec.Observer);
    }

    public static TheoryData<string> Profiles => [.. FlowProfile.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void What_is_written_is_read_back_the_same(string profile)
    {
        ClusterSpec spec = LabSpec.Create(9, FlowProfile.All.Single(p => p.Name == profile), "9 \"odd\" \\ name: #x");
        spec = spec with
        {
            Profile = spec.Profile with { DataConnection = DataConnection.Both },
            Members = [.. spec.Members.Select((m, i) => m with { Priority = (byte)(i * 3), FixedRole = i == 4 ? Role.Backup : null, Interface = $"eth{i}.7" })],
            Thresholds = new() { LossPercent = 0.125, FailoverHeartbeats = 3 },
        };
        string written = SpecFile.Format(spec);
        Assert.Equal(written, SpecFile.Format(Good(written)));
        Assert.Equal(spec.Members, Good(written).Members);
        Assert.Equal(spec.Channels, Good(written).Channels);
        Assert.Equal(spec.Name, Good(written).Name);
    }

    [Fact]
    public void A_section_without_keys_is_as_good_as_none() =>
        Assert.Equal(new TimerSpec(), Good($"{Minimal}timers:\nvms:\nobserver:\n").Timers);

    [Fact]
    public void Members_are_ordered_by_id()
    {
        ClusterSpec spec = Good("name: x\nsubnet: 198.18.0.0/24\nmembers:\n  - {name: b, address: 198.18.0.2, id: 9}\n  - {name: a, address: 198.18.0.1, id: 3}\n");
        Assert.Equal(["a", "b"], spec.Members.Select(m => m.Name));
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_do_no_harm() =>
        Assert.Equal("tiny", Good("\uFEFF" + Minimal.Replace("\n", "\r\n")).Name);

    internal const string Minimal =
        """
        name: tiny
        subnet: 198.18.0.0/24
        members:
          - {name: a, address: 198.18.0.1}
          - {name: b, address: 198.18.0.2}

        """;

    private static ClusterSpec Good(string yaml)
    {
        SpecResult result = SpecFile.Parse(yaml, "t.yaml");
        Assert.Empty(result.Lines);
        return result.Spec!;
    }
}
