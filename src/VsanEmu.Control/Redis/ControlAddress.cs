using System.Net;
using System.Net.Sockets;
using System.Text;
using VsanEmu.Core.Addresses;

namespace VsanEmu.Control.Redis;

/// <summary>
/// Where control is: a Redis or Valkey server, as <c>redis://[user@]host[:port][/db]</c>, <c>rediss://…</c> for TLS, or <c>unix:///path</c>. The password comes from the
/// environment or a file, never from a command line: everyone on a machine can read those.
/// </summary>
public sealed record ControlAddress
{
    /// <summary>Environment variable with the whole address; a password in it is allowed.</summary>
    public const string Variable = "VSANEMU_CONTROL";

    /// <summary>Environment variable with the password.</summary>
    public const string PasswordVariable = "VSANEMU_CONTROL_PASSWORD";

    /// <summary>Environment variable with the path of a file that holds the password, as Docker's secrets are.</summary>
    public const string PasswordFileVariable = "VSANEMU_CONTROL_PASSWORD_FILE";

    private const int DefaultPort = 6379;
    private const int MostPassword = 4096;

    // sun_path of unix(7) has 108 bytes, the last of them zero.
    private const int MostUnixPath = 107;

    private const string NotHere =
        $"a password does not belong on a command line, where everyone on this machine can read it: set {PasswordVariable}, or {PasswordFileVariable} to a file's path";

    // Without, half of a password is taken for a path or a query.
    private const string Encode = "this is no control address: in a user's name or a password '/', '@', ':', '?' and '#' must be percent-encoded (%2F, %40, %3A, %3F, %23)";

    private const string Allowed = "give redis://HOST[:PORT], rediss://HOST[:PORT] for TLS, or unix:///PATH; a user as redis://USER@HOST";

    /// <summary>The server.</summary>
    public required EndPoint Server { get; init; }

    /// <summary>Whether TLS is spoken.</summary>
    public bool Tls { get; init; }

    /// <summary>The name that the server's certificate must bear.</summary>
    public string TlsName { get; init; } = "";

    /// <summary>The ACL user; empty for the default one.</summary>
    public string User { get; init; } = "";

    /// <summary>The password; empty for none.</summary>
    public string Password { get; init; } = "";

    /// <summary>The database's number. Default 0.</summary>
    public int Database { get; init; }

    /// <summary>Reads an address.</summary>
    /// <param name="given">What stands on the command line; null to take it from the environment.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="FormatException">It is no address, names a password where it must not, or its password's file cannot be read. The message names no secret.</exception>
    public static ControlAddress Parse(string? given, Func<string, string?> environment)
    {
        string text = given ?? environment(Variable) ?? throw new FormatException($"no address: give --control or {Variable}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)) throw new FormatException(text.Contains('@') ? Unencoded(given) : $"this is no control address; {Allowed}");
        if (uri.Scheme is not ("redis" or "rediss" or "unix")) throw new FormatException($"this is no control address; {Allowed}");
        string[] login = uri.UserInfo.Split(':', 2);
        if (given is not null && login.Length == 2) throw new FormatException(NotHere);
        if (uri.AbsolutePath.Contains('@') || uri.Query.Length + uri.Fragment.Length > 0) throw new FormatException(Unencoded(given));
        string password = login.Length == 2 ? Uri.UnescapeDataString(login[1]) : Secret(environment);
        if (uri.Scheme == "unix") return new() { Server = new UnixDomainSocketEndPoint(SocketPath(uri)), User = Uri.UnescapeDataString(login[0]), Password = password };
        if (uri.Host.Length == 0) throw new FormatException($"the address names no host; {Allowed}");
        if (!IsPlain(uri, text)) throw new FormatException($"the host is no address: {AddressText.Allowed}");
        return new()
        {
            Server = new DnsEndPoint(uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort),
            Tls = uri.Scheme == "rediss",
            TlsName = uri.IdnHost,
            User = Uri.UnescapeDataString(login[0]),
            Password = password,
            Database = Db(uri.AbsolutePath.Trim('/')),
        };
    }

    /// <summary>The address without the password.</summary>
    public override string ToString() => Server is DnsEndPoint dns
        ? $"{(Tls ? "rediss" : "redis")}://{(User.Length > 0 ? $"{User}@" : "")}{(dns.Host.Contains(':') ? $"[{dns.Host}]" : dns.Host)}:{dns.Port}{(Database > 0 ? $"/{Database}" : "")}"
        : $"unix://{Server}";

    // To Uri 198.18.0.012 is 198.18.0.10: a number that is read as anything but what stands there is refused.
    private static bool IsPlain(Uri uri, string text) =>
        uri.HostNameType == UriHostNameType.IPv4 ? WrittenHost(text) == uri.Host : !AddressText.IsMeantAsV4(uri.Host);

    private static string WrittenHost(string text)
    {
        string login = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('/')[0];
        return login[(login.LastIndexOf('@') + 1)..].Split(':')[0];
    }

    // What stands there may be a piece of a password: no message repeats it.
    private static string Unencoded(string? given) => given is null ? Encode : $"{Encode}; and {NotHere}";

    private static int Db(string path) =>
        path.Length == 0 ? 0 : int.TryParse(path, out int db) && db is >= 0 and < 1 << 16 ? db : throw new FormatException("what follows the host is no database's number: 0 to 65535");

    private static string SocketPath(Uri uri)
    {
        string path = Uri.UnescapeDataString(uri.AbsolutePath);
        if (uri.Host.Length > 0 || path.Length < 2 || path.Any(char.IsControl)) throw new FormatException("a socket's path is absolute: unix:///PATH, with three slashes");
        int bytes = Encoding.UTF8.GetByteCount(path);
        return bytes <= MostUnixPath ? path : throw new FormatException($"the socket's path has {bytes} bytes: a Unix socket's has {MostUnixPath} at most");
    }

    private static string Secret(Func<string, string?> environment)
    {
        if (environment(PasswordVariable) is { Length: > 0 } password) return password;
        if (environment(PasswordFileVariable) is not { Length: > 0 } path) return "";
        try
        {
            if (new FileInfo(path).Length > MostPassword) throw new FormatException($"{PasswordFileVariable}: {path} is longer than {MostPassword} bytes");
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{PasswordFileVariable}: {e.Message}");
        }
    }
}
