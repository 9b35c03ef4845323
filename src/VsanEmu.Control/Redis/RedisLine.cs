using System.Net.Security;
using System.Security.Authentication;
using StackExchange.Redis;

namespace VsanEmu.Control.Redis;

/// <summary>A connection to the control server. It comes back by itself when it was lost; what was under way then fails, and its asker asks again.</summary>
public sealed class RedisLine : IAsyncDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostBetweenTries = TimeSpan.FromSeconds(1);

    private readonly ConnectionMultiplexer _redis;

    private RedisLine(ControlAddress address, ConnectionMultiplexer redis) => (Address, _redis) = (address, redis);

    /// <summary>Where it leads.</summary>
    public ControlAddress Address { get; }

    internal IDatabase Database => _redis.GetDatabase();

    internal ISubscriber Subscriber => _redis.GetSubscriber();

    /// <summary>Connects, and makes sure that the server answers.</summary>
    /// <exception cref="ControlException">It cannot; the message says why.</exception>
    public static async Task<RedisLine> OpenAsync(ControlAddress address, CancellationToken cancellation)
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { address.Server },
            Ssl = address.Tls,
            SslHost = address.Tls ? address.TlsName : null,
            User = address.User.Length > 0 ? address.User : null,
            Password = address.Password.Length > 0 ? address.Password : null,
            DefaultDatabase = address.Database,
            AbortOnConnectFail = true,
            ConnectRetry = 0,
            ConnectTimeout = (int)ConnectLimit.TotalMilliseconds,
            AsyncTimeout = (int)CommandLimit.TotalMilliseconds,
            SyncTimeout = (int)CommandLimit.TotalMilliseconds,
            ReconnectRetryPolicy = new LinearRetry((int)MostBetweenTries.TotalMilliseconds),
            // One connection for commands and bells (RESP3; Redis 6 and later, Valkey).
            Protocol = RedisProtocol.Resp3,
            ClientName = "vsanemu",
            // No look at the server's configuration, no second connection's chatter: an ACL user needs keys and streams only.
            ConfigurationChannel = "",
            TieBreaker = "",
        };
        string? certificate = null;
        options.CertificateValidation += (_, _, chain, errors) =>
        {
            certificate = errors == SslPolicyErrors.None ? null : CertificateFault.Tell(errors, chain);
            return errors == SslPolicyErrors.None;
        };
        ConnectionMultiplexer? redis = null;
        try
        {
            redis = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(ConnectLimit * 2, cancellation).ConfigureAwait(false);
            await redis.GetDatabase().PingAsync().ConfigureAwait(false);
            return new RedisLine(address, redis);
        }
        catch (Exception e) when (IsFailure(e))
        {
            if (redis is not null) await redis.DisposeAsync().ConfigureAwait(false);
            if (certificate is not null) throw new ControlException($"{address}: {certificate}", lasting: true, e);
            ControlException found = Refusal.Explain(address, e);
            throw found.Lasting || Refusal.SaidBy(e) is not null ? found : await PortLook.ExplainAsync(address, found, ConnectLimit, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    // What the library itself refuses to send is no RedisException: a database that the server does not have.
    internal static bool IsFailure(Exception e) => e is RedisException or RedisCommandException or TimeoutException or AuthenticationException or ObjectDisposedException;

    internal ControlException Explain(Exception e) => Refusal.Explain(Address, e);
}
