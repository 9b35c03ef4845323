using System.Diagnostics;
using VsanEmu.Net.Namespaces;
using VsanEmu.Net.Tools;

namespace VsanEmu.Lab.Tests.Hosting;

/// <summary>However the lab's process ends, nothing is left; and it can be an ordinary user's.</summary>
public sealed class LifecycleTests : IDisposable
{
    private const int Nobody = 65534;

    private readonly Leftovers _left = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("vsanemu-test-").FullName;
    private readonly List<Process> _started = [];

    private string ReportFile => Path.Combine(_folder, "report");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Killed_at_any_moment_it_leaves_nothing()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        // In a network of the test's own, where nobody else makes anything.
        using var place = NetworkNamespace.Create();
        string before = Links(place);
        int caught = 0;
        for (int round = 0; round < 6; round++)
        {
            File.Delete(ReportFile);
            Process child = place.Run(() => Start(LabChild.Start(nameof(LabChild.Builds_a_fabric_and_waits), ReportFile)));
            await Reported("started");
            // The last round finds it built.
            if (round == 5) await Reported("ready");
            else await Task.Delay(random.Next(0, 350), Stop);
            Signal.Send(child, "STOP");
            _left.Look();
            caught = Math.Max(caught, _left.Namespaces.Count);
            child.Kill();
            await _left.GoneAsync();
        }
        Assert.Equal(32 + 5, caught);
        Assert.Equal(before, Links(place));
    }

    [Fact]
    public async Task Killing_dotnet_run_takes_the_lab_with_it()
    {
        Process parent = Start(LabChild.Start(nameof(LabChild.Starts_another_as_dotnet_run_does), ReportFile, byDotnet: true));
        string[] started = await Reported("started");
        int lab = int.Parse(started[1]);
        Assert.Equal("True", started[2]);
        Assert.Equal(parent.Id, int.Parse(started[5]));
        await Reported("ready");
        parent.Kill();
        await Eventually.UntilAsync(() => !ProcessTable.Lives(lab), "the lab outlived dotnet run");
        await _left.GoneAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_ordinary_user_gets_a_fabric_in_the_same_process(bool byDotnet)
    {
        Assert.SkipUnless(ProcessTable.CanBecome(Nobody), "only root can become an ordinary user; this user is one");
        string copy = CopyForEveryone();
        ProcessStartInfo start = LabChild.Start(nameof(LabChild.Builds_a_fabric_and_waits), ReportFile, copy, byDotnet);
        start.ArgumentList.Insert(0, start.FileName);
        foreach (string argument in new[] { $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups" }.Reverse()) start.ArgumentList.Insert(0, argument);
        start.FileName = "setpriv";
        Process child = Start(start);
        string[] started = await Reported("started");
        Assert.Equal(child.Id, int.Parse(started[1]));
        Assert.Equal("True", started[3]);
        // Ctrl-C reaches it where the terminal sends it, and its parent is who it was.
        Assert.Equal(ProcessTable.Group(Environment.ProcessId), int.Parse(started[4]));
        Assert.Equal(Environment.ProcessId, int.Parse(started[5]));
        await Reported("ready");
        _left.Look();
        Assert.True(_left.Namespaces.Count > 32, $"only {_left.Namespaces.Count} namespaces");
        child.Kill();
        await _left.GoneAsync();
    }

    [Fact]
    public void This_machine_has_what_the_lab_needs()
    {
        Assert.Empty(Lab.Hosting.Prerequisites.MissingTools());
        Assert.Empty(Lab.Hosting.Prerequisites.MissingFeatures());
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private Process Start(ProcessStartInfo start)
    {
        Process process = Process.Start(_left.Mark(start))!;
        _started.Add(process);
        return process;
    }

    // The words of the line that begins with this one.
    private async Task<string[]> Reported(string word)
    {
        string[]? line = null;
        await Eventually.UntilAsync(() =>
        {
            if (!File.Exists(ReportFile)) return false;
            line = File.ReadLines(ReportFile).FirstOrDefault(l => l.StartsWith(word, StringComparison.Ordinal))?.Split(' ');
            return line is not null;
        }, $"the child did not report '{word}'");
        return line!;
    }

    private static string Links(NetworkNamespace place) => place.Run(() => Tool.Run("ip", ["-br", "link"]) + Tool.Run("ip", ["-br", "addr"]));

    // The tests' own folder may be in one that only root can enter.
    private string CopyForEveryone()
    {
        string copy = Path.Combine(_folder, "bin");
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(copy, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        Tool.Run("chmod", ["-R", "a+rX", _folder]);
        Tool.Run("chmod", ["a+rwx", _folder]);
        return copy;
    }
}
