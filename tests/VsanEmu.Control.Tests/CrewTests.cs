using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests;

public sealed class CrewTests
{
    [Fact]
    public void Of_two_Masters_the_one_with_more_followers_leads()
    {
        MemberView[] views = [.. Views.AtRest(5).Select(v => v.Id.Value >= 3 ? v with { Role = v.Id.Value == 4 ? Role.Master : Role.Agent, Master = new MemberId(4) } : v)];
        Assert.Equal("m04", Leader(views));
        Assert.Equal("m01", Leader([.. views.Take(2), views[3]]));
        Assert.Null(Leader([.. views.Where(v => v.Role != Role.Master)]));
    }

    [Fact]
    public void A_member_that_was_killed_leads_no_more()
    {
        var crew = new Crew([.. Views.AtRest(3).Select(v => new Still(v))]);
        crew.MarkKilled("m01");
        Assert.Null(crew.Leader);
    }

    private static string? Leader(IReadOnlyList<MemberView> views) => new Crew([.. views.Select(v => new Still(v))]).Leader?.Member;

    // A member of which nothing is asked but its view.
    private sealed class Still(MemberView view) : IMember
    {
        public string Name => view.Member;

        public MemberView View => view;

        public Task StartAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task SendAsync(MemberCommand command, CancellationToken cancellation) => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task KillAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public Task<MemberReport> ReportAsync(CancellationToken cancellation) => throw new NotSupportedException();
    }
}
