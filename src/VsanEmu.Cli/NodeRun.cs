using System.Reflection;
using Microsoft.Extensions.Logging;
using VsanEmu.Cli.Health;
using VsanEmu.Core.Checks;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Namespaces;
using VsanEmu.Node;

namespace VsanEmu.Cli;

/// <summary>One life of one member: starts it, waits, stops it, writes its record.</summary>
internal sealed class NodeRun
{
    public required ClusterSpec Cluster { get; init; }

    public required MemberId Self { get; init; }

    public string? Namespace { get; init; }

    public bool Force { get; init; }

    public string? RecordPath { get; init; }

    public LogStyle Log { get; init; }

    public TimeSpan? Duration { get; init; }

    public required TextWriter Error { get; init; }

    private string Name => Cluster.Member(Self).Name;

    /// <summary>Runs until the token, which stands for SIGTERM and SIGINT, or the duration ends it.</summary>
    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        using ILoggerFactory logs = Log.Make();
        NetworkNamespace? place;
        try
        {
            place = Namespace is null ? null : OpenNamespace(Namespace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail($"cannot enter network namespace {Namespace}: {e.Message}");
        }

        using (place)
        {
            await using var runner = new NodeRunner(new RunnerOptions
            {
                Cluster = Cluster,
                Self = Self,
                Place = place,
                Force = Force,
                Logger = logs.CreateLogger("vsanemu.node"),
            });
            await using var health = new HealthSocket(() => State(runner.View));
            string notStarted = await LiveAsync(runner, cancellation);
            bool written = WriteRecord(runner, started, notStarted);
            if (notStarted.Length > 0) return Fail(notStarted);
            return written ? ExitCode.Passed : ExitCode.Inconclusive;
        }
    }

    private (bool Good, string What) State(MemberView view)
    {
        string what = $"{view.Member} hears {view.Members.Count} of {Cluster.Members.Count} members";
        return view.Master.IsNone ? (false, $"{what} and follows no Master") : (true, $"{what}; it is {view.Role}, the Master is {Cluster.Member(view.Master).Name}");
    }

    // Why it did not start; empty when it did.
    private async Task<string> LiveAsync(NodeRunner runner, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Duration is { } duration) end.CancelAfter(duration);
        try
        {
            await runner.StartAsync(end.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
        catch (NodeStartException e)
        {
            return e.Message;
        }

        await runner.StopAsync(CancellationToken.None);
        return "";
    }

    private bool WriteRecord(NodeRunner runner, DateTimeOffset started, string notStarted)
    {
        if (RecordPath is null) return true;
        NodeReport? report = runner.TryReport();
        var record = new NodeRecord
        {
            ToolVersion = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Started = started.ToString("O"),
            Ended = DateTimeOffset.Now.ToString("O"),
            CommandLine = CommandLine.Mask(Environment.GetCommandLineArgs().Skip(1)),
            Spec = Cluster,
            Member = Name,
            NotStarted = notStarted,
            Node = report?.Node,
            StreamsSent = [.. (report?.StreamsSent ?? []).Select(s => new SentStream(s.Stream, s.Group, s.Datagrams))],
            StreamsRefused = report?.StreamsRefused ?? [],
            StreamsReceived = [.. (report?.StreamsReceived ?? []).Select(s => new ReceivedStream(s.Stream, s.Counts))],
            Probes = report?.Probes ?? [],
            Directory = report?.Directory ?? new Dictionary<Guid, ulong>(),
            Foreign = runner.Foreign,
        };
        try
        {
            using FileStream file = File.Create(RecordPath);
            record.ToJson(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Error.WriteLine($"vsanemu: cannot write the record: {e.Message}");
            return false;
        }
    }

    private ExitCode Fail(string why)
    {
        Error.WriteLine($"vsanemu: {why}");
        return ExitCode.Inconclusive;
    }

    private static NetworkNamespace OpenNamespace(string name) =>
        NetworkNamespace.Open(name.Contains('/') ? name : $"/run/netns/{name}");
}
