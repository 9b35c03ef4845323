using VsanEmu.Control.Trials;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class ReasonsTests
{
    private static readonly ITrials Somebody = new ScriptedTrials();

    [Fact]
    public void A_whole_run_leaves_out_only_what_takes_long()
    {
        Assert.Equal(["A9"], Of(new ConductorOptions(), fabric: true).Keys);
        Assert.Empty(Of(new ConductorOptions { Long = true }, fabric: true));
    }

    [Fact]
    public void What_is_not_done_to_the_cluster_is_told()
    {
        Assert.Equal("takes a fabric that the tool may split", Of(new ConductorOptions())["V3"]);
        Assert.Equal("the run does not split the segment", Of(new ConductorOptions { Partition = false }, fabric: true)["V3"]);
        var two = Of(new ConductorOptions(), LabSpec.Create(2), fabric: true);
        Assert.Equal(("takes two members that are alive", false), (two["V3"], two.ContainsKey("V1")));
        var calm = Of(new ConductorOptions { Failover = false }, LabSpec.Create(2), fabric: true);
        Assert.Equal(("the run kills no Master", "the run kills no Master", false), (calm["V1"], calm["V2"], calm.ContainsKey("V3")));
    }

    [Fact]
    public void What_is_skipped_and_what_was_not_asked_for_are_told_apart()
    {
        var reasons = Of(new ConductorOptions { Only = new HashSet<string> { "M7", "V1", "A9" }, Skip = new HashSet<string> { "V1", "P3" }, Long = true });
        Assert.Equal(CheckCatalogue.All.Select(c => c.Id).Except(["M7", "A9"]).Order(), reasons.Keys.Order());
        Assert.Equal(("left out (--skip)", "left out (--skip)", "not asked for (--only)"), (reasons["V1"], reasons["P3"], reasons["F1"]));
    }

    [Fact]
    public void Without_anybody_to_make_trials_no_check_that_needs_them_is_tried() => Assert.Equal(
        CheckCatalogue.All.Where(c => c.Needs.HasFlag(RunPart.Trials)).Select(c => c.Id).Order(),
        Of(new ConductorOptions { Long = true }, trials: false, fabric: true).Keys.Order());

    private static IReadOnlyDictionary<string, string> Of(ConductorOptions options, ClusterSpec? spec = null, bool trials = true, bool fabric = false) =>
        Reasons.Of(new RunParts(spec ?? LabSpec.Create(4), [.. (spec ?? LabSpec.Create(4)).Members.Select(_ => (IMember)null!)], null!, null, fabric ? new AnyFabric() : null, trials ? Somebody : null), options);

    // Only that there is one matters.
    private sealed class AnyFabric : IFabric
    {
        public Task SplitAsync(IReadOnlyDictionary<string, int> sides, CancellationToken cancellation) => Task.CompletedTask;

        public Task HealAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
