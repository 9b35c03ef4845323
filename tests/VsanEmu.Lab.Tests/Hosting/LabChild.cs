using System.Diagnostics;
using VsanEmu.Lab.Hosting;
using VsanEmu.Net.Processes;

namespace VsanEmu.Lab.Tests.Hosting;

/// <summary>What the lifecycle tests start as processes of their own: this very test program, told to run one of these and nothing else.</summary>
public sealed class LabChild
{
    /// <summary>File to which a child appends what it has reached, one line each.</summary>
    public const string ReportVariable = "VSANEMU_TEST_REPORT";

    private static readonly TimeSpan LongestLife = 2 * Eventually.Limit;

    [Fact(Explicit = true)]
    public async Task Builds_a_fabric_and_waits()
    {
        using ParentWatch? watch = ParentWatch.Start();
        Report($"started {Environment.ProcessId} {watch is not null} {Privilege.InUserNamespace} {ProcessTable.Group(Environment.ProcessId)} {ThisProcess.ParentId}");
        await using Fabric fabric = await Fabric.BuildAsync(TestCluster.Of(32), new(), TestContext.Current.CancellationToken);
        await fabric.WaitReadyAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        Report("ready");
        await Task.Delay(LongestLife, TestContext.Current.CancellationToken);
    }

    [Fact(Explicit = true)]
    public void Starts_another_as_dotnet_run_does()
    {
        using Process child = Process.Start(Start(nameof(Builds_a_fabric_and_waits), Environment.GetEnvironmentVariable(ReportVariable)!))!;
        child.WaitForExit();
    }

    /// <summary>How to start one of them: as the program itself, or by <c>dotnet</c>.</summary>
    public static ProcessStartInfo Start(string method, string reportFile, string? folder = null, bool byDotnet = false)
    {
        folder ??= AppContext.BaseDirectory;
        string program = Path.Combine(folder, "VsanEmu.Lab.Tests");
        string[] arguments = ["-explicit", "only", "-method", $"{typeof(LabChild).FullName}.{method}", "-noLogo", "-noColor"];
        var start = byDotnet ? new ProcessStartInfo("dotnet", [program + ".dll", .. arguments]) : new ProcessStartInfo(program, arguments);
        start.RedirectStandardOutput = true;
        start.Environment[ReportVariable] = reportFile;
        return start;
    }

    private static void Report(string line) => File.AppendAllText(Environment.GetEnvironmentVariable(ReportVariable)!, line + "\n");
}
