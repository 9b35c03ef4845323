using StackExchange.Redis;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Redis;

/// <summary>The keys of one set of hosts and their controller: several may share a server. README.md beside this file lists them.</summary>
/// <param name="Name">Letters, digits, dots, dashes and underscores, as <see cref="CheckName"/> has them.</param>
public sealed record Space(string Name)
{
    /// <summary>The space where none is named.</summary>
    public const string Default = "lab";

    /// <summary>Reads a space's or a host's name.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static string CheckName(string what, string name) =>
        name.Length is > 0 and <= HostName.MaxLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && name.Split('.').All(l => l.Length <= HostName.MaxLabel)
            ? name
            : throw new FormatException($"{what} '{name}': allowed are letters, digits, dashes and underscores, up to {HostName.MaxLabel} between dots and {HostName.MaxLength} in all");

    internal RedisKey Hosts => $"vsanemu:{Name}:hosts";

    internal RedisKey Leader => $"vsanemu:{Name}:controller";

    internal RedisKey Telemetry => $"vsanemu:{Name}:telemetry";

    internal RedisKey Record => $"vsanemu:{Name}:record";

    internal RedisKey Host(string host) => $"vsanemu:{Name}:host:{host}";

    internal RedisKey Inbox(string owner) => $"vsanemu:{Name}:inbox:{owner}";

    internal RedisChannel Bell(string owner) => RedisChannel.Literal($"vsanemu:{Name}:bell:{owner}");
}
