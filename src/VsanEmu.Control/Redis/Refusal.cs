using System.Security.Authentication;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace VsanEmu.Control.Redis;

/// <summary>Why a server did not do what it was asked, in a sentence: by what was thrown and by the first word of its answer, never by words that may as well stand in its name.</summary>
internal static partial class Refusal
{
    // Long enough for what servers say, short enough for a line of a log.
    private const int MostWords = 200;

    /// <summary>The server's own words, one bounded line; null when it said nothing.</summary>
    public static string? SaidBy(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is RedisServerException) return Line(KindOfError().Replace(e.Message, "", 1));
            // The library may tell of the answer only in its own message.
            if (e is RedisConnectionException && Quoted().Match(e.Message) is { Success: true } quoted) return Line(quoted.Groups[1].Value);
        }

        return null;
    }

    /// <summary>One line of a text that others wrote, of bounded length and without control characters.</summary>
    public static string Line(string text)
    {
        string first = text.TrimStart().Split(['\r', '\n'], 2)[0].TrimEnd();
        string whole = first.Length <= MostWords ? first : $"{first[..(MostWords - 3)]}...";
        return string.Concat(whole.Select(c => char.IsControl(c) ? '?' : c));
    }

    /// <summary>Says what was refused, and what helps.</summary>
    public static ControlException Explain(ControlAddress address, Exception e)
    {
        string user = address.User.Length > 0 ? $"user {address.User}" : "the default user";
        string? said = SaidBy(e);
        return Word(said) switch
        {
            "WRONGPASS" or "NOAUTH" => Password(),
            "NOPERM" => new($"{address}: {user} may not do what control needs: allow ~vsanemu:* &vsanemu:* +@all -@dangerous ({said})", lasting: true, e),
            "OOM" => new($"{address} is full: it has reached its maxmemory and takes no more; raise it or delete keys", inner: e),
            "READONLY" => new($"{address} is a replica: it takes no orders; give the primary's address", lasting: true, e),
            "LOADING" => new($"{address} is still loading its data", inner: e),
            // Before ACLs (Redis 5) a wrong password had no word of its own.
            "ERR" when said!.StartsWith("ERR invalid password", StringComparison.Ordinal) => Password(),
            "WRONGTYPE" => new($"{address} has something else under a key of control's: {said}", lasting: true, e),
            not null => new($"{address} answers: {said}", inner: e),
            null when e is RedisCommandException => new($"{address}: {Line(e.Message)}", lasting: true, e),
            null when Has<AuthenticationException>(e) is { } tls => new($"{address}: there is no TLS session: {Line(tls.Message)}", inner: e),
            null when Has<RedisConnectionException>(e) is { FailureType: ConnectionFailureType.AuthenticationFailure } => Password(),
            null => new($"{address} cannot be reached: {(e is TimeoutException ? "no answer in time" : "no connection")}", inner: e),
        };

        ControlException Password() =>
            new($"{address} refuses {user}: {(address.Password.Length == 0 ? $"it wants a password ({ControlAddress.PasswordVariable})" : "the password is wrong")}", lasting: true, e);
    }

    private static string? Word(string? said) => said?.Split(' ', 2)[0];

    private static T? Has<T>(Exception? e)
        where T : Exception
    {
        while (e is not null and not T) e = e.InnerException;
        return (T?)e;
    }

    // As the library writes before an answer that it got while it connected.
    [GeneratedRegex("^[A-Za-z]+Error: ")]
    private static partial Regex KindOfError();

    [GeneratedRegex(@"\(RedisServerException\) (?:[A-Za-z]+Error: )?(.+)")]
    private static partial Regex Quoted();
}
