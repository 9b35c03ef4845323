using System.Diagnostics;

namespace VsanEmu.Tests;

/// <summary>What must come, comes in its time, and how long that is, is the machine's affair: a generous bound costs nothing where all is well.</summary>
internal static class Eventually
{
    /// <summary>The longest wait for what must come: far beyond what a busy machine takes, and still an end where it never comes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds, and fails with these words when it does not.</summary>
    public static Task UntilAsync(Func<bool> holds, string otherwise = "it does not come") => UntilAsync(holds, () => otherwise);

    /// <summary>The same with words that are made when they are needed.</summary>
    public static async Task UntilAsync(Func<bool> holds, Func<string> otherwise)
    {
        for (long start = Stopwatch.GetTimestamp(); !holds(); await Task.Delay(Step, TestContext.Current.CancellationToken)) Check(start, otherwise);
    }

    /// <summary>The same where nothing can be awaited.</summary>
    public static void Until(Func<bool> holds, string otherwise = "it does not come")
    {
        for (long start = Stopwatch.GetTimestamp(); !holds(); Thread.Sleep(Step)) Check(start, () => otherwise);
    }

    private static void Check(long start, Func<string> otherwise)
    {
        if (Stopwatch.GetElapsedTime(start) > Limit) Assert.Fail($"not within {Limit.TotalSeconds:0} s: {otherwise()}");
    }
}
