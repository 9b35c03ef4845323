using System.CommandLine;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Runs;
using VsanEmu.Control;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Spec;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;
using VsanEmu.Node;
using VsanEmu.Report;

namespace VsanEmu.Cli.Verify;

/// <summary><c>vsanemu verify</c>: a cluster on a fabric that is already there, and the verdict on that fabric.</summary>
internal static class VerifyCommand
{
    private static readonly Option<string> Spec = new("--spec", "-s")
    {
        Description = "The cluster's spec, which says where each endpoint is attached (netns or interface); - for standard input",
        HelpName = "FILE",
        Required = true,
    };

    private static readonly Option<DirectoryInfo?> Capture = new("--capture") { Description = "Keep a pcapng file per port in this folder" };

    private static readonly Option<FileInfo?> RecordTo = new("--record") { Description = "Write the run record, all that the verdict rests on, as JSON" };

    private static readonly Option<bool> Force = new("--force") { Description = "Run even though traffic is heard on the cluster's groups or ports that is not this tool's" };

    private static readonly Option<bool> Plain = new("--plain") { Description = "No live picture: a line for each phase" };

    public static Command Create()
    {
        var command = new Command("verify", "Form a cluster on a fabric that is already there, prove its flows, and judge the fabric");
        foreach (Option option in (Option[])[Spec, .. CheckSelection.Options, Capture, RecordTo, Force, Plain]) command.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (SpecInput.Read(parsed.GetValue(Spec)!, Console.Error) is not { } spec) return (int)ExitCode.BadInput;
        try
        {
            ClusterSpec cluster = CheckSelection.Adapt(parsed, spec);
            ConductorOptions conduct = CheckSelection.Conduct(parsed);
            if (!Privilege.Suffices) return Complain("this takes root (CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN): it works in network namespaces and with raw sockets", ExitCode.BadInput);
            using ParentWatch? watch = ParentWatch.Start();
            using RecordFile? output = RecordFile.Open(parsed.GetValue(RecordTo));
            var run = new ClusterRun(new RunSetup
            {
                Cluster = cluster,
                Conduct = conduct,
                CommandLine = [.. parsed.Tokens.Select(t => t.Value)],
            });
            return await ShownRun.ShowAsync(
                ReportConsole.Of(Console.Out, terminal: !Console.IsOutputRedirected && !parsed.GetValue(Plain)),
                $"VsanEmu verify: {cluster.Name}, {cluster.Members.Count} members, profile {cluster.Profile.Name}",
                progress => run.RunAsync(_ => OpenAsync(), "attaching the endpoints", progress, cancellation),
                output);

            Task<IStage> OpenAsync() => LocalStage.OpenAsync(
                () => Task.Run<ISite>(() => FoundSite.Open(cluster), cancellation), cluster, parsed.GetValue(Force), parsed.GetValue(Capture)?.FullName, cancellation);
        }
        catch (Exception e) when (e is AttachmentException or UsageException)
        {
            return Complain(e.Message, ExitCode.BadInput);
        }
        catch (OperationCanceledException)
        {
            return Complain("interrupted: no verdict", ExitCode.Inconclusive);
        }
        catch (Exception e) when (e is ToolException or NetworkNamespaceException or NodeStartException or CaptureException or IOException or UnauthorizedAccessException)
        {
            return Complain(e.Message, ExitCode.Inconclusive);
        }
    }

    private static int Complain(string message, ExitCode exit)
    {
        Console.Error.WriteLine($"vsanemu verify: {message}");
        return (int)exit;
    }
}
