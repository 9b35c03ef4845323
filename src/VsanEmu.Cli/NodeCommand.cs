using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Options;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;

namespace VsanEmu.Cli;

/// <summary><c>vsanemu node</c>: one emulated member on an interface that is already there, until it is told to stop.</summary>
internal static class NodeCommand
{
    private static readonly string[] Roles = ["master", "backup", "agent", "auto"];
    private static readonly string[] Kinds = ["member", "observer", "outsider"];

    public static Command Create()
    {
        var spec = new Option<string>("--spec") { Description = "The cluster spec, - for standard input; with --control the controller has it.", HelpName = "FILE" };
        var name = new Option<string>("--name") { Description = "Which member of it this is; with --control this host's name, by default the machine's.", HelpName = "NAME" };
        var through = new Option<string>("--interface", "-i") { Description = "The interface that has the member's address; by default the spec's, or the one that has it. With --control a subnet may stand for it, as 198.18.0.0/24; by default the one with the spec's address.", HelpName = "IF" };
        var place = new Option<string>("--netns") { Description = "The network namespace to run in: a name under /run/netns, or a path.", HelpName = "NAME" };
        var role = new Option<string>("--role") { Description = "Fix the role, or let it be elected (auto); by default as the spec says.", HelpName = string.Join('|', Roles) };
        var force = new Option<bool>("--force") { Description = "Start even though traffic is heard that is not this tool's." };
        var record = new Option<FileInfo>("--record") { Description = "Write what the member kept about itself to this file when it ends.", HelpName = "FILE" };
        var log = new Option<LogStyle>("--log") { Description = "How to log, on standard output.", HelpName = "text|json|none", DefaultValueFactory = _ => LogStyle.Text };
        log.Allow([("text", LogStyle.Text), ("json", LogStyle.Json), ("none", LogStyle.None)]);
        var duration = new Option<TimeSpan?>("--duration") { Description = "Stop by itself after this time, as 30s or 5m; by default on SIGTERM or SIGINT only.", HelpName = "T" };
        duration.Allow(TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(365));
        var kind = new Option<string>("--as") { Description = "With --control: what this host is where no spec says so.", HelpName = string.Join('|', Kinds), DefaultValueFactory = _ => Kinds[0] };
        var capture = new Option<DirectoryInfo?>("--capture") { Description = "With --control: keep a pcapng file of what passes this host in this folder." };
        role.AllowWords(Roles);
        kind.AllowWords(Kinds);
        var command = new Command("node", "Be one member of a cluster on this machine's network, until SIGTERM or SIGINT.")
        {
            spec, name, through, place, role, force, record, log, duration, ControlOptions.Control, ControlOptions.InSpace, kind, capture,
        };
        command.Validators.Add(result => Check(result, [spec, name], [spec, role, force, record], [kind, capture]));
        command.SetAction(async (parsed, cancellation) =>
        {
            TextWriter error = parsed.InvocationConfiguration.Error;
            TimeSpan? limit = parsed.GetValue(duration);
            if (parsed.GetValue(ControlOptions.Control) is not null)
            {
                PortKind what = Enum.Parse<PortKind>(parsed.GetValue(kind)!, ignoreCase: true);
                return (int)await HostAsync(parsed, parsed.GetValue(name), parsed.GetValue(through), parsed.GetValue(place), what, parsed.GetValue(capture), parsed.GetValue(log), limit, cancellation);
            }

            if (SpecInput.Read(parsed.GetValue(spec)!, error) is not { } cluster) return (int)ExitCode.BadInput;
            if (Resolve(cluster, parsed.GetValue(name)!, parsed.GetValue(through), parsed.GetValue(role), error) is not { } resolved) return (int)ExitCode.BadInput;
            var run = new NodeRun
            {
                Cluster = resolved.Cluster,
                Self = resolved.Self,
                Namespace = parsed.GetValue(place),
                Force = parsed.GetValue(force),
                RecordPath = parsed.GetValue(record)?.FullName,
                Log = parsed.GetValue(log),
                Duration = limit,
                Error = error,
            };
            return (int)await run.RunAsync(cancellation);
        });
        return command;
    }

    /// <summary>The cluster with what the command line changes about this member; null after an error was written.</summary>
    internal static (ClusterSpec Cluster, MemberId Self)? Resolve(ClusterSpec cluster, string name, string? through, string? role, TextWriter error)
    {
        if (cluster.Members.FirstOrDefault(m => HostName.Comparer.Equals(m.Name, name)) is not { } self)
        {
            string[] names = [.. cluster.Members.Select(m => m.Name)];
            error.WriteLine($"vsanemu: cluster '{cluster.Name}' has no member '{name}'{Spelling.DidYouMean(name, names)}; its members are {string.Join(", ", names)}");
            return null;
        }

        if (role is not null)
        {
            Role? fixedRole = role == "auto" ? null : Enum.Parse<Role>(role, ignoreCase: true);
            if (fixedRole is Role.Master or Role.Backup && cluster.Members.FirstOrDefault(m => m.FixedRole == fixedRole && m != self) is { } other)
            {
                error.WriteLine($"vsanemu: {name} cannot be fixed as {role}: the spec fixes {other.Name} as {role} already");
                return null;
            }

            self = self with { FixedRole = fixedRole };
        }

        if (through is not null) self = self with { Interface = through };
        return (cluster with { Members = [.. cluster.Members.Select(m => m.Id == self.Id ? self : m)] }, self.Id);
    }

    // What belongs together, and what does not.
    private static void Check(CommandResult result, Option[] alone, Option[] notControlled, Option[] controlledOnly)
    {
        bool controlled = result.GetResult(ControlOptions.Control) is not null;
        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
        if (!controlled && alone.FirstOrDefault(o => !Given(o)) is { } missing) result.AddError($"{missing.Name} is missing: a member that runs by itself needs --spec and --name; one that a controller leads needs --control");
        foreach (Option option in controlled ? notControlled : controlledOnly)
            if (Given(option)) result.AddError(controlled ? $"{option.Name} does not go with --control: its controller decides that" : $"{option.Name} takes --control");
    }

    private static async Task<ExitCode> HostAsync(
        ParseResult parsed, string? name, string? through, string? place, PortKind kind, DirectoryInfo? capture, LogStyle style, TimeSpan? limit, CancellationToken cancellation)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        try
        {
            (ControlAddress address, Space space) = ControlOptions.Read(parsed)!.Value;
            using ILoggerFactory logs = style.Make();
            return await new HostRun
            {
                Address = address,
                Space = space,
                Name = Space.CheckName("--name", name ?? Environment.MachineName),
                Kind = kind,
                Choice = through,
                Namespace = place,
                CaptureDirectory = capture?.FullName,
                Duration = limit,
                Logger = logs.CreateLogger("vsanemu.node"),
            }.RunAsync(cancellation);
        }
        catch (Exception e) when (e is UsageException or FormatException)
        {
            error.WriteLine($"vsanemu node: {e.Message}");
            return ExitCode.BadInput;
        }
        catch (IOException e)
        {
            error.WriteLine($"vsanemu node: {e.Message}");
            return ExitCode.Inconclusive;
        }
    }
}
