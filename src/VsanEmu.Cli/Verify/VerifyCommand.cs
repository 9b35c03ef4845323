using System.CommandLine;
using Spectre.Console;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Options;
using VsanEmu.Cli.Runs;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;
using VsanEmu.Node;
using VsanEmu.Report;

namespace VsanEmu.Cli.Verify;

/// <summary><c>vsanemu verify</c>: a cluster on a fabric that is already there, and the verdict on that fabric.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> Spec = new("--spec", "-s")
    {
        Description = "The cluster's spec, which says where each endpoint is attached (netns, interface, or host); - for standard input. With --control it may be left out: then the hosts that are there make the cluster",
        HelpName = "FILE",
    };

    private static readonly Option<int?> Members = new Option<int?>("--members", "-n")
    {
        Description = "With --control and without --spec: wait for so many members; by default for whoever comes",
    }.Allow(LabSpec.MinMembers, MemberId.Max);

    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(60);

    private static readonly Option<TimeSpan?> Wait = new Option<TimeSpan?>("--wait")
    {
        Description = $"With --control: how long to wait for the hosts (default {Duration.Format(UsualWait)})",
        HelpName = "T",
    }.Allow(TimeSpan.Zero, TimeSpan.FromHours(24));

    // Nodes may be containers of one machine, each a process: that takes more of it for a datagram than members of one process do.
    private const int RemoteDeliveries = 10_000;

    private static readonly Option<DirectoryInfo?> Capture = new("--capture") { Description = "Keep a pcapng file per port in this folder" };

    private static readonly Option<FileInfo?> RecordTo = new("--record") { Description = "Write the run record, all that the verdict rests on, as JSON" };

    private static readonly Option<bool> Force = new("--force") { Description = "Run even though traffic is heard on the cluster's groups or ports that is not this tool's" };

    private static readonly Option<bool> Plain = new("--plain") { Description = "No live picture: a line for each phase" };

    public static Command Create()
    {
        var command = new Command("verify", "Form a cluster on a fabric that is already there, prove its flows, and judge the fabric");
        foreach (Option option in (Option[])[Spec, ControlOptions.Control, ControlOptions.InSpace, Members, Wait, .. CheckSelection.Options, Capture, RecordTo, Force, Plain]) command.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ClusterSpec? spec = null;
        if (parsed.GetValue(Spec) is { } file && (spec = SpecInput.Read(file, parsed.InvocationConfiguration.Error)) is null) return (int)ExitCode.BadInput;
        IAnsiConsole console = ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected && !parsed.GetValue(Plain));
        try
        {
            using RecordFile? output = RecordFile.Open(parsed.GetValue(RecordTo));
            if (ControlOptions.Read(parsed) is { } control) return await Remote(parsed, control, spec, output).RunAsync(console, cancellation);
            if (spec is null) throw new UsageException($"{Spec.Name} is missing: it says where each endpoint is attached ({ControlOptions.Control.Name} finds them on other hosts)");
            foreach (Option option in (Option[])[Members, Wait])
                if (parsed.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} takes {ControlOptions.Control.Name}");
            return await HereAsync(parsed, Setup(parsed, spec), console, output, cancellation);
        }
        catch (AttachmentException e)
        {
            return Complain(parsed, e.Message, ExitCode.BadInput);
        }
        catch (OperationCanceledException)
        {
            return Complain(parsed, "interrupted: no verdict", ExitCode.Inconclusive);
        }
        catch (Exception e) when (e is ToolException or NetworkNamespaceException or NodeStartException or CaptureException or IOException or UnauthorizedAccessException)
        {
            return Complain(parsed, e.Message, ExitCode.Inconclusive);
        }
    }

    private static RunSetup Setup(ParseResult parsed, ClusterSpec spec) => new()
    {
        Cluster = CheckSelection.Adapt(parsed, spec),
        Conduct = CheckSelection.Conduct(parsed),
        CommandLine = [.. parsed.Tokens.Select(t => t.Value)],
    };

    private static RemoteVerify Remote(ParseResult parsed, (ControlAddress Address, Space Space) control, ClusterSpec? spec, RecordFile? output)
    {
        if (parsed.GetValue(Capture) is not null) throw new UsageException($"{Capture.Name}: captures are kept on the hosts (vsanemu node {Capture.Name} DIR)");
        if (spec is not null && parsed.GetValue(Members) is not null) throw new UsageException($"{Members.Name} and {Spec.Name} exclude each other: the spec lists its members");
        CheckSelection.Conduct(parsed);
        return new()
        {
            Address = control.Address,
            Space = control.Space,
            Cluster = spec,
            Members = parsed.GetValue(Members),
            Patience = parsed.GetValue(Wait) ?? UsualWait,
            Force = parsed.GetValue(Force),
            Setup = cluster =>
            {
                RunSetup setup = Setup(parsed, cluster);
                return setup with { Conduct = setup.Conduct with { ProbeDeliveriesPerSecond = RemoteDeliveries } };
            },
            Output = output,
        };
    }

    private static Task<int> HereAsync(ParseResult parsed, RunSetup setup, IAnsiConsole console, RecordFile? output, CancellationToken cancellation)
    {
        ClusterSpec cluster = setup.Cluster;
        if (!Privilege.Suffices) throw new UsageException("this takes root (CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN): it works in network namespaces and with raw sockets");
        using ParentWatch? watch = ParentWatch.Start();
        var run = new ClusterRun(setup);
        return ShownRun.ShowAsync(
            console,
            $"VsanEmu verify: {cluster.Name}, {cluster.Members.Count} members, profile {cluster.Profile.Name}",
            progress => run.RunAsync(_ => OpenAsync(), "attaching the endpoints", progress, cancellation),
            output);

        Task<IStage> OpenAsync() => LocalStage.OpenAsync(
            () => OwnThread.RunAsync<ISite>(() => FoundSite.Open(cluster), cancellation), cluster, parsed.GetValue(Force), parsed.GetValue(Capture)?.FullName, cancellation);
    }

    private static int Complain(ParseResult parsed, string message, ExitCode exit)
    {
        parsed.InvocationConfiguration.Error.WriteLine($"vsanemu verify: {message}");
        return (int)exit;
    }
}
