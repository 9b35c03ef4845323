using System.Net.Security;
using System.Net.Sockets;
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

    /// <summary>Connects, and makes sure that it may write.</summary>
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
        options.CertificateValidation += (_, _, _, errors) =>
        {
            certificate = errors == SslPolicyErrors.None ? null : Certificate(errors);
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
            throw await DiagnoseAsync(address, Explain(address, e), cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    internal static bool IsFailure(Exception e) => e is RedisException or TimeoutException or AuthenticationException or ObjectDisposedException;

    internal ControlException Explain(Exception e) => Explain(Address, e);

    private static ControlException Explain(ControlAddress address, Exception e)
    {
        string said = string.Join(" ", Messages(e));
        string user = address.User.Length > 0 ? $"user {address.User}" : "the default user";
        return said switch
        {
            _ when Has("WRONGPASS", "NOAUTH", "AuthenticationFailure", "invalid password") && !Has("SSL", "TLS", "frame") =>
                new($"{address} refuses {user}: {(address.Password.Length == 0 ? $"it wants a password ({ControlAddress.PasswordVariable})" : "the password is wrong")}", lasting: true, e),
            _ when Has("NOPERM") => new($"{address}: {user} may not do what control needs: allow ~vsanemu:* &vsanemu:* +@all -@dangerous ({First("NOPERM")})", lasting: true, e),
            _ when Has("OOM ") => new($"{address} is full: it has reached its maxmemory and takes no more; raise it or delete keys", inner: e),
            _ when Has("READONLY") => new($"{address} is a replica: it takes no orders; give the primary's address", lasting: true, e),
            _ when Has("LOADING") => new($"{address} is still loading its data", inner: e),
            _ => new($"{address} cannot be reached: {(e is TimeoutException ? "no answer in time" : "no connection")}", inner: e),
        };

        bool Has(params ReadOnlySpan<string> words)
        {
            foreach (string word in words)
                if (said.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
            return false;
        }

        string First(string word) => Messages(e).First(m => m.Contains(word, StringComparison.Ordinal));
    }

    private static string Certificate(SslPolicyErrors errors) =>
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "its certificate is another host's: give the name that stands in it"
        : "its certificate is not signed by an authority that is trusted here: set SSL_CERT_FILE to the authority's certificate";

    private static IEnumerable<string> Messages(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e is RedisConnectionException c ? $"{c.FailureType} {c.Message}" : e.Message;
    }

    // The client library does not say why there is no connection: a look at the port does.
    private static async Task<ControlException> DiagnoseAsync(ControlAddress address, ControlException found, CancellationToken cancellation)
    {
        if (found.Lasting || found.InnerException is RedisServerException) return found;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ConnectLimit);
        try
        {
            bool unix = address.Server is UnixDomainSocketEndPoint;
            using var socket = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address.Server, limit.Token).ConfigureAwait(false);
            return address.Tls
                ? new($"{address} does not speak TLS there: is it redis://, or another port?", lasting: true, found)
                : new($"{address} takes a connection and does not answer as a Redis server: if it speaks TLS, say rediss://", inner: found);
        }
        catch (SocketException e)
        {
            return new($"{address} cannot be reached: {e.Message}", inner: found);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new($"{address} cannot be reached: no answer within {ConnectLimit.TotalSeconds:0} s", inner: found);
        }
    }
}
