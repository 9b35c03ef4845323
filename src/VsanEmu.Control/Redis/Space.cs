using StackExchange.Redis;

namespace VsanEmu.Control.Redis;

/// <summary>The keys of one set of hosts and their controller: several may share a server. README.md beside this file lists them.</summary>
/// <param name="Name">1 to 63 letters, digits, dots, dashes and underscores.</param>
public sealed record Space(string Name)
{
    /// <summary>The space where none is named.</summary>
    public const string Default = "lab";

    private const int MostName = 63;

    /// <summary>Reads a space's or a host's name.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static string CheckName(string what, string name) =>
        name.Length is > 0 and <= MostName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? name
            : throw new FormatException($"{what} '{name}': allowed are 1 to {MostName} letters, digits, dots, dashes and underscores");

    internal RedisKey Hosts => $"vsanemu:{Name}:hosts";

    internal RedisKey Leader => $"vsanemu:{Name}:controller";

    internal RedisKey Telemetry => $"vsanemu:{Name}:telemetry";

    internal RedisKey Record => $"vsanemu:{Name}:record";

    internal RedisKey Host(string host) => $"vsanemu:{Name}:host:{host}";

    internal RedisKey Inbox(string owner) => $"vsanemu:{Name}:inbox:{owner}";

    internal RedisChannel Bell(string owner) => RedisChannel.Literal($"vsanemu:{Name}:bell:{owner}");
}
