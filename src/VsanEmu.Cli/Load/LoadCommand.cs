using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using VsanEmu.Cli.Hosts;
using VsanEmu.Cli.Lab;
using VsanEmu.Cli.Options;
using VsanEmu.Cli.Runs;
using VsanEmu.Cli.Verify;
using VsanEmu.Control.Redis;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Load;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Lab;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Attachments;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Threads;
using VsanEmu.Net.Tools;
using VsanEmu.Traffic;

namespace VsanEmu.Cli.Load;

/// <summary><c>vsanemu load</c>: pushes a fabric with the cluster's own kinds of traffic, and says what it carried.</summary>
internal static class LoadCommand
{
    private const int DefaultMembers = 8;

    private static readonly TimeSpan HostPatience = TimeSpan.FromSeconds(60);

    private static readonly Option<string?> Spec = new("--spec", "-s") { Description = "A cluster spec that says where each member is attached; without, a lab of --members", HelpName = "FILE" };

    private static readonly Option<int?> Members = new Option<int?>("--members", "-n") { Description = $"Members of the lab, {LabSpec.MinMembers} to {MemberId.Max} (default {DefaultMembers})" }.Allow(LabSpec.MinMembers, MemberId.Max);

    private static readonly Option<FileInfo?> RecordTo = new("--record") { Description = "Keep the outcome as JSON in a file", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("load", "Push a fabric with the cluster's own kinds of traffic, and measure what it carries");
        foreach (Option option in (Option[])[Spec, Members, ControlOptions.Control, ControlOptions.InSpace, .. LoadArguments.All, RecordTo]) command.Add(option);
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            if (ControlOptions.Read(parsed) is { } control) return (int)await RemoteAsync(parsed, control, cancellation);
            if (Cluster(parsed) is not { } cluster) return (int)ExitCode.BadInput;
            LoadRequest request = LoadArguments.Read(parsed, cluster.Members.Count);
            Refuse(request, cluster);
            if (request.Mode == LoadMode.Control && parsed.GetValue(Spec) is not null) throw new UsageException("--profile control runs in labs of its own: it takes no --spec");
            Prepare(parsed);
            using RecordFile? record = RecordFile.Open(parsed.GetValue(RecordTo));
            using ParentWatch? watch = ParentWatch.Start();
            if (request.Mode == LoadMode.Control) return (int)await LoadOutcomes.ControlAsync(request, cluster, record, cancellation);
            await using ISite site = parsed.GetValue(Spec) is null
                ? new LabSite(await Fabric.BuildAsync(cluster, new FabricOptions(), cancellation))
                : await OwnThread.RunAsync(() => FoundSite.Open(cluster), cancellation);
            await site.WaitReadyAsync(cancellation);
            var ends = site.Ends.Where(e => e.Kind == PortKind.Member).ToDictionary(e => e.Name, e => e.AsSource());
            using var loads = new LocalLoads(cluster, ends, Stopwatch.GetTimestamp());
            return (int)await new LoadOutcomes(request, loads.Stage(ThisTool.Version), record).RunAsync(cancellation);
        }
        catch (Exception e) when (e is LoadException or AttachmentException)
        {
            return Complain(parsed, e.Message, ExitCode.BadInput);
        }
        catch (OperationCanceledException)
        {
            return Complain(parsed, "interrupted before anything was measured", ExitCode.Inconclusive);
        }
        catch (Exception e) when (e is PrivilegeException or FabricException or ToolException or NetworkNamespaceException or SocketException or IOException or UnauthorizedAccessException)
        {
            return Complain(parsed, e.Message, ExitCode.Inconclusive);
        }
    }

    private static async Task<ExitCode> RemoteAsync(ParseResult parsed, (ControlAddress Address, Space Space) control, CancellationToken cancellation)
    {
        ClusterSpec? spec = null;
        if (parsed.GetValue(Spec) is { } file && (spec = SpecInput.Read(file, parsed.InvocationConfiguration.Error)) is null) return ExitCode.BadInput;
        // What is wrong with the rest is said before anybody is waited for.
        if (LoadArguments.Read(parsed, spec?.Members.Count ?? LabSpec.MinMembers).Mode == LoadMode.Control)
            throw new UsageException($"{ControlOptions.Control.Name} does not go with --profile control: that one measures what this machine holds");
        if (spec is not null && parsed.GetValue(Members) is not null) throw new UsageException("--members and --spec exclude each other: the spec lists its members");
        using RecordFile? record = RecordFile.Open(parsed.GetValue(RecordTo));
        return await new RemoteLoad
        {
            Address = control.Address,
            Space = control.Space,
            Cluster = spec,
            Members = parsed.GetValue(Members),
            Patience = HostPatience,
            Request = cluster =>
            {
                LoadRequest request = LoadArguments.Read(parsed, cluster.Members.Count);
                Refuse(request, cluster);
                return request;
            },
            Output = record,
        }.RunAsync(cancellation);
    }

    // What cannot be is said before anything is built.
    private static void Refuse(LoadRequest request, ClusterSpec cluster)
    {
        foreach (LoadOptions load in request.Mode is LoadMode.Vm or LoadMode.Control ? [] : request.Loads)
        {
            if (LoadRules.Fault(new LoadWork.Flows(load), cluster) is { } fault) throw new UsageException(fault);
            if (request.Mode != LoadMode.RoundTrip && LoadRules.TooSlow(load, cluster) is { } slow) throw new UsageException($"--bitrate: {slow}");
            if (request.Mode == LoadMode.RoundTrip && load.BitsPerSecond > 0) throw new UsageException("--rtt takes a rate in datagrams, -b 1kpps, or none");
            bool streams = LoadPlan.Make(cluster, load).Any(f => f.Transport == LoadTransport.Tcp);
            if (streams && request.Mode is LoadMode.NoDrop or LoadMode.BackToBack) throw new UsageException("a search counts lost datagrams: with this profile it takes --udp");
        }
    }

    // Null when the spec is wrong: its errors were written.
    private static ClusterSpec? Cluster(ParseResult parsed)
    {
        int? members = parsed.GetValue(Members);
        if (parsed.GetValue(Spec) is { } file)
        {
            return members is null ? SpecInput.Read(file, parsed.InvocationConfiguration.Error) : throw new UsageException("--members and --spec exclude each other: the spec lists its members");
        }

        return LabSpec.Create(members ?? DefaultMembers);
    }

    private static void Prepare(ParseResult parsed)
    {
        if (parsed.GetValue(Spec) is not null)
        {
            if (!Privilege.Suffices) throw new PrivilegeException("this takes root (CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN): it works in network namespaces");
            return;
        }

        if (Prerequisites.MissingTools() is [{ } first, ..]) throw new FabricException($"{first.What}: {first.Remedy}");
        Privilege.EnsureOrReexec();
    }

    private static int Complain(ParseResult parsed, string message, ExitCode exit)
    {
        parsed.InvocationConfiguration.Error.WriteLine($"vsanemu load: {message}");
        return (int)exit;
    }
}
