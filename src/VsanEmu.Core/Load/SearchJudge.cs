using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>Says what a search's end means: it fails when nothing passed, and is inconclusive when what was asked for could not be offered.</summary>
public static class SearchJudge
{
    /// <summary>The verdict.</summary>
    /// <param name="found">What passed; 0 when nothing did.</param>
    /// <param name="asked">Whether the user named what to begin with.</param>
    /// <param name="generatorLimit">What could not be offered, in words; empty when all could.</param>
    /// <param name="open">Whether what the fabric carries is not known for that: what was sent was not lost, or not by the fabric.</param>
    /// <param name="last">The last trial's verdict, which knows who was the limit.</param>
    public static LoadVerdict Verdict(double found, bool asked, string generatorLimit, bool open, LoadVerdict last)
    {
        if (generatorLimit.Length > 0 && open && (asked || found <= 0)) return new() { Outcome = CheckOutcome.Inconclusive, Reasons = [generatorLimit], Limit = LoadLimit.Sender, Note = generatorLimit };
        if (generatorLimit.Length > 0 && found > 0) return new() { Limit = LoadLimit.Sender, Note = generatorLimit };
        return found > 0 ? LoadVerdict.Passed : last with { Outcome = CheckOutcome.Fail, Reasons = ["nothing passed", .. last.Reasons] };
    }
}
