using VsanEmu.Control.Trials;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class ReasonsTests
{
    private static readonly ITrials Somebody = new ScriptedTrials();

    [Fact]
    public void A_whole_run_leaves_out_only_what_takes_long()
    {
        Assert.Equal(["A9"], Of(new ConductorOptions()).Keys);
        Assert.Empty(Of(new ConductorOptions { Long = true }));
    }

    [Fact]
    public void What_is_skipped_and_what_was_not_asked_for_are_told_apart()
    {
        var reasons = Of(new ConductorOptions { Only = new HashSet<string> { "M7", "V1", "A9" }, Skip = new HashSet<string> { "V1", "P3" }, Long = true });
        Assert.Equal(CheckCatalogue.All.Select(c => c.Id).Except(["M7", "A9"]).Order(), reasons.Keys.Order());
        Assert.Equal(("left out (--skip)", "left out (--skip)", "not asked for (--only)"), (reasons["V1"], reasons["P3"], reasons["F1"]));
    }

    [Fact]
    public void Without_anybody_to_make_trials_none_is_tried() =>
        Assert.Equal(Reasons.OnTrials.Order(), Of(new ConductorOptions { Long = true }, trials: false).Keys.Order());

    [Fact]
    public void Two_versions_of_igmp_take_members_that_speak_the_newer_and_are_three()
    {
        ClusterSpec spec = LabSpec.Create(4);
        Assert.Equal("the cluster's members speak IGMPv2 only", Of(new ConductorOptions(), spec with { Channels = spec.Channels with { IgmpVersion = 2 } })["M13"]);
        Assert.Contains("three members", Of(new ConductorOptions(), receivers: 1)["M13"]);
        Assert.DoesNotContain("M13", Of(new ConductorOptions(), LabSpec.Create(2, FlowProfile.Vsan66), receivers: 1).Keys);
    }

    private static IReadOnlyDictionary<string, string> Of(ConductorOptions options, ClusterSpec? spec = null, int receivers = 3, bool trials = true) =>
        Reasons.Of(new RunParts(spec ?? LabSpec.Create(4), [], null!, null, null, trials ? Somebody : null), options, receivers);
}
