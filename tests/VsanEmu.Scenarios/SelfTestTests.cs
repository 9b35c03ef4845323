using VsanEmu.Cli.Lab;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Faults;
using VsanEmu.Report;

namespace VsanEmu.Scenarios;

/// <summary>The self-test's table as a test: healthy fabrics of every shape and profile pass, each fault fails its own checks and is named, and so are pairs.</summary>
[Collection(Together.Timed)]
public sealed class SelfTestTests(SelfTestTests.Table table) : IClassFixture<SelfTestTests.Table>
{
    // All pairs take half an hour (lab --self-test --pairs): these are of faults that disturb each other.
    private static readonly string[] SomePairs = ["no-acl + loss", "acl-source-port-hole + mac-aliasing", "port-not-forwarding-group + acl-one-way", "mtu + two-queriers"];

    public static TheoryData<string> Titles => [.. Cases().Select(Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void It_is_judged_as_it_is(string title)
    {
        SelfTestRow row = table.Rows[title];
        Assert.True(row.AsExpected, string.Join('\n',
        [
            $"named: {string.Join("; ", row.Verdict.Diagnoses.Select(d => $"{d.Fault} {d.Where}"))}",
            .. row.Verdict.Results.Where(r => r.Outcome is not (CheckOutcome.Pass or CheckOutcome.Skip)).Select(r => $"{r.Id} {r.Outcome}: {r.Seen}"),
        ]));
    }

    [Fact]
    public void A_unicast_profile_has_no_groups_to_check()
    {
        SelfTestRow row = table.Rows["(healthy, vsan66)"];
        Assert.Empty(new[] { "M1", "M2", "M3", "M4", "M5", "M7" }.Except(row.Verdict.Results.Where(r => r.Outcome == CheckOutcome.Skip).Select(r => r.Id)));
    }

    private static IEnumerable<SelfTestCase> Cases()
    {
        ClusterSpec cluster = LabSpec.Create(SelfTest.Members);
        string[][] pairs = [.. SomePairs.Select(p => p.Split(" + "))];
        return
        [
            .. SelfTest.Healthy(FlowProfile.Article, times: 1),
            .. FlowProfile.All.Where(p => p != FlowProfile.Article).Select(p => new SelfTestCase(LabSpec.Create(SelfTest.Members, p), FabricShape.Plain, [], p.Name)),
            .. SelfTest.Singles(cluster, KnownFaults.All),
            .. pairs.Select(p => new SelfTestCase(cluster, FabricShape.Plain, [.. p.Select(name => KnownFaults.All.Single(f => f.Name == name))])),
        ];
    }

    private static string Title(SelfTestCase one) => one.Faults.Count > 0 ? string.Join(" + ", one.Faults.Select(f => f.Name)) : $"(healthy, {one.Named})";

    /// <summary>All of it, run once: several at a time, since most of a run is waiting.</summary>
    public sealed class Table : IAsyncLifetime
    {
        private const int Together = 8;

        public Dictionary<string, SelfTestRow> Rows { get; } = [];

        public async ValueTask InitializeAsync()
        {
            await foreach ((_, SelfTestRow row, _) in SelfTest.RunAsync([.. Cases()], Together, TestContext.Current.CancellationToken)) Rows.Add(row.Title, row);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
