using Spectre.Console;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Tests.Checks;

namespace VsanEmu.Report.Tests.Live;

public sealed class LiveDashboardTests
{
    [Fact]
    public async Task Without_a_terminal_each_phase_is_a_line_with_what_was_true_at_its_end()
    {
        var output = new StringWriter();
        int result = await new LiveDashboard(ReportConsole.Of(output, terminal: false), "lab").RunAsync(async progress =>
        {
            progress.Report(At(Phases.Forming, 1000));
            progress.Report(At(Phases.Forming, 2900));
            progress.Report(At(Phases.Steady, 3100, (Phases.Forming, 3000)));
            progress.Report(At(Phases.Failover, 5100, (Phases.Forming, 3000), (Phases.Steady, 2000)) with { Killed = new HashSet<string> { "m01" } });
            await Task.Yield();
            return 7;
        });
        Assert.Equal(7, result);
        Assert.Equal(
            ["forming          3.0 s  Master m01, Backup m02, 2 Agents", "steady           2.0 s  Master m01, Backup m02, 2 Agents", "failover         0.1 s  Backup m02, 2 Agents, killed m01"],
            output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_failed_run_fails_through_it()
    {
        foreach (bool terminal in (bool[])[false, true])
        {
            var dashboard = new LiveDashboard(ReportConsole.Of(new StringWriter(), terminal, 80), "lab");
            await Assert.ThrowsAsync<InvalidOperationException>(() => dashboard.RunAsync<int>(_ => throw new InvalidOperationException("no")));
            await Assert.ThrowsAsync<InvalidOperationException>(() => dashboard.RunAsync<int>(_ => Task.FromException<int>(new InvalidOperationException("no"))));
        }
    }

    [Fact]
    public async Task On_a_terminal_the_last_picture_stays()
    {
        var output = new StringWriter();
        await new LiveDashboard(ReportConsole.Of(output, terminal: true, 80), "lab").RunAsync(progress =>
        {
            progress.Report(At(Phases.Steady, 3100, (Phases.Forming, 3000)));
            return Task.FromResult(0);
        });
        Assert.Contains("Master m01, Backup m02, 2 Agents", output.ToString());
        Assert.Contains("waiting for something", output.ToString());
    }

    [Theory]
    [InlineData(8, 80, 24)]
    [InlineData(8, 120, 40)]
    [InlineData(16, 80, 24)]
    [InlineData(17, 80, 24)]
    [InlineData(64, 80, 24)]
    [InlineData(64, 120, 24)]
    public void A_picture_fits_the_screen(int members, int width, int height)
    {
        string[] lines = Picture(At(Phases.Healed, 20_000, Done()) with { Members = Views(members) }, width, height);
        Assert.True(lines.Length <= height, $"{lines.Length} lines");
        Assert.All(lines, l => Assert.True(l.TrimEnd().Length <= width, l));
        Assert.All(Views(members), v => Assert.Contains(lines, l => l.Contains(v.Member)));
    }

    [Fact]
    public void A_few_members_have_a_line_each_with_their_figures()
    {
        string[] lines = Picture(At(Phases.Steady, 3100), 80, 24);
        Assert.Equal("member  role    follows  term hears    TCP entries    sent received", lines[4].TrimEnd());
        Assert.Equal("m01     Master  m01         1     4    3+3      40     100      100  at rest", lines[5].TrimEnd());
        Assert.Equal("m04     Agent   m01         1     4    1+1      40     100      100  at rest", lines[8].TrimEnd());
    }

    [Fact]
    public void Many_members_have_a_cell_each()
    {
        MemberView[] views = Views(64);
        views[2] = views[2] with { AtRest = false };
        RunProgress progress = At(Phases.Steady, 3100) with { Members = views, Killed = new HashSet<string> { "m01" } };
        string[] lines = Picture(progress, 80, 24);
        Assert.StartsWith("m01 x     m02 B 64  m03 A 64* m04 A 64  ", lines[4]);
        Assert.Equal(8, lines.Count(l => l.StartsWith('m')));
    }

    [Fact]
    public void A_phase_and_its_length_stay_together()
    {
        string[] lines = Picture(At(Phases.Healed, 20_000, Done()), 80, 24);
        Assert.Equal("forming 3.0 s  steady 2.0 s  vms 2.0 s  probing 3.0 s  failover 2.0 s", lines[1].TrimEnd());
        Assert.Equal("after-failover 2.0 s  partition 4.0 s  healed", lines[2].TrimEnd());
    }

    [Fact]
    public void Odd_roles_are_told()
    {
        MemberView[] views = Views(4);
        Assert.Equal("4 listening", ProgressPicture.Roles(At("forming", 0) with { Members = [.. views.Select(v => v with { Role = Role.Listening })] }));
        Assert.Equal("4 Masters", ProgressPicture.Roles(At("forming", 0) with { Members = [.. views.Select(v => v with { Role = Role.Master })] }));
    }

    private static string[] Picture(RunProgress progress, int width, int height) =>
        Printed.Lines(width, c => c.Write(ProgressPicture.Draw("vsanemu lab", progress, width, height)));

    private static (string, int)[] Done() =>
    [
        (Phases.Forming, 3000), (Phases.Steady, 2000), (Phases.Vms, 2000), (Phases.Probing, 3000), (Phases.Failover, 2000), (Phases.AfterFailover, 2000), (Phases.Partition, 4000),
    ];

    private static RunProgress At(string phase, int ms, params (string Name, int Ms)[] done) => new()
    {
        Phase = phase,
        Doing = "waiting for something",
        Done = [.. done.Select(d => (d.Name, TimeSpan.FromMilliseconds(d.Ms)))],
        Elapsed = TimeSpan.FromMilliseconds(ms),
        Members = Views(4),
        Killed = new HashSet<string>(),
    };

    private static MemberView[] Views(int members) => [.. Seen.Healthy(members).Run.Phases[0].Views];
}
