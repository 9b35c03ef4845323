using System.Text;
using StackExchange.Redis;
using VsanEmu.Control.Hosts;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>Orders and answers through a real server, which is restarted, and which has things in it that nobody can read.</summary>
public sealed class PostTests(RealServer server) : IClassFixture<RealServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // A letter whose order says not which it is: that is another kind of mistake to the reader.
    private static string NoOrder => $$"""{ "id": "{{Guid.NewGuid()}}", "from": "nobody", "order": {} }""";

    private readonly Space _space = new($"post-{Guid.NewGuid():N}");

    [Fact]
    public async Task An_order_is_carried_out_once_though_the_server_is_restarted_empty_meanwhile()
    {
        await using RedisLine line = await server.OpenAsync(), hosts = await server.OpenAsync();
        int begun = 0;
        var go = new TaskCompletionSource();
        await using Post host = new(hosts, _space, "esx1", async (_, _, _) => { Interlocked.Increment(ref begun); await go.Task; return new HostAnswer.Time(7); });
        await using Post controller = new(line, _space, "controller");
        await host.StartAsync();
        await controller.StartAsync();
        Task<HostAnswer> asked = controller.AskAsync("esx1", new HostOrder.Clock(), 0, () => null, Cancel);
        await Eventually.UntilAsync(() => begun == 1);
        await server.RestartEmptyAsync(pause: TimeSpan.FromSeconds(1));
        go.SetResult();
        Assert.Equal(new HostAnswer.Time(7), await asked.WaitAsync(Eventually.Limit, Cancel));
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task What_is_no_letter_is_passed_over_and_one_of_another_version_is_answered_so()
    {
        await using RedisLine line = await server.OpenAsync();
        await using Post host = new(line, _space, "esx1", (_, _, _) => Task.FromResult<HostAnswer>(new HostAnswer.Time(7)));
        await using Post controller = new(line, _space, "controller");
        await host.StartAsync();
        await controller.StartAsync();
        foreach (string body in (string[])["", "{", "null", "[]", "{\"id\": 1}", new string('[', 100), "\u001f\u008b", NoOrder]) await line.Database.StreamAddAsync(_space.Inbox("esx1"), "letter", body);
        await line.Database.StreamAddAsync(_space.Inbox("esx1"), "another field", "x");
        Assert.Equal(new HostAnswer.Time(7), await controller.AskAsync("esx1", new HostOrder.Clock(), 0, () => null, Cancel).WaitAsync(Eventually.Limit, Cancel));

        await line.Database.StreamAddAsync(_space.Inbox("esx1"), "letter", $$"""{ "id": "{{Guid.NewGuid()}}", "from": "future", "order": { "order": "dance" } }""");
        StreamEntry[] answers = [];
        await Eventually.UntilAsync(() => (answers = line.Database.StreamRange(_space.Inbox("future"))).Length > 0);
        Assert.Contains("esx1 cannot read what future wrote; are both of one version?", Encoding.UTF8.GetString((byte[])answers[0]["letter"]!));
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_told_of_instead()
    {
        await using RedisLine line = await server.OpenAsync();
        await using Post host = new(line, _space, "esx1", (_, _, _) => Task.FromResult<HostAnswer>(new HostAnswer.Failed(new string('a', Written.MostBytes))));
        await using Post controller = new(line, _space, "controller");
        await host.StartAsync();
        await controller.StartAsync();
        HostAnswer answer = await controller.AskAsync("esx1", new HostOrder.Clock(), 0, () => null, Cancel).WaitAsync(Eventually.Limit, Cancel);
        Assert.Equal("host esx1: what is to be told has 64 MiB, more than 64 are taken", Assert.IsType<HostAnswer.Failed>(answer).Why);
        await Assert.ThrowsAsync<HostException>(() => controller.AskAsync("esx1", new HostOrder.Kill(new string('a', Written.MostBytes)), 0, () => null, Cancel));
    }

    [Fact]
    public async Task What_another_version_tells_of_itself_hinders_nobody()
    {
        await using RedisLine line = await server.OpenAsync();
        await line.Database.StringSetAsync(_space.Leader, "{\"captain\": true}");
        Assert.Contains("a controller of another version leads", (await Assert.ThrowsAsync<ControlException>(() => Controller.TakeLeadAsync(line, _space, "first"))).Message);
        await line.Database.KeyDeleteAsync(_space.Leader);

        await using Controller controller = await Controller.TakeLeadAsync(line, _space, "first");
        controller.Watch(1, ["esx1"]);
        var known = new HostPresence { Name = "esx1", Life = Guid.NewGuid(), Version = "test", Machine = "here" };
        await Presence.TellAsync(line, _space, known);
        await line.Database.SortedSetAddAsync(_space.Hosts, "esx0", 1);
        await line.Database.StringSetAsync(_space.Host("esx0"), "{\"name\": 12}");
        Assert.Equal(["esx0: another", "esx1: test"], (await Controller.ListAsync(line, _space)).Select(h => $"{h.Name}: {h.Version}"));
        Assert.Equal([known], await controller.HostsAsync());

        foreach (string telemetry in (string[])["{\"views\": 3}", "{\"host\": \"esx1\", \"run\": \"1\", \"atNs\": 5, \"views\": [null]}"]) await line.Database.StreamAddAsync(_space.Telemetry, "telemetry", telemetry);
        await HostServer.TellAsync(line, _space, new Telemetry("esx1", 1, 5, [Views.One(1, 1)]));
        await Eventually.UntilAsync(() => controller.ViewsTaken == 1);
    }
}
