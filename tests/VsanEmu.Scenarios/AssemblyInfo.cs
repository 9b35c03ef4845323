using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.Collections)]

namespace VsanEmu.Scenarios;

/// <summary>What may run at the same time as something of the other kind, and never beside its own.</summary>
internal static class Together
{
    /// <summary>Verdicts and figures that rest on time: two of them at once would disturb each other.</summary>
    public const string Timed = "timed";

    /// <summary>Mostly waits for what must not come, and what it looks for comes whenever it comes.</summary>
    public const string Untimed = "untimed";
}
