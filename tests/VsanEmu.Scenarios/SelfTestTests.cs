using VsanEmu.Cli.Lab;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Faults;
using VsanEmu.Report;

namespace VsanEmu.Scenarios;

/// <summary>The self-test's table as a test: each fault fails its own checks and is named, and the healthy fabric passes.</summary>
public sealed class SelfTestTests
{
    // Faults that only streams on test groups, echo requests or odd attempts show: as long as a run makes none.
    private static readonly string[] NeedTrials =
    [
        "mac-aliasing", "group-limit", "igmp-version", "acl-ipv4-only", "acl-reject", "mtu", "multicast-rate-limit", "slow-port", "duplicate-address", "idle-timeout",
    ];

    public static TheoryData<string> Faults => [.. KnownFaults.All.Select(f => f.Name).Except(NeedTrials)];

    [Fact]
    public async Task The_healthy_fabric_passes()
    {
        SelfTestRow row = await RunAsync();
        Assert.Empty(row.Verdict.Results.Where(r => r.Outcome is not (CheckOutcome.Pass or CheckOutcome.Skip)).Select(r => $"{r.Id} {r.Outcome}: {r.Seen}"));
        Assert.Empty(row.Verdict.Diagnoses);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_fails_its_checks_and_is_named(string name)
    {
        Assert.True(KnownFaults.TryParse(name, out IFault? fault, out _));
        SelfTestRow row = await RunAsync(fault);
        // One cause for each place it is in: an access list is missing in the segment and at the gateway.
        Assert.Equal([name], row.Verdict.Diagnoses.Select(d => d.Fault).Distinct());
        Assert.Empty(fault.MustFail.Except(row.Verdict.Results.Where(r => r.Outcome == CheckOutcome.Fail).Select(r => r.Id)));
        Assert.Equal(ExitCode.Failed, row.Verdict.ExitCode);
    }

    [Theory]
    [InlineData("vsan65")]
    [InlineData("vsan66")]
    public async Task It_passes_in_the_other_profiles_too(string profile)
    {
        FlowProfile other = FlowProfile.All.Single(p => p.Name == profile);
        SelfTestRow row = await SelfTest.RunAsync(LabSpec.Create(SelfTest.Members, other), [], null, TestContext.Current.CancellationToken);
        string[] groups = other.Unicast ? ["M1", "M2", "M3", "M4", "M5"] : [];
        Assert.Empty(groups.Except(row.Verdict.Results.Where(r => r.Outcome == CheckOutcome.Skip).Select(r => r.Id)));
        Assert.Empty(row.Verdict.Results.Where(r => r.Outcome is not (CheckOutcome.Pass or CheckOutcome.Skip)).Select(r => $"{r.Id} {r.Outcome}: {r.Seen}"));
        Assert.Equal(ExitCode.Passed, row.Verdict.ExitCode);
    }

    private static Task<SelfTestRow> RunAsync(params IFault[] faults) =>
        SelfTest.RunAsync(LabSpec.Create(SelfTest.Members), faults, null, TestContext.Current.CancellationToken);
}
