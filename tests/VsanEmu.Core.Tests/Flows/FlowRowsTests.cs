using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Core.Tests.Flows;

public sealed class FlowRowsTests
{
    [Theory]
    [InlineData("article", "C1 C2 C3 C4 C5 C6 C7 C8 D1 D2 D3")]
    [InlineData("vsan65", "C1 C2 C3 C4 C4 C5 C6 C6 C7 C8 D1 D2 D3")]
    [InlineData("vsan66", "C1 C2 C3 C4 C5 C6 C7 D1 D2 D3")]
    public void Each_profile_has_its_rows(string profile, string expected) =>
        Assert.Equal(expected, string.Join(' ', FlowRows.For(LabSpec.Create(3, FlowProfile.All.Single(p => p.Name == profile))).Select(r => r.Id)));

    [Fact]
    public void Only_the_documented_period_is_said_to_be_documented()
    {
        ClusterSpec lab = LabSpec.Create(3);
        Assert.Equal(FlowMark.Emulated, Row(lab, FlowId.C3).CadenceMark);
        Assert.Equal(FlowMark.Emulated, Row(lab, FlowId.C8).CadenceMark);
        ClusterSpec real = lab with { Timers = new() };
        Assert.Equal(("every 1s, and on change", FlowMark.Documented), (Row(real, FlowId.C3).Cadence, Row(real, FlowId.C3).CadenceMark));
        Assert.Equal(FlowMark.Documented, Row(real, FlowId.C8).CadenceMark);
    }

    private static FlowRow Row(ClusterSpec spec, FlowId id) => FlowRows.For(spec).Single(r => r.Id == id);
}
