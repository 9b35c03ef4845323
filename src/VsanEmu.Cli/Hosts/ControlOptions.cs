using System.CommandLine;
using VsanEmu.Control.Redis;

namespace VsanEmu.Cli.Hosts;

/// <summary>Where control is: the options that <c>node</c>, <c>verify</c>, <c>load</c> and <c>hosts</c> share.</summary>
internal static class ControlOptions
{
    public static readonly Option<string?> Control = new("--control")
    {
        Description = $"Work with other hosts through a Redis or Valkey server: redis://[USER@]HOST[:PORT], rediss:// for TLS, unix:///PATH; 'env' takes it from {ControlAddress.Variable}. "
            + $"The password comes from {ControlAddress.PasswordVariable}, or the file that {ControlAddress.PasswordFileVariable} names",
        HelpName = "URL",
    };

    public static readonly Option<string> InSpace = new("--space")
    {
        Description = "Which hosts, where several sets share a server",
        HelpName = "NAME",
        DefaultValueFactory = _ => Space.Default,
    };

    private const string FromEnvironment = "env";

    /// <summary>The address and the space; null when control is not asked for.</summary>
    /// <exception cref="UsageException">One of them is wrong.</exception>
    public static (ControlAddress Address, Space Space)? Read(ParseResult parsed)
    {
        if (parsed.GetValue(Control) is not { } given)
            return parsed.GetResult(InSpace) is { Implicit: false } ? throw new UsageException($"{InSpace.Name} takes {Control.Name}: it says which of the hosts that meet there") : null;
        try
        {
            ControlAddress address = ControlAddress.Parse(given == FromEnvironment ? null : given, Environment.GetEnvironmentVariable);
            return (address, new Space(Space.CheckName(InSpace.Name, parsed.GetValue(InSpace)!)));
        }
        catch (FormatException e)
        {
            throw new UsageException($"{Control.Name}: {e.Message}");
        }
    }
}
