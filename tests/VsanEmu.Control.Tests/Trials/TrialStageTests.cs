using Microsoft.Extensions.Time.Testing;
using VsanEmu.Control.Trials;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests.Trials;

public sealed class TrialStageTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ClusterSpec _spec = LabSpec.Create(3) with { Trials = new TrialSpec { Rounds = 1, Groups = 1 } };

    [Fact]
    public async Task A_leave_is_carried_out_in_its_order_and_at_its_time_and_told_as_it_was()
    {
        var trials = new ScriptedTrials(_time);
        TrialFindings found = await RunAsync(trials, "M8");
        TrialObservation leave = found.Trials.Single(t => t.Kind == TrialKind.Leave);
        (TimeSpan At, string What)[] asked = [.. trials.Asked.Where(a => a.What.EndsWith(leave.Group) || a.What == $"end of {leave.Id}")];
        Assert.Equal(
            [$"m02 Join {leave.Group}", $"m01 streams {leave.Id} to {leave.Group}", $"m02 Leave {leave.Group}", $"end of {leave.Id}", $"m02 Leave {leave.Group}"],
            asked.Select(a => a.What));
        Assert.Equal([0, 400, 650], asked.Take(3).Select(a => Math.Round(a.At.TotalMilliseconds / 50) * 50));
        Assert.Equal(
            (Phases.Trials, "m01", "m02", 3, 2_000_000L, (byte)5, "", (long)asked[2].At.TotalNanoseconds),
            (leave.Phase, leave.Sender, leave.Actor, leave.IgmpVersion, leave.IntervalNs, leave.Ttl, leave.Error, leave.ActedAtNs));
        Assert.Equal(["m02"], leave.Joined);
        Assert.Equal(leave.Sent * leave.IntervalNs, leave.EndNs - leave.StartNs, tolerance: 60_000_000);
    }

    [Fact]
    public async Task A_join_that_the_kernel_refuses_is_told_with_the_trial()
    {
        TrialFindings found = await RunAsync(new ScriptedTrials(_time) { Refusal = (who, act) => act == GroupAct.Join ? "No buffer space available" : "" }, "M7");
        Assert.All(found.Trials, t => Assert.Matches(@"^m0\d could not act on 239\.255\.42\.\d+ \(Join\): No buffer space available$", t.Error));
    }

    [Fact]
    public async Task Datagrams_that_the_kernel_refused_are_not_sent_and_void_a_trial_only_where_none_was()
    {
        TrialFindings some = await RunAsync(new ScriptedTrials(_time) { Refused = _ => 1 }, "M12");
        Assert.All(some.Trials, t => Assert.Equal((29, 1, "Operation not permitted", ""), (t.Sent, t.Refused, t.Refusal, t.Error)));
        TrialFindings none = await RunAsync(new ScriptedTrials(_time) { Refused = s => s.Count }, "M12");
        Assert.All(none.Trials, t => Assert.Equal((0, 30, "Operation not permitted", "Operation not permitted"), (t.Sent, t.Refused, t.Refusal, t.Error)));
        Assert.NotEmpty(none.Trials);
    }

    [Fact]
    public async Task Questions_and_echo_requests_come_first_and_odd_attempts_beside_the_streams()
    {
        var trials = new ScriptedTrials(_time);
        TrialFindings found = await RunAsync(trials);
        string[] asked = [.. trials.Asked.Select(a => a.What)];
        Assert.Equal(["m01 asks for m02+m03", "m02 asks for m01"], asked[..2].Order());
        Assert.Equal(["m01 pings m02+m03 64+1500", "m02 pings m01+m03 64+1500", "m03 pings m01+m02 64+1500"], asked[2..5].Order());
        Assert.Equal(["6 Fragments", "6 Spoofed", "6 Ipv6"], asked[5..8]);
        Assert.Equal(12, found.Pings.Count);
        Assert.Empty(found.Idles);
    }

    [Fact]
    public async Task Who_answered_no_echo_request_of_a_size_is_asked_more_often()
    {
        var trials = new ScriptedTrials(_time) { Unanswered = (to, bytes, count) => to == "m03" && bytes == 1500 ? count == 4 ? 4 : 3 : to == "m02" ? 3 : 0 };
        TrialFindings found = await RunAsync(trials, "P1");
        Assert.Equal(["m01 pings m03 1500", "m02 pings m03 1500"], trials.Asked.Select(a => a.What).Where(w => w.Contains(" pings ", StringComparison.Ordinal)).Skip(3).Order());
        Assert.Equal([(4, 0), (8, 5)], found.Pings.Where(p => p is { From: "m01", To: "m03", Bytes: 1500 }).Select(p => (p.Sent, p.Answered)));
    }

    [Fact]
    public async Task One_member_alone_tries_nothing()
    {
        var trials = new ScriptedTrials(_time);
        await new TrialStage(trials, _spec, new ConductorOptions(), _time).RunAsync(Views.AtRest(1), new TrialFindings(), TestContext.Current.CancellationToken);
        Assert.Empty(trials.Asked);
    }

    [Fact]
    public async Task Connections_are_left_idle_from_each_member_to_the_next()
    {
        var trials = new ScriptedTrials(_time);
        var found = new TrialFindings();
        await new TrialStage(trials, _spec, new ConductorOptions(), _time).IdleAsync(["m01", "m02", "m03"], TimeSpan.FromSeconds(265), found, TestContext.Current.CancellationToken);
        Assert.Equal(["m01 idles to m02 for 265 s", "m02 idles to m03 for 265 s", "m03 idles to m01 for 265 s"], trials.Asked.Select(a => a.What));
        Assert.Equal(3, found.Idles.Count);
    }

    [Fact]
    public void Who_hears_the_most_sends_and_few_of_the_others_receive()
    {
        ClusterSpec spec = LabSpec.Create(20);
        MemberView[] views = Views.AtRest(20);
        views[0] = views[0] with { Members = [views[0].Id] };
        TrialCast cast = TrialStage.Cast(spec, views)!;
        Assert.Equal("m02", cast.Sender);
        Assert.Equal(TrialCast.MaxReceivers, cast.Receivers.Count);
        Assert.DoesNotContain("m02", cast.Receivers);
        Assert.Contains("m20", cast.Receivers);
        Assert.Equal(20, cast.Members.Count);
        Assert.Equal(["m01", "m02"], cast.MasterListeners);
        Assert.Equal(["outsider", "stranger"], cast.Outsiders);
    }

    [Fact]
    public void Who_is_cut_off_receives_only_where_nobody_else_is()
    {
        ClusterSpec spec = LabSpec.Create(4);
        MemberView[] views = [.. Views.AtRest(4).Select(v => v with { Members = v.Id.Value == 4 ? [v.Id] : [.. v.Members.Where(m => m.Value != 4)] })];
        Assert.Equal(["m02", "m03"], TrialStage.Cast(spec, views)!.Receivers);
        MemberView[] deaf = [.. views.Select(v => v with { Members = [v.Id] })];
        Assert.Equal(["m02", "m03", "m04"], TrialStage.Cast(spec, deaf)!.Receivers);
    }

    private async Task<TrialFindings> RunAsync(ScriptedTrials trials, params string[] only)
    {
        var found = new TrialFindings();
        var options = new ConductorOptions { Only = only.Length == 0 ? null : only.ToHashSet() };
        Task run = new TrialStage(trials, _spec, options, _time).RunAsync(Views.AtRest(3), found, TestContext.Current.CancellationToken);
        // What a step sets going is done within it, on this thread: nothing here waits for anything but this clock.
        for (int i = 0; i < 1000 && !run.IsCompleted; i++) _time.Advance(TimeSpan.FromMilliseconds(25));
        Assert.True(run.IsCompleted);
        await run;
        return found;
    }
}
