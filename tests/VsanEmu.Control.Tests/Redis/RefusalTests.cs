using System.Net.Sockets;
using System.Security.Authentication;
using StackExchange.Redis;
using VsanEmu.Control.Redis;

namespace VsanEmu.Control.Tests.Redis;

/// <summary>What a server refuses is told in a line, in its own words where no better are known.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_server_says_is_shown_and_not_called_no_connection()
    {
        await using var server = new RealServer();
        await using RedisLine line = await server.OpenAsync();
        var space = new Space("refused");
        await line.Database.StringSetAsync(space.Hosts, "not a set");
        ControlException other = await RefusedAsync(() => Controller.ListAsync(line, space));
        Assert.True(other.Lasting);
        Assert.Equal($"{server.Address} has something else under a key of control's: WRONGTYPE Operation against a key holding the wrong kind of value", other.Message);

        // It has points at which it ought to save, and cannot.
        Directory.CreateDirectory(Path.Combine(server.Folder, "dump.rdb"));
        await server.DoAsync("CONFIG", "SET", "save", "3600 1");
        await server.DoAsync("BGSAVE");
        while (!(await server.DoAsync("INFO", "persistence")).Contains("rdb_last_bgsave_status:err", StringComparison.Ordinal)) await Task.Delay(20, Cancel);
        ControlException unsaved = await RefusedAsync(() => Controller.TakeLeadAsync(line, space, "first"));
        Assert.False(unsaved.Lasting);
        Assert.StartsWith($"{server.Address} answers: MISCONF Redis is configured to save RDB snapshots, but", unsaved.Message);
        Assert.InRange(unsaved.Message.Length, 100, 300);
        Assert.StartsWith($"{server.Address} answers: MISCONF", (await RefusedAsync(() => RedisLine.OpenAsync(server.Address, Cancel))).Message);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_told()
    {
        await using var server = new RealServer();
        await (await server.OpenAsync()).DisposeAsync();
        await using RedisLine line = await RedisLine.OpenAsync(server.Address with { Database = 99 }, Cancel);
        ControlException none = await RefusedAsync(() => Controller.ListAsync(line, new Space("refused")));
        Assert.True(none.Lasting);
        Assert.Equal($"{server.Address}: The database does not exist on the server: 99", none.Message);
    }

    [Fact]
    public async Task A_server_with_too_many_clients_says_so()
    {
        await using var server = new RealServer();
        using Socket one = await server.ConnectAsync();
        await server.DoAsync("CONFIG", "SET", "maxclients", "1");
        ControlException full = await RefusedAsync(() => RedisLine.OpenAsync(server.Address, Cancel));
        Assert.False(full.Lasting);
        Assert.Equal($"{server.Address} answers: ERR max number of clients reached", full.Message);
    }

    [Fact]
    public async Task A_password_is_told_to_be_wrong_or_missing_by_a_real_server()
    {
        await using var server = new RealServer();
        await server.DoAsync("CONFIG", "SET", "requirepass", "other");
        Assert.Contains("refuses the default user: it wants a password", (await RefusedAsync(() => RedisLine.OpenAsync(server.Address, Cancel))).Message);
        Assert.Contains("refuses the default user: the password is wrong", (await RefusedAsync(() => RedisLine.OpenAsync(server.Address with { Password = "this" }, Cancel))).Message);
    }

    [Theory]
    [InlineData("redis://tls.ssl.example", "WRONGPASS invalid username-password pair or user is disabled.", "the password is wrong", true)]
    [InlineData("redis://frame.example", "NOAUTH Returned - connection has not yet authenticated", "the password is wrong", true)]
    [InlineData("redis://loading.example", "ERR invalid password", "the password is wrong", true)]
    [InlineData("redis://oom.example", "LOADING Redis is loading the dataset in memory", "is still loading its data", false)]
    [InlineData("redis://readonly.example", "ERR one line\r\nand another", "answers: ERR one line", false)]
    [InlineData("redis://noperm.example", "OOM command not allowed when used memory > 'maxmemory'.", "is full", false)]
    public void It_is_told_by_the_servers_words_and_not_by_its_name(string address, string answer, string expected, bool lasting)
    {
        ControlAddress where = ControlAddress.Parse(address, _ => null) with { Password = "any" };
        string around = $"It was not possible to connect to {where} (tls, ssl, frame, WRONGPASS)";
        Exception[] thrown =
        [
            Answer(answer), Answer($"SimpleError: {answer}"), NoConnection(ConnectionFailureType.AuthenticationFailure, around, Answer(answer)),
            NoConnection(ConnectionFailureType.UnableToConnect, $"{around}: (RedisServerException) SimpleError: {answer}"),
        ];
        foreach (Exception e in thrown)
        {
            ControlException said = Refusal.Explain(where, e);
            Assert.EndsWith(expected, said.Message.Replace(": it has reached its maxmemory and takes no more; raise it or delete keys", "", StringComparison.Ordinal));
            Assert.Equal(lasting, said.Lasting);
        }
    }

    [Fact]
    public void What_TLS_says_is_no_wrong_password()
    {
        ControlAddress where = ControlAddress.Parse("rediss://host", _ => null) with { Password = "any" };
        Exception e = NoConnection(ConnectionFailureType.AuthenticationFailure, "WRONGPASS NOAUTH invalid password", new AuthenticationException("Cannot determine the frame size"));
        Assert.Equal("rediss://host:6379: there is no TLS session: Cannot determine the frame size", Refusal.Explain(where, e).Message);
    }

    private static async Task<ControlException> RefusedAsync<T>(Func<Task<T>> ask) => await Assert.ThrowsAsync<ControlException>(ask);

    private static RedisServerException Answer(string text) => new(RedisErrorKind.Unknown, CommandFlags.None, text);

    private static RedisConnectionException NoConnection(ConnectionFailureType type, string text, Exception? inner = null) => new(type, CommandFlags.None, text, inner, CommandStatus.Unknown);
}
