using VsanEmu.Core.Checks;
using VsanEmu.Core.Record;

namespace VsanEmu.Scenarios;

/// <summary>A verdict that is not as it must be while this machine stood in the run's way tells nothing of the tool: it says so itself, and is run again.</summary>
internal static class Undisturbed
{
    private const int Most = 3;

    /// <summary>Runs until a verdict passed, or nothing stood in the way of one that did not.</summary>
    public static async Task<RunRecord?> RunAsync(Func<Task<RunRecord?>> run)
    {
        RunRecord? record = await run();
        for (int i = 1; i < Most && record is { Verdict.ExitCode: not ExitCode.Passed } && MayBeRepeated(record); i++) record = await run();
        return record;
    }

    /// <summary>True when this machine stood in a run's way, or kept it from proving enough.</summary>
    public static bool MayBeRepeated(RunRecord record) => record is { Observations.Machine.Hindrances.Count: > 0 } or { Verdict.ExitCode: ExitCode.Inconclusive };

    /// <summary>A run's record, where it has left one.</summary>
    public static RunRecord? Read(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0) return null;
        using FileStream file = File.OpenRead(path);
        return RunRecord.FromJson(file).Record;
    }
}
