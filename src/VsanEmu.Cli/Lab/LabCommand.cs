using System.CommandLine;
using Spectre.Console;
using VsanEmu.Cli.Options;
using VsanEmu.Cli.Runs;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Building;
using VsanEmu.Lab.Faults;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Capture;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;
using VsanEmu.Node;
using VsanEmu.Report;

namespace VsanEmu.Cli.Lab;

/// <summary>The command <c>lab</c>: a fabric and a cluster on this machine, and the verdict on them.</summary>
internal static class LabCommand
{
    private const int DefaultMembers = 8;

    private static readonly Option<int?> Members = new Option<int?>("--members", "-n")
    {
        Description = $"How many members, {LabSpec.MinMembers} to {MemberId.Max} (default {DefaultMembers}; {SelfTest.Members} for --self-test)",
    }.Allow(LabSpec.MinMembers, MemberId.Max);

    private static readonly Option<string> Profile = new("--profile")
    {
        Description = $"Which generation's flows: {string.Join(", ", FlowProfile.All.Select(p => p.Name))}",
        DefaultValueFactory = _ => FlowProfile.Article.Name,
    };

    private static readonly Option<string?> Spec = new("--spec") { Description = "A cluster spec to run instead of the lab's own cluster; - reads it from standard input" };

    private static readonly Option<string[]> Fault = new("--fault")
    {
        Description = "Break the fabric: name or name:parameter; may be given several times. There are " + string.Join(", ", KnownFaults.All.Select(f => f.Name)),
    };

    private static readonly Option<string> Shape = new("--shape")
    {
        Description = "How the fabric is laid out: " + string.Join("; ", FabricShape.All.Select(s => $"{s.Name}, {s.Description}")),
        DefaultValueFactory = _ => FabricShape.Plain.Name,
        HelpName = "NAME",
    };

    private static readonly Option<DirectoryInfo?> Capture = new("--capture") { Description = "Keep a pcapng file per port in this folder" };

    private static readonly Option<FileInfo?> RecordTo = new("--record") { Description = "Write the run record, all that the verdict rests on, as JSON" };

    private static readonly Option<bool> Install = new("--install") { Description = "First install what the lab needs (as root, with apt-get)" };

    private static readonly Option<bool> Plain = new("--plain") { Description = "No live picture: a line for each phase" };

    public static Command Create()
    {
        var command = new Command("lab", "Build a virtual switch, form a cluster on it, prove its flows, break it, and judge");
        foreach (Option option in (Option[])[Members, Profile, Spec, Fault, Shape, .. CheckSelection.Options, .. SelfTestRun.Options, Capture, RecordTo, Install, Plain]) command.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            bool tests = SelfTestRun.IsAsked(parsed);
            if (Cluster(parsed, tests ? SelfTest.Members : DefaultMembers) is not { } cluster) return (int)ExitCode.BadInput;
            IReadOnlyList<IFault> faults = Faults(parsed);
            LabOptions options = Options(parsed, cluster, faults);
            Check(parsed.GetValue(Fault) ?? [], options);
            Prepare(parsed.GetValue(Install));
            using ParentWatch? watch = ParentWatch.Start();
            return tests
                ? (int)await SelfTestRun.RunAsync(parsed, Console(parsed), cluster, faults, cancellation)
                : await RunOnceAsync(parsed, options, cancellation);
        }
        catch (OperationCanceledException)
        {
            return Complain(parsed, "interrupted: no verdict");
        }
        catch (Exception e) when (e is PrivilegeException or FabricException or ToolException or NetworkNamespaceException or NodeStartException
            or CaptureException or IOException or UnauthorizedAccessException)
        {
            return Complain(parsed, e.Message);
        }
    }

    private static async Task<int> RunOnceAsync(ParseResult parsed, LabOptions options, CancellationToken cancellation)
    {
        using RecordFile? output = RecordFile.Open(parsed.GetValue(RecordTo));
        var lab = new LabRun(options);
        string title = $"VsanEmu lab: {options.Cluster.Members.Count} members, profile {options.Cluster.Profile.Name}"
            + (options.Shape == FabricShape.Plain ? "" : $", {options.Shape.Description}")
            + (options.Faults.Count == 0 ? "" : $", with {string.Join(", ", options.Faults.Select(f => f.Name))}");
        return await ShownRun.ShowAsync(Console(parsed), title, progress => lab.RunAsync(progress, cancellation), output);
    }

    private static LabOptions Options(ParseResult parsed, ClusterSpec cluster, IReadOnlyList<IFault> faults)
    {
        string shape = parsed.GetValue(Shape)!;
        return new LabOptions
        {
            Cluster = CheckSelection.Adapt(parsed, cluster),
            Faults = faults,
            Shape = FabricShape.Find(shape) ?? throw new UsageException($"--shape {shape}: allowed are {string.Join(", ", FabricShape.All.Select(s => s.Name))}"),
            Conduct = CheckSelection.Conduct(parsed),
            CaptureDirectory = parsed.GetValue(Capture)?.FullName,
            CommandLine = [.. parsed.Tokens.Select(t => t.Value)],
        };
    }

    // Null when the spec is wrong: its errors were written.
    private static ClusterSpec? Cluster(ParseResult parsed, int usual)
    {
        int? members = parsed.GetValue(Members);
        if (parsed.GetValue(Spec) is { } file)
        {
            if (members is not null) throw new UsageException("--members and --spec exclude each other: the spec lists its members");
            return SpecInput.Read(file, parsed.InvocationConfiguration.Error);
        }

        string name = parsed.GetValue(Profile)!;
        FlowProfile profile = FlowProfile.All.FirstOrDefault(p => p.Name == name)
            ?? throw new UsageException($"--profile {name}: allowed are {string.Join(", ", FlowProfile.All.Select(p => p.Name))}");
        return LabSpec.Create(members ?? usual, profile);
    }

    private static List<IFault> Faults(ParseResult parsed)
    {
        var faults = new List<IFault>();
        foreach (string text in parsed.GetValue(Fault) ?? [])
            faults.Add(KnownFaults.TryParse(text, out IFault? fault, out string? error) ? fault : throw new UsageException($"--fault {text}: {error}"));
        return faults;
    }

    // A fault that names what this fabric does not have is a mistake; a fabric that cannot be planned without any is told when it is built.
    private static void Check(string[] given, LabOptions options)
    {
        if (Plan(options, 0) is not null) return;
        for (int i = 1; i <= options.Faults.Count; i++)
            if (Plan(options, i) is { } why) throw new UsageException($"--fault {given[i - 1]}: {why}");
    }

    // Why it cannot be planned with so many of its faults; null when it can.
    private static string? Plan(LabOptions options, int faults)
    {
        try
        {
            FabricPlanner.Plan(options.Shape.Adapt(options.Cluster), new FabricOptions { Faults = [.. options.Faults.Take(faults)], Shape = options.Shape });
            return null;
        }
        catch (FabricException e)
        {
            return e.Message;
        }
    }

    // Tools first, since they say best what is missing; then rights, since only with them can the kernel be tried.
    private static void Prepare(bool install)
    {
        if (install) Prerequisites.Install();
        Demand(Prerequisites.MissingTools());
        Privilege.EnsureOrReexec();
        Demand(Prerequisites.MissingFeatures());
    }

    private static void Demand(IReadOnlyList<MissingPrerequisite> missing)
    {
        if (missing.Count > 0) throw new FabricException(string.Join("; ", missing.Select(m => m.What)) + $": {missing[0].Remedy}, or run lab --install as root");
    }

    private static IAnsiConsole Console(ParseResult parsed) =>
        ReportConsole.Of(System.Console.Out, terminal: !System.Console.IsOutputRedirected && !parsed.GetValue(Plain));

    private static int Complain(ParseResult parsed, string message)
    {
        parsed.InvocationConfiguration.Error.WriteLine($"vsanemu lab: {message}");
        return (int)ExitCode.Inconclusive;
    }
}
