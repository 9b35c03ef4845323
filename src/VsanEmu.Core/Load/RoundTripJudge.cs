using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>Says whether round trips passed.</summary>
public static class RoundTripJudge
{
    /// <summary>The verdict: it fails without an answer, and when more questions were not answered than may be.</summary>
    /// <param name="result">What came of them.</param>
    /// <param name="bound">What may be lost, percent; null for anything but all.</param>
    /// <param name="completed">Whether they had their whole time.</param>
    public static LoadVerdict Verdict(RoundTripResult result, double? bound, bool completed)
    {
        string way = $"{result.From} to {result.To} and back";
        if (result.Sent == 0)
            return completed ? Open($"{way}: nothing could be sent") with { Limit = LoadLimit.Sender, Note = "the generator was the limit: its own host let nothing out" } : Open($"{way}: it was interrupted before anything was asked");
        if (result.RoundTrip is null) return Failed($"{way}: none of {result.Sent} questions was answered");
        if (LossBound.Exceeded(result.Lost, result.Sent, bound)) return Failed($"{way}: {LossBound.Words(result.Lost, result.Sent, bound)}");
        return completed ? LoadVerdict.Passed : Open($"{way}: it was interrupted");
    }

    private static LoadVerdict Failed(string reason) => new() { Outcome = CheckOutcome.Fail, Reasons = [reason], Limit = LoadLimit.Fabric, Note = "questions or answers were lost on the fabric, or at who answers" };

    private static LoadVerdict Open(string reason) => new() { Outcome = CheckOutcome.Inconclusive, Reasons = [reason] };
}
