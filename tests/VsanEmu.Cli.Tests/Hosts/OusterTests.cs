using VsanEmu.Cli.Hosts;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;
using VsanEmu.Control.Tests.Redis;

namespace VsanEmu.Cli.Tests.Hosts;

/// <summary>Whoever lost the lead hears to whom, whatever failed first.</summary>
public sealed class OusterTests(RealServer server) : IClassFixture<RealServer>
{
    private readonly Space _space = new($"ouster-{Guid.NewGuid():N}");

    [Fact]
    public async Task A_host_that_lets_go_before_its_controller_notices_is_not_the_reason()
    {
        await using RedisLine line = await server.OpenAsync();
        await using Controller controller = await Controller.TakeLeadAsync(line, _space, "first");
        ControlException said = await Assert.ThrowsAsync<ControlException>(() => Ouster.ToldAsync<int>(controller, async () =>
        {
            await SecondLeadsAsync();
            throw new HostException("host m1 takes part in no run");
        }));
        Assert.StartsWith($"second has taken the lead of space {_space.Name}", said.Message);
        Assert.IsType<HostException>(said.InnerException);
    }

    [Fact]
    public async Task What_is_cancelled_or_fails_afterwards_is_the_ouster_too()
    {
        await using RedisLine line = await server.OpenAsync();
        await using Controller controller = await Controller.TakeLeadAsync(line, _space, "first");
        await SecondLeadsAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Eventually.Limit, controller.OustedToken));
        foreach (Exception e in (Exception[])[new OperationCanceledException(), new IOException("broken"), new ControlException("no answer in time")])
            Assert.StartsWith("second has taken the lead", (await Assert.ThrowsAsync<ControlException>(() => Ouster.ToldAsync<int>(controller, () => throw e))).Message);
    }

    [Fact]
    public async Task Where_nobody_took_the_lead_a_failure_stays_what_it_is()
    {
        await using RedisLine line = await server.OpenAsync();
        await using Controller controller = await Controller.TakeLeadAsync(line, _space, "first");
        Assert.Equal(7, await Ouster.ToldAsync(controller, () => Task.FromResult(7)));
        foreach (Exception e in (Exception[])[new HostException("host m1 is gone"), new OperationCanceledException(), new UsageException("no")])
            Assert.Same(e, await Record.ExceptionAsync(() => Ouster.ToldAsync<int>(controller, () => throw e)));
    }

    private Task SecondLeadsAsync() => server.DoAsync("SET", $"vsanemu:{_space.Name}:controller", $$"""{"name":"second","id":"{{Guid.NewGuid()}}","since":"now"}""");
}
